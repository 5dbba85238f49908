internal import CRICommandLine
internal import CRISystem

/// Warnings. A file or a runtime can cause any number of them, so only the first ones are printed, and then the number
/// of the others.
final class WarningList: Sendable {
  /// The number of warnings that are printed.
  static let maximum = 20

  private let count = Locked(0)

  /// Prints a warning to standard error, unless too many came before it.
  func write(_ text: @autoclosure () -> String) throws(Errno) {
    let number = count.withLock { count in
      count += 1
      return count
    }
    if number <= Self.maximum { try StandardStream.error.write(Failure(.done, text()).line) }
  }

  /// Prints how many warnings were omitted. Call it after the last one.
  func end(and more: Int = 0) {
    let others = max(0, count.withLock { $0 } - Self.maximum) + more
    if others > 0 { try? StandardStream.error.write(Failure(.done, "\(others) more such warnings").line) }
  }
}
