internal import CRIShims
internal import Glibc

/// Prompts the user if the process has a terminal.
package enum Terminal {
  /// Whether standard input is a terminal.
  package static var isAttached: Bool { isatty(STDIN_FILENO) == 1 }

  /// Whether the user can be prompted: standard input and standard error are terminals.
  package static var canPrompt: Bool { isatty(STDIN_FILENO) == 1 && isatty(STDERR_FILENO) == 1 }

  /// Prints a prompt to standard error and reads one line.
  /// - Returns: The line, or nil at the end of the input.
  package static func ask(_ prompt: String) throws(Errno) -> String? {
    try StandardStream.error.write(prompt)
    return try line()
  }

  /// Prints a prompt to standard error and reads one line without echoing it.
  /// - Returns: The line, or nil at the end of the input.
  /// - Throws: `.notATerminal` if standard input is not a terminal.
  package static func askSecret(_ prompt: String) throws(Errno) -> String? {
    var settings = termios()
    _ = try retrying { tcgetattr(STDIN_FILENO, &settings) }
    var silent = settings
    silent.c_lflag &= ~tcflag_t(ECHO)
    // TCSAFLUSH discards what was typed before the prompt.
    _ = try retrying { tcsetattr(STDIN_FILENO, TCSAFLUSH, &silent) }
    cri_terminal_without_memory(nil, &settings)
    defer {
      cri_terminal_without_memory(nil, nil)
      tcsetattr(STDIN_FILENO, TCSANOW, &settings)
    }
    // The line feed that ends the secret is not echoed either.
    defer { try? StandardStream.error.write("\n") }
    return try ask(prompt)
  }

  /// Reads one byte at a time, so that nothing after the line is consumed.
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
