internal import Glibc

/// What the process was given: variables, terminal or pipe.
package enum Environment {
  /// The value of a variable; nil where it is not set. The corresponding C function is `getenv`.
  package static func value(_ name: String) -> String? { getenv(name).map { String(cString: $0) } }

  /// The user that we act as. The corresponding C function is `geteuid`.
  package static var userID: UInt32 { geteuid() }

  /// Whether standard error shows to a person.
  package static var errorIsTerminal: Bool { isatty(STDERR_FILENO) == 1 }

  /// Whether standard output shows to a person.
  package static var outputIsTerminal: Bool { isatty(STDOUT_FILENO) == 1 }

  /// Whether standard output and standard error go to the same place, such as one terminal or one file.
  package static var outputsAreOne: Bool {
    var output = Glibc.stat()
    var error = Glibc.stat()
    guard fstat(STDOUT_FILENO, &output) == 0, fstat(STDERR_FILENO, &error) == 0 else { return false }
    return output.st_dev == error.st_dev && output.st_ino == error.st_ino
  }
}

/// The process's output, written at once and not through C's buffers.
package enum StandardStream {
  case output
  case error

  /// Writes everything. A reader that has gone ends the process, as SIGPIPE does for any tool in a pipe.
  package func write(_ text: String) throws(Errno) { try write(Array(text.utf8)) }

  /// Takes the numbers of streams that were closed, so that no socket gets one and the output with it. What is written
  /// there fails, as it should.
  package static func holdClosed() {
    for number in [STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO] where fcntl(number, F_GETFD) < 0 {
      // The lowest free number is this one; output cannot be written to what is open for reading.
      _ = open("/dev/null", number == STDIN_FILENO ? O_WRONLY : O_RDONLY)
    }
  }

  package func write(_ bytes: [UInt8]) throws(Errno) {
    try Descriptor.writeAll(bytes, to: self == .output ? STDOUT_FILENO : STDERR_FILENO)
  }
}

/// Ends the process. The corresponding C function is `exit`.
package func endProcess(_ code: Int32) -> Never { exit(code) }
