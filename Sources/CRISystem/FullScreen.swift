internal import Glibc

/// The terminal, taken whole for as long as this lives: keys come at once and are not echoed, and what the screen showed
/// before comes back at the end, also where a signal is the end.
package struct FullScreen: ~Copyable {
  /// For the signals' handler, which may not wait for a lock; written before there is a handler.
  private nonisolated(unsafe) static var saved: termios?
  private let hasKeys: Bool

  /// Ctrl-C and Ctrl-D, as keys.
  package static let ends: [UInt8] = [3, 4]

  /// The corresponding C functions are `tcsetattr` and `signal`.
  package init() throws(Errno) {
    var settings = termios()
    // Standard input may come from elsewhere: then there are no keys, and Ctrl-C is a signal.
    hasKeys = tcgetattr(STDIN_FILENO, &settings) == 0
    Self.saved = hasKeys ? settings : nil
    let ends = [SIGINT, SIGTERM, SIGHUP, SIGQUIT]
    Interrupt.unblock(ends)
    for number in ends {
      _ = signal(number) { number in
        FullScreen.restore()
        _exit(number == SIGINT ? 0 : 128 + number)
      }
    }
    settings.c_lflag &= ~tcflag_t(ICANON | ECHO | ISIG)
    if hasKeys { tcsetattr(STDIN_FILENO, TCSANOW, &settings) }
    // Another screen, no cursor, lines cut at the edge.
    try StandardStream.output.write("\u{1b}[?1049h\u{1b}[?25l\u{1b}[?7l")
  }

  deinit { Self.restore() }

  /// Only what a signal's handler may do.
  private static func restore() {
    let sequence: StaticString = "\u{1b}[?7h\u{1b}[?25h\u{1b}[?1049l"
    _ = write(STDOUT_FILENO, sequence.utf8Start, sequence.utf8CodeUnitCount)
    if var settings = saved { tcsetattr(STDIN_FILENO, TCSANOW, &settings) }
  }

  /// Lines on the screen. The corresponding C call is `ioctl(TIOCGWINSZ)`.
  package var height: Int {
    var size = winsize()
    return ioctl(STDOUT_FILENO, UInt(TIOCGWINSZ), &size) == 0 && size.ws_row > 0 ? Int(size.ws_row) : 24
  }

  /// Shows a picture in the place of the one before, without a flicker.
  package borrowing func draw(_ picture: String) throws(Errno) {
    var text = "\u{1b}[H"
    for line in picture.split(separator: "\n", omittingEmptySubsequences: false) { text += line + "\u{1b}[K\n" }
    // No line feed at the end, which could move the picture.
    text.removeLast()
    try StandardStream.output.write(text + "\u{1b}[J")
  }

  /// The next key; nil where none comes in time.
  package borrowing func key(within time: Duration) async -> UInt8? {
    guard hasKeys else {
      await pause(time)
      return nil
    }
    return await onThread { Self.readKey(within: time) }
  }

  private static func readKey(within time: Duration) -> UInt8? {
    guard let readiness = try? Poll.wait([(STDIN_FILENO, true, false)], timeout: time).first, readiness.readable
    else { return nil }
    var byte: UInt8 = 0
    let count = read(STDIN_FILENO, &byte, 1)
    if count < 0, Errno.last == .interrupted { return nil }
    // A terminal that has gone is the end.
    return count == 1 ? byte : ends.last
  }
}
