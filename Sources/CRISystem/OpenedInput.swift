internal import Glibc

/// A file that was opened for reading without blocking.
struct OpenedInput: ~Copyable {
  private let file: Descriptor

  init(_ path: String) throws(FileError) {
    // C functions would see only the part of the path before a NUL.
    guard !path.isEmpty, !path.utf8.contains(0) else { throw .system(.noSuchFile) }
    // Opening a device can have side effects, so check its type first.
    let probe = try File.opened(path, OpenFlags.path)
    let status = try Self.status(of: probe)
    let kind = FileKind(status)
    switch kind {
    case .regular, .directory, .null: break
    default:
      guard let held = Self.heldDescriptor(like: status) else { throw .notRegular(path: path, kind) }
      try self.init(duplicating: held)
      return
    }
    // This open must not block even if the file has been replaced by a FIFO in the meantime.
    try self.init(path, opened: File.opened(path, O_RDONLY | O_NONBLOCK | O_NOCTTY))
  }

  /// Opens a path by the rules of `PathWalk`: another user's symbolic link must not choose the file.
  init(walking path: String) throws(FileError) {
    let walk = try PathWalk(toFile: path)
    if let held = walk.held {
      try self.init(duplicating: held)
      return
    }
    switch walk.kind {
    case nil: throw .noSuchFile
    case .regular, .null: break
    case .directory: throw .isADirectory
    case let kind?: throw .notRegular(path: path, kind)
    }
    let (directory, name) = (walk.directory.rawValue, walk.name)
    let fd = try File.system { () throws(Errno) in
      try retrying { openat(directory, name, O_RDONLY | O_NONBLOCK | O_NOCTTY | O_NOFOLLOW | O_CLOEXEC) }
    }
    try self.init(path, opened: Descriptor(owning: fd))
  }

  private init(_ path: String, opened: consuming Descriptor) throws(FileError) {
    let kind = FileKind(try Self.status(of: opened))
    switch kind {
    case .regular, .null: break
    case .directory: throw .system(.isADirectory)
    default: throw .notRegular(path: path, kind)
    }
    file = opened
  }

  init(duplicating fd: Int32) throws(FileError) {
    do throws(Errno) {
      file = Descriptor(owning: try retrying { fcntl(fd, F_DUPFD_CLOEXEC, 0) })
    } catch {
      throw .system(error)
    }
  }

  /// Reads to the end.
  /// - Parameter deadline: The deadline for reading a pipe or a terminal; nil for none.
  /// - Throws: `.inputTimedOut` at the deadline.
  func read(limit: Int, deadline: ContinuousClock.Instant? = nil) throws(FileError) -> [UInt8] {
    var bytes: [UInt8] = []
    if let size = Self.rest(of: file.rawValue) {
      // With this size, no read is wasted and the array does not grow.
      if size > limit { throw .system(.fileTooLarge) }
      bytes.reserveCapacity(size)
    }
    try readParts(deadline: deadline) { part throws(FileError) in
      bytes += part
      if bytes.count > limit { throw .system(.fileTooLarge) }
    }
    return bytes
  }

  /// Reads to the end, and passes on each part as it arrives.
  /// - Parameter deadline: The deadline for reading a pipe or a terminal; nil for none.
  /// - Throws: `.inputTimedOut` at the deadline, and what `body` throws.
  func readParts(
    deadline: ContinuousClock.Instant? = nil, _ body: (ArraySlice<UInt8>) throws(FileError) -> Void
  ) throws(FileError) {
    var buffer = [UInt8](repeating: 0, count: 64 << 10)
    let fd = file.rawValue
    let isFile = Self.rest(of: fd) != nil
    var hasBegun = false
    while true {
      // A file can always be read, and a signal that has arrived does not concern it.
      if !isFile {
        do throws(Errno) {
          // A writer that sends a byte from time to time must not extend the time.
          try SignalWatch.wait(for: (fd, true, false), until: deadline, isStrict: hasBegun)
        } catch {
          throw error == .timedOut ? .inputTimedOut : .system(error)
        }
      }
      let count: Int
      do throws(Errno) {
        count = try retrying { Glibc.read(fd, &buffer, buffer.count) }
      } catch {
        // Another process may have made the pipe non-blocking. Some files in /proc never end, such as kmsg.
        guard error == .again, !isFile else { throw .system(error) }
        _ = try File.system { () throws(Errno) in try Poll.wait([(fd, true, false)], timeout: .milliseconds(100)) }
        continue
      }
      if count == 0 { return }
      hasBegun = true
      try body(buffer[..<count])
    }
  }

  /// The number of bytes up to the end of a regular file; nil for any other file. Files in /proc and /sys may contain
  /// more.
  private static func rest(of fd: Int32) -> Int? {
    var status = Glibc.stat()
    guard fstat(fd, &status) == 0, status.st_mode & S_IFMT == S_IFREG else { return nil }
    let offset = lseek(fd, 0, SEEK_CUR)
    return offset < 0 ? nil : max(0, Int(status.st_size) - Int(offset))
  }

  /// Returns the readable descriptor of this process that refers to the same pipe, socket or terminal.
  private static func heldDescriptor(like status: Glibc.stat) -> Int32? {
    let ownDescriptors = (try? Directory.names(at: "/proc/self/fd")) ?? ["0"]
    return ownDescriptors.compactMap { Int32($0) }.sorted().first { fd in
      var other = Glibc.stat()
      return fcntl(fd, F_GETFL) & O_ACCMODE != O_WRONLY && fcntl(fd, F_GETFL) & OpenFlags.path == 0
        && fstat(fd, &other) == 0 && other.st_dev == status.st_dev && other.st_ino == status.st_ino
        && other.st_rdev == status.st_rdev
    }
  }

  private static func status(of file: borrowing Descriptor) throws(FileError) -> Glibc.stat {
    var status = Glibc.stat()
    guard fstat(file.rawValue, &status) == 0 else { throw .system(.last) }
    return status
  }
}
