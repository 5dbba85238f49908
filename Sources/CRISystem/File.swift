internal import Glibc

/// Whole files: read with a limit, written so that a crash or a full disk leaves the old one.
package enum File {
  /// Reads a file to its end.
  /// - Throws: `.fileTooLarge` past `limit` bytes.
  package static func read(_ path: String, limit: Int = 1 << 30) throws(Errno) -> [UInt8] {
    let file = Descriptor(owning: try retrying { open(path, O_RDONLY | O_CLOEXEC) })
    return try readAll(file, limit: limit)
  }

  /// Reads standard input to its end.
  package static func readStandardInput(limit: Int = 1 << 30) throws(Errno) -> [UInt8] {
    try readAll(Descriptor(owning: try retrying { dup(STDIN_FILENO) }), limit: limit)
  }

  private static func readAll(_ file: borrowing Descriptor, limit: Int) throws(Errno) -> [UInt8] {
    var bytes: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 64 << 10)
    let number = file.rawValue
    while true {
      let count = try retrying { Glibc.read(number, &buffer, buffer.count) }
      if count == 0 { return bytes }
      bytes += buffer[..<count]
      if bytes.count > limit { throw .fileTooLarge }
    }
  }

  /// Writes a file atomically: a temporary file beside it, flushed to the disk, takes its name.
  /// On any failure the old file is as it was and nothing is left behind.
  package static func writeAtomically(_ bytes: [UInt8], to path: String, mode: UInt32 = 0o600) throws(Errno) {
    let target = destination(of: path)
    // A device or a pipe is written to, never replaced.
    if isSpecial(target) {
      return try Descriptor(owning: try retrying { open(target, O_WRONLY | O_CLOEXEC) }).writeAll(bytes)
    }
    let temporary = temporaryName(for: target)
    do throws(Errno) {
      let file = Descriptor(
        owning: try retrying { open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode_t(mode)) })
      try file.writeAll(bytes)
      let number = file.rawValue
      // The mode must not depend on the umask.
      _ = try retrying { fchmod(number, mode_t(mode)) }
      _ = try retrying { fsync(number) }
      _ = try retrying { rename(temporary, target) }
    } catch {
      unlink(temporary)
      throw error
    }
    synchronizeDirectory(of: target)
  }

  /// A link is followed, so that the file it leads to is replaced and the link stays.
  static func destination(of path: String) -> String { realPath(path) ?? linkedPath(path) }

  /// Beside it: only within a file system can a name be taken over at once.
  static func temporaryName(for target: String) -> String { "\(target).\(getpid()).tmp" }

  /// The new name must survive a crash too. A file system that cannot flush a directory is no failure.
  private static func synchronizeDirectory(of path: String) {
    let directory = path.lastIndex(of: "/").map { $0 == path.startIndex ? "/" : String(path[..<$0]) } ?? "."
    let number = open(directory, O_RDONLY | O_CLOEXEC)
    guard number >= 0 else { return }
    fsync(number)
    close(number)
  }

  /// Takes a name away. The corresponding C function is `unlink`.
  package static func remove(_ path: String) throws(Errno) {
    _ = try retrying { unlink(path) }
  }

  /// Where a link leads that nothing is at the end of yet.
  private static func linkedPath(_ path: String) -> String {
    guard let target = linkTarget(path) else { return path }
    if target.hasPrefix("/") { return target }
    let directory = path.lastIndex(of: "/").map { path[...$0] } ?? ""
    return directory + target
  }

  private static func isSpecial(_ path: String) -> Bool {
    var status = Glibc.stat()
    guard stat(path, &status) == 0 else { return false }
    let kind = status.st_mode & S_IFMT
    return kind != S_IFREG && kind != S_IFDIR
  }

  /// The path without symbolic links; nil where it leads nowhere. The corresponding C function is `realpath`.
  package static func realPath(_ path: String) -> String? {
    guard let resolved = realpath(path, nil) else { return nil }
    defer { free(resolved) }
    return String(cString: resolved)
  }

  /// Whether we may run it. The corresponding C function is `access`.
  package static func isExecutable(_ path: String) -> Bool {
    var status = Glibc.stat()
    return stat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFREG && access(path, X_OK) == 0
  }

  /// Where a symbolic link leads. The corresponding C function is `readlink`.
  package static func linkTarget(_ path: String) -> String? {
    var buffer = [CChar](repeating: 0, count: 4096)
    let count = readlink(path, &buffer, 4096)
    return count > 0 ? String(decoding: buffer[..<count].map { UInt8(bitPattern: $0) }, as: UTF8.self) : nil
  }
}
