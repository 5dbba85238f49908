internal import CRIShims
internal import Glibc

/// Puts the terminal of standard input into raw mode as long as this value exists: every key press is data for the
/// program at the other end. The previous mode is restored at the end, even if the process crashes or is terminated by
/// a signal.
package struct RawTerminal: ~Copyable {
  /// Enters raw mode. The corresponding C functions are `cfmakeraw` and `tcsetattr`.
  /// - Throws: `.notATerminal` if standard input is not a terminal.
  package init() throws(Errno) { _ = try retrying { cri_terminal_raw(STDIN_FILENO) } }

  deinit { cri_terminal_restore() }

  /// The width and height of the terminal in characters. The corresponding C call is `ioctl(TIOCGWINSZ)`.
  /// - Returns: nil if neither standard output nor standard input is a terminal with a known size.
  package static var size: (width: UInt16, height: UInt16)? {
    for number in [STDOUT_FILENO, STDIN_FILENO] {
      var size = winsize()
      if ioctl(number, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0, size.ws_row > 0 {
        return (size.ws_col, size.ws_row)
      }
    }
    return nil
  }
}
