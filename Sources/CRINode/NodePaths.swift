/// Where the sources lie; other folders than the system's for tests, and for CNI set up otherwise.
package struct NodePaths: Hashable, Sendable {
  package static let defaultCNI = "/var/lib/cni"

  package var proc: String
  /// CNI's folder on the node: `results` in it is libcni's cache, `networks` host-local's leases.
  package var cni: String
  /// Goes before every path that the runtime names: its own root folder, where that is not ours.
  package var root: String

  package init(proc: String = "/proc", cni: String = NodePaths.defaultCNI, root: String = "") {
    self.proc = proc
    self.cni = cni
    self.root = root
  }
}
