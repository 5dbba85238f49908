internal import Glibc

/// Reads whole files up to a limit, and writes files in such a way that a crash or a full disk leaves the old file
/// intact.
package enum File {
  /// Reads a regular file to its end, or a descriptor that this process already holds, such as `/dev/stdin`.
  ///
  /// Opening never blocks: FIFOs, sockets and devices are rejected, except for `/dev/null`, which is empty.
  /// - Throws: `.system(.fileTooLarge)` beyond `limit` bytes.
  package static func read(_ path: String, limit: Int = 1 << 30) throws(FileError) -> [UInt8] {
    try OpenedInput(path).read(limit: limit)
  }

  /// Reads a file that a user has specified, like `read`, but resolves the path by `PathWalk`'s rules.
  /// - Parameter deadline: The deadline for reading a pipe or a terminal; nil for none.
  /// - Throws: `.inputTimedOut` at the deadline; `.foreignLink` or `.foreignStep` if the path is rejected.
  package static func readNamed(
    _ path: String, limit: Int, deadline: ContinuousClock.Instant? = nil
  ) throws(FileError) -> [UInt8] {
    try OpenedInput(walking: path).read(limit: limit, deadline: deadline)
  }

  /// Reads standard input to its end.
  /// - Parameter deadline: The deadline; nil for none.
  /// - Throws: `.inputTimedOut` at the deadline.
  package static func readStandardInput(
    limit: Int, deadline: ContinuousClock.Instant? = nil
  ) throws(FileError) -> [UInt8] {
    try OpenedInput(duplicating: STDIN_FILENO).read(limit: limit, deadline: deadline)
  }

  /// Reads a file that a user has specified, like `readNamed`, but passes on each part as it arrives; `-` is standard input.
  /// - Parameter deadline: The deadline for reading a pipe or a terminal; nil for none.
  /// - Throws: `.inputTimedOut` at the deadline; `.foreignLink` or `.foreignStep` if the path is rejected; and what `body`
  ///   throws.
  package static func readParts(
    ofNamed path: String, deadline: ContinuousClock.Instant? = nil,
    _ body: (ArraySlice<UInt8>) throws(FileError) -> Void
  ) throws(FileError) {
    if path == "-" {
      try OpenedInput(duplicating: STDIN_FILENO).readParts(deadline: deadline, body)
    } else {
      try OpenedInput(walking: path).readParts(deadline: deadline, body)
    }
  }

  /// Removes a directory entry. The corresponding C function is `unlink`.
  package static func remove(_ path: String) throws(Errno) {
    _ = try retrying { unlink(path) }
  }

  /// Returns the path without symbolic links; nil if it does not exist. The corresponding C function is `realpath`.
  package static func realPath(_ path: String) -> String? {
    guard let resolved = realpath(path, nil) else { return nil }
    defer { free(resolved) }
    return String(cString: resolved)
  }

  /// Whether the path is a regular file that the caller is permitted to execute. The corresponding C function is
  /// `access`.
  package static func isExecutable(_ path: String) -> Bool {
    var status = Glibc.stat()
    return stat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFREG && access(path, X_OK) == 0
  }

  /// Returns the target of a symbolic link. The corresponding C function is `readlink`.
  package static func linkTarget(_ path: String) -> String? {
    var buffer = [CChar](repeating: 0, count: 4096)
    let count = readlink(path, &buffer, 4096)
    return count > 0 ? String(decoding: buffer[..<count].map { UInt8(bitPattern: $0) }, as: UTF8.self) : nil
  }
}
