internal import Glibc

/// The identity of a file, regardless of its names.
package struct FileIdentity: Hashable, Sendable {
  package let device: UInt64
  package let inode: UInt64

  /// Returns nil if the file does not exist. The corresponding C function is `stat`.
  package init?(of path: String) {
    guard let identity = try? Self.read(path) else { return nil }
    self = identity
  }

  init(_ status: Glibc.stat) {
    device = UInt64(status.st_dev)
    inode = UInt64(status.st_ino)
  }

  /// Reads the identity, or throws the error of `stat`.
  package static func read(_ path: String) throws(Errno) -> FileIdentity {
    var status = Glibc.stat()
    _ = try retrying { stat(path, &status) }
    return FileIdentity(status)
  }

  /// Reads the identity of an open file. The corresponding C function is `fstat`.
  package static func read(_ file: borrowing Descriptor) throws(Errno) -> FileIdentity {
    var status = Glibc.stat()
    let fd = file.rawValue
    _ = try retrying { fstat(fd, &status) }
    return FileIdentity(status)
  }
}
