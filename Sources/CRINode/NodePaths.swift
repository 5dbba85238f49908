/// The paths from which the node's state is read; tests and custom CNI setups use paths other than the defaults.
package struct NodePaths: Hashable, Sendable {
  package static let defaultCNI = "/var/lib/cni"

  package var proc: String
  /// CNI's directory, with libcni's cache in `results` and host-local's leases in `networks`.
  package var cni: String
  /// The root of the runtime's file system, which precedes every path that the runtime reports; empty if it is our own
  /// root.
  package var root: String

  package init(proc: String = "/proc", cni: String = NodePaths.defaultCNI, root: String = "") {
    self.proc = proc
    self.cni = cni
    self.root = root
  }
}
