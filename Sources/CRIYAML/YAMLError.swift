/// Where and why a text is not YAML, or not a document that JSON could express.
package struct YAMLError: Error, Hashable, Sendable, CustomStringConvertible {
  /// The line, from 1.
  package let line: Int
  /// The column in characters, from 1.
  package let column: Int
  /// What is wrong, such as `did not find expected key`.
  package let message: String

  package var description: String { "line \(line), column \(column): \(message)" }
}
