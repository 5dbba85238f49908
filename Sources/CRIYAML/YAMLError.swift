/// The position at which a document stops being valid YAML, or has no JSON equivalent, and the reason.
package struct YAMLError: Error, Hashable, Sendable, CustomStringConvertible {
  /// The line number, starting at 1.
  package let line: Int
  /// The column in characters, starting at 1.
  package let column: Int
  /// The reason, such as `did not find expected key`.
  package let message: String

  package var description: String { "line \(line), column \(column): \(message)" }
}
