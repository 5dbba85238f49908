internal import Glibc

/// An exclusive lock on a file that only its owner is permitted to open, so that no other user can hold it. The kernel
/// releases it when this value is destroyed or the process ends, and child processes do not inherit it.
package struct FileLock: ~Copyable {
  private let file: Descriptor

  /// Locks a file, which is created if it is missing, without waiting. The corresponding C function is `flock`.
  /// - Throws: `.system(.again)` if another process has locked it.
  package init(_ path: String) throws(FileError) {
    let walk = try PathWalk(toFile: path)
    let (fd, name) = (walk.directory.rawValue, walk.name)
    let opened = Descriptor(
      owning: try File.system { () throws(Errno) in
        try retrying { openat(fd, name, O_RDWR | O_CREAT | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC, 0o600) }
      })
    let number = opened.rawValue
    _ = try File.system { () throws(Errno) in try retrying { flock(number, LOCK_EX | LOCK_NB) } }
    file = opened
  }
}
