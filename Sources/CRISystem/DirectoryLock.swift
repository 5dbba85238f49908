internal import Glibc

/// An exclusive lock on a directory. The kernel releases it when the owner of this value or the process ends, and child
/// processes do not inherit it.
package struct DirectoryLock: ~Copyable {
  private let directory: Descriptor

  /// Locks a directory without waiting. The corresponding C function is `flock`.
  /// - Throws: `.system(.again)` if another process has locked it.
  package init(_ path: String) throws(FileError) {
    let walk = try PathWalk(toDirectory: path)
    let fd = walk.directory.rawValue
    let opened = Descriptor(
      owning: try File.system { () throws(Errno) in
        try retrying { openat(fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC) }
      })
    let number = opened.rawValue
    _ = try File.system { () throws(Errno) in try retrying { flock(number, LOCK_EX | LOCK_NB) } }
    directory = opened
  }
}
