/// An error in an output template, or in applying it to a document, with the position in the template.
package struct TemplateError: Error, Hashable, Sendable, CustomStringConvertible {
  /// The template language.
  package enum Language: String, Hashable, Sendable {
    case template
    case jsonPath = "jsonpath"
    case customColumns = "custom-columns"
  }

  package let language: Language
  /// The line number, starting at 1.
  package let line: Int
  /// The column in bytes, starting at 1.
  package let column: Int
  /// The reason, without the position.
  package let message: String

  package var description: String { "\(language.rawValue): \(line):\(column): \(message)" }
}
