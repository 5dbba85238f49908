/// What is wrong with an output template, and where; or what in a document it cannot be applied to.
package struct TemplateError: Error, Hashable, Sendable, CustomStringConvertible {
  /// The language that the text is written in.
  package enum Language: String, Hashable, Sendable {
    case template
    case jsonPath = "jsonpath"
    case customColumns = "custom-columns"
  }

  package let language: Language
  /// The line, from 1.
  package let line: Int
  /// The column in bytes, from 1.
  package let column: Int
  package let message: String

  package var description: String { "\(language.rawValue): \(line):\(column): \(message)" }
}
