internal import CRIShims
internal import Glibc

/// An open network namespace.
package struct NetworkNamespace: ~Copyable, Sendable {
  private let file: Descriptor
  /// The identity of the namespace. It does not depend on the path, and is the same as that of `/proc/PID/ns/net`.
  package let identity: FileIdentity

  /// Opens the namespace that is mounted at a path.
  /// - Returns: The namespace, or nil if the file is not a namespace, as after a reboot.
  /// - Throws: `.noSuchFile` if the path does not exist, or the error of another system call.
  package static func open(_ path: String) throws(Errno) -> NetworkNamespace? {
    let probe = Descriptor(owning: try retrying { Glibc.open(path, OpenFlags.path | O_CLOEXEC) })
    let magic = cri_file_system_magic(probe.rawValue)
    if magic == 0 { throw Errno.last }
    guard magic == NSFS_MAGIC else { return nil }
    let file = try probe.reopened()
    let identity = try FileIdentity.read(file)
    return NetworkNamespace(file: file, identity: identity)
  }

  private init(file: consuming Descriptor, identity: FileIdentity) {
    self.file = file
    self.identity = identity
  }

  /// Moves the calling thread into the namespace permanently. Call this on a thread that ends afterwards; CAP_SYS_ADMIN
  /// is required. The corresponding C function is `setns`.
  package borrowing func enter() throws(Errno) {
    let descriptor = file.rawValue
    _ = try retrying { cri_enter_network_namespace(descriptor) }
  }
}
