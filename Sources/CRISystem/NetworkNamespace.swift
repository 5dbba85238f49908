internal import CRIShims
internal import Glibc

/// A network namespace that something keeps open, such as a path that it is mounted on.
package struct NetworkNamespace: ~Copyable, Sendable {
  private let file: Descriptor
  /// The same number for every way to the same namespace, and `/proc/PID/ns/net` has it too.
  package let identity: FileIdentity

  /// - Returns: nil where the path leads to a file that is no namespace, such as what a reboot leaves of it.
  /// - Throws: `.noSuchFile` where there is nothing.
  package static func open(_ path: String) throws(Errno) -> NetworkNamespace? {
    // A pipe that somebody put there must not hold us up.
    let file = Descriptor(owning: try retrying { Glibc.open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK) })
    let magic = cri_file_system_magic(file.rawValue)
    if magic == 0 { throw Errno.last }
    guard magic == NSFS_MAGIC else { return nil }
    let identity = try FileIdentity.read(file)
    return NetworkNamespace(file: file, identity: identity)
  }

  private init(file: consuming Descriptor, identity: FileIdentity) {
    self.file = file
    self.identity = identity
  }

  /// Moves the calling thread into it, for good: for a thread that does nothing else and ends. Needs CAP_SYS_ADMIN.
  /// The corresponding C function is `setns`.
  package borrowing func enter() throws(Errno) {
    let number = file.rawValue
    _ = try retrying { cri_enter_network_namespace(number) }
  }
}
