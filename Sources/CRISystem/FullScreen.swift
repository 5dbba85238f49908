internal import CRIShims
internal import Glibc

/// Takes over the terminal as long as this value exists: keys are read without delay and without an echo. The previous
/// contents of the screen are restored at the end, even if a signal terminates the process.
package struct FullScreen: ~Copyable {
  /// The settings to restore. The signal handler reads them without a lock; they are written before the handler is set.
  private nonisolated(unsafe) static var saved: termios?
  private let hasKeys: Bool

  /// The keys that end the program: Ctrl-C and Ctrl-D.
  package static let exitKeys: [UInt8] = [3, 4]

  /// Switches to the alternate screen. The corresponding C functions are `tcsetattr` and `signal`.
  package init() throws(Errno) {
    var settings = termios()
    // If standard input is not a terminal, keys cannot be read, and Ctrl-C sends a signal.
    hasKeys = tcgetattr(STDIN_FILENO, &settings) == 0
    Self.saved = hasKeys ? settings : nil
    let signals = [SIGINT, SIGTERM, SIGHUP, SIGQUIT]
    Interrupt.unblock(signals)
    for number in signals {
      _ = signal(number) { number in
        FullScreen.restore()
        _exit(number == SIGINT ? 0 : 128 + number)
      }
    }
    settings.c_lflag &= ~tcflag_t(ICANON | ECHO | ISIG)
    if hasKeys { tcsetattr(STDIN_FILENO, TCSANOW, &settings) }
    // If an allocation fails, deinit does not run.
    if hasKeys, var restored = Self.saved {
      cri_terminal_without_memory(Self.restoringText, &restored)
    } else {
      cri_terminal_without_memory(Self.restoringText, nil)
    }
    // Select the alternate screen, hide the cursor, and truncate lines at the edge.
    try StandardStream.output.write("\u{1b}[?1049h\u{1b}[?25l\u{1b}[?7l")
  }

  deinit {
    cri_terminal_without_memory(nil, nil)
    Self.restore()
  }

  private static let restoring: StaticString = "\u{1b}[?7h\u{1b}[?25h\u{1b}[?1049l"
  private static var restoringText: UnsafePointer<CChar> {
    UnsafeRawPointer(restoring.utf8Start).assumingMemoryBound(to: CChar.self)
  }

  /// Restores the terminal. It uses only functions that are safe in a signal handler.
  private static func restore() {
    _ = write(STDOUT_FILENO, restoring.utf8Start, restoring.utf8CodeUnitCount)
    if var settings = saved { tcsetattr(STDIN_FILENO, TCSANOW, &settings) }
  }

  /// The height of the screen in lines. The corresponding C call is `ioctl(TIOCGWINSZ)`.
  package var height: Int {
    var size = winsize()
    return ioctl(STDOUT_FILENO, UInt(TIOCGWINSZ), &size) == 0 && size.ws_row > 0 ? Int(size.ws_row) : 24
  }

  /// Replaces the contents of the screen without flicker.
  package borrowing func draw(_ content: String) throws(Errno) {
    var text = "\u{1b}[H"
    for line in content.split(separator: "\n", omittingEmptySubsequences: false) { text += line + "\u{1b}[K\n" }
    // A line feed at the end could scroll the screen.
    text.removeLast()
    try StandardStream.output.write(text + "\u{1b}[J")
  }

  /// Returns the next key, or nil if no key is pressed in time.
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
    // The terminal has been closed.
    return count == 1 ? byte : exitKeys.last
  }
}
