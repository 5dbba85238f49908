/// Where and why a text is not JSON.
public struct JSONError: Error, Hashable, Sendable, CustomStringConvertible {
  /// The line, from 1.
  public let line: Int
  /// The column in bytes, from 1.
  public let column: Int
  /// What should have stood there, such as `a value` or `valid UTF-8`.
  public let expected: String
  /// What stood there instead, made printable.
  public let found: String

  public var description: String {
    "line \(line), column \(column): expected \(expected), found \(found)"
  }
}
