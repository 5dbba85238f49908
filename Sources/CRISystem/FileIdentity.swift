internal import Glibc

/// Which file a path leads to, however many names it has.
package struct FileIdentity: Hashable, Sendable {
  package let device: UInt64
  package let inode: UInt64

  /// nil where nothing is there. The corresponding C function is `stat`.
  package init?(of path: String) {
    var status = Glibc.stat()
    guard stat(path, &status) == 0 else { return nil }
    device = UInt64(status.st_dev)
    inode = UInt64(status.st_ino)
  }
}
