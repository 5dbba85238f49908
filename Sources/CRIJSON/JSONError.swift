/// The position at which text stops being valid JSON, and the reason.
public struct JSONError: Error, Hashable, Sendable, CustomStringConvertible {
  /// The line number, starting at 1.
  public let line: Int
  /// The column in bytes, starting at 1.
  public let column: Int
  /// What the parser expected, such as `a value` or `valid UTF-8`.
  public let expected: String
  /// What the parser found instead, in printable form.
  public let found: String

  /// The error in one line, with its position.
  public var description: String {
    "line \(line), column \(column): expected \(expected), found \(found)"
  }
}
