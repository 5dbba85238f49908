internal import Glibc

extension File {
  /// Writes a file atomically: a temporary file in the same directory is flushed to the disk and renamed.
  ///
  /// After any failure, the old file is unchanged and no other file is left. The path is resolved by `PathWalk`'s
  /// rules. FIFOs, sockets and devices are rejected, except for `/dev/null` and descriptors that this process already
  /// holds, which are written to directly. An existing regular file is replaced, never overwritten in place; its mode
  /// is kept only if the caller owns it and the mode grants nothing beyond `mode`.
  /// - Parameters:
  ///   - mode: The permission bits, regardless of the umask; never more than 0755.
  ///   - patience: The maximum time during which nothing reads from a pipe or a terminal; nil for no limit.
  /// - Throws: `.outputTimedOut` after that time.
  package static func writeAtomically(
    _ bytes: [UInt8], to path: String, mode: UInt32 = 0o600, patience: Duration? = nil
  ) throws(FileError) {
    let walk = try PathWalk(toFile: path)
    if let held = walk.held {
      do throws(Errno) { return try Descriptor.writeAll(bytes, to: held, patience: patience) } catch {
        throw error == .timedOut ? .outputTimedOut : .system(error)
      }
    }
    switch walk.kind {
    case nil, .regular: try replace(walk, path, with: bytes, mode: mode)
    case .null: break
    case .directory: throw .system(.isADirectory)
    case let kind?: throw .notRegular(path: path, kind)
    }
  }

  /// Checks that `writeAtomically` will succeed, by creating and removing a temporary file, because permissions alone
  /// do not show this (read-only file systems, root, quotas).
  package static func checkWritable(_ path: String) throws(FileError) {
    let walk = try PathWalk(toFile: path)
    if walk.held != nil { return }
    switch walk.kind {
    case nil, .regular:
      let temporary = UniqueName.make()
      let directory = walk.directory.rawValue
      _ = try create(temporary, in: walk.directory)
      unlinkat(directory, temporary, 0)
    case .null: break
    case .directory: throw .system(.isADirectory)
    case let kind?: throw .notRegular(path: path, kind)
    }
  }

  private static func replace(
    _ walk: borrowing PathWalk, _ path: String, with bytes: [UInt8], mode: UInt32
  ) throws(FileError) {
    let (directory, name) = (walk.directory.rawValue, walk.name)
    let temporary = UniqueName.make()
    let file = try create(temporary, in: walk.directory)
    let fd = file.rawValue
    do throws(FileError) {
      try system { () throws(Errno) in
        try file.writeAll(bytes)
        let mode = Self.mode(atMost: mode, replacing: name, in: directory)
        _ = try retrying { fchmod(fd, mode) }
        _ = try retrying { fsync(fd) }
        _ = try retrying { renameat(directory, temporary, directory, name) }
      }
    } catch {
      unlinkat(directory, temporary, 0)
      throw error
    }
    try synchronize(walk.directory)
    // The owner of the directory can rename anything in it at any time.
    var (written, found) = (Glibc.stat(), Glibc.stat())
    guard fstat(fd, &written) == 0, fstatat(directory, name, &found, AT_SYMLINK_NOFOLLOW) == 0,
      written.st_dev == found.st_dev, written.st_ino == found.st_ino
    else { throw .replacedByOther(path: path) }
  }

  private static func create(_ name: String, in directory: borrowing Descriptor) throws(FileError) -> Descriptor {
    let fd = directory.rawValue
    return Descriptor(
      owning: try system { () throws(Errno) in
        try retrying { openat(fd, name, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, mode_t(0o600)) }
      })
  }

  /// The old mode is kept only if it was not chosen by another user and grants no more than `widest`.
  private static func mode(atMost widest: UInt32, replacing name: String, in directory: Int32) -> mode_t {
    // The mode is never set-uid, set-gid or sticky, nor writable by group or others.
    let widest = mode_t(widest) & 0o755
    var status = Glibc.stat()
    guard fstatat(directory, name, &status, AT_SYMLINK_NOFOLLOW) == 0, status.st_mode & S_IFMT == S_IFREG,
      status.st_uid == geteuid()
    else { return widest }
    let present = status.st_mode & 0o7777
    return present & ~widest == 0 ? present : widest
  }

  /// Flushes the directory, because the new name must survive a crash too. A file system that does not support this is
  /// not an error.
  private static func synchronize(_ directory: borrowing Descriptor) throws(FileError) {
    let fd = openat(directory.rawValue, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    guard fd >= 0 else { return }
    fsync(fd)
    close(fd)
  }

  /// Opens a file that is closed on exec, regardless of the flags.
  static func opened(_ path: String, _ flags: Int32) throws(FileError) -> Descriptor {
    do throws(Errno) {
      return Descriptor(owning: try retrying { Glibc.open(path, flags | O_CLOEXEC) })
    } catch {
      throw .system(error)
    }
  }

  static func system<T: ~Copyable>(_ body: () throws(Errno) -> T) throws(FileError) -> T {
    do throws(Errno) { return try body() } catch { throw .system(error) }
  }
}
