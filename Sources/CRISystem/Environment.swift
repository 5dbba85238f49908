internal import CRIShims
internal import Glibc

/// The environment of this process: variables, user, and standard streams.
package enum Environment {
  /// The value of a variable, or nil if it is not set. The corresponding C function is `getenv`.
  package static func value(_ name: String) -> String? { getenv(name).map { String(cString: $0) } }

  /// The effective user ID. The corresponding C function is `geteuid`.
  package static var userID: UInt32 { geteuid() }

  /// Whether standard error is a terminal.
  package static var errorIsTerminal: Bool { isatty(STDERR_FILENO) == 1 }

  /// Whether standard output is a terminal.
  package static var outputIsTerminal: Bool { isatty(STDOUT_FILENO) == 1 }

  /// Whether standard output and standard error have the same destination, such as a terminal or a file.
  package static var outputsAreCombined: Bool {
    var output = Glibc.stat()
    var error = Glibc.stat()
    guard fstat(STDOUT_FILENO, &output) == 0, fstat(STDERR_FILENO, &error) == 0 else { return false }
    return output.st_dev == error.st_dev && output.st_ino == error.st_ino
  }
}

/// A standard stream of the process, written without buffering.
package enum StandardStream {
  case output
  case error

  /// Writes all text. If the reader has closed the pipe, SIGPIPE terminates the process, as with any tool in a
  /// pipeline.
  package func write(_ text: String) throws(Errno) { try write(Array(text.utf8)) }

  /// Opens /dev/null for each standard stream that is closed. Otherwise a socket could be assigned the stream's number
  /// and receive the output. Writing to a stream opened in this way fails.
  package static func reserveClosedDescriptors() {
    for descriptor in [STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO] where fcntl(descriptor, F_GETFD) < 0 {
      // open(2) returns the lowest free number, which is the stream's. The access mode makes every use of it fail.
      _ = open("/dev/null", descriptor == STDIN_FILENO ? O_WRONLY : O_RDONLY)
    }
  }

  /// Writes all bytes; see `write(_:)` for text.
  package func write(_ bytes: [UInt8]) throws(Errno) {
    try Descriptor.writeAll(bytes, to: self == .output ? STDOUT_FILENO : STDERR_FILENO)
  }
}

/// Terminates the process with an exit status. The corresponding C function is `exit`.
package func endProcess(_ code: Int32) -> Never { exit(code) }

/// If an allocation fails, makes the process end with a line on standard error and an exit code, instead of Swift's
/// stack trace and a signal. This applies only to programs that are linked with CRIAllocation.
package func endWithoutMemory(line: String, code: Int32) { cri_end_without_memory(line, code) }

/// Sets the lines that follow that line, which say what the user must do next. An empty text means no lines.
package func noteWithoutMemory(_ lines: String) { cri_note_without_memory(lines) }
