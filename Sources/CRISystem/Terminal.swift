internal import Glibc

/// The person at the other end, where there is one.
package enum Terminal {
  /// Whether a person sits there, who may see what we say or not.
  package static var isThere: Bool { isatty(STDIN_FILENO) == 1 }

  /// Whether we can ask: what we say on standard error is seen, and what is typed reaches us.
  package static var canAsk: Bool { isatty(STDIN_FILENO) == 1 && isatty(STDERR_FILENO) == 1 }

  /// Asks on standard error, and reads the line that is typed; nil at the end of the input.
  package static func ask(_ question: String) throws(Errno) -> String? {
    try StandardStream.error.write(question)
    return try line()
  }

  /// The same without showing what is typed.
  /// - Throws: `.notATerminal` where nobody could type it.
  package static func askSecret(_ question: String) throws(Errno) -> String? {
    var settings = termios()
    _ = try retrying { tcgetattr(STDIN_FILENO, &settings) }
    var silent = settings
    silent.c_lflag &= ~tcflag_t(ECHO)
    // What was typed before the question was not meant for it.
    _ = try retrying { tcsetattr(STDIN_FILENO, TCSAFLUSH, &silent) }
    defer { tcsetattr(STDIN_FILENO, TCSANOW, &settings) }
    // The line feed that is typed shows no more than the secret does.
    defer { try? StandardStream.error.write("\n") }
    return try ask(question)
  }

  /// Byte by byte: what follows the line is not ours.
  private static func line() throws(Errno) -> String? {
    var bytes: [UInt8] = []
    while true {
      var byte: UInt8 = 0
      if try retrying({ read(STDIN_FILENO, &byte, 1) }) == 0 {
        return bytes.isEmpty ? nil : String(decoding: bytes, as: UTF8.self)
      }
      if byte == UInt8(ascii: "\n") { return String(decoding: bytes, as: UTF8.self) }
      bytes.append(byte)
    }
  }
}
