internal import Glibc

/// The size of a file system, and how much of it programs without privileges can still use.
package struct FileSystemSize: Hashable, Sendable {
  /// In bytes.
  package let size: UInt64
  /// In bytes.
  package let available: UInt64
  /// The number of inodes; nil if they are not limited.
  package let inodes: UInt64?
  /// The number of free inodes.
  package let freeInodes: UInt64

  /// Reads the size of the file system that contains a path (statvfs(3)). This blocks while a network file system does
  /// not respond.
  package static func read(_ path: String) throws(Errno) -> FileSystemSize {
    var facts = Glibc.statvfs()
    _ = try retrying { statvfs(path, &facts) }
    let unit = UInt64(facts.f_frsize)
    return FileSystemSize(
      size: UInt64(facts.f_blocks) &* unit, available: UInt64(facts.f_bavail) &* unit,
      inodes: facts.f_files == 0 ? nil : UInt64(facts.f_files), freeInodes: UInt64(facts.f_favail))
  }
}
