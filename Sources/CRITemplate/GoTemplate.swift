package import CRIJSON

/// A template in the language of Go's `text/template` with crictl's functions.
///
/// A parsed template renders any number of documents. It differs from crictl only where crictl fails or is misleading:
/// numbers are numbers (crictl compares them as text and treats 0 as true), a string of digits can be compared with a
/// number, and `json` does not escape `<`, `>` and `&`.
package struct GoTemplate: Sendable {
  /// The effect of a key that an object does not have.
  package enum MissingKey: Hashable, Sendable {
    /// Rendering fails, as in crictl.
    case error
    /// The template prints `<no value>`, as in kubectl.
    case noValue
  }

  let source: TemplateSource
  let statements: [TemplateStatement]
  let definitions: [String: [TemplateStatement]]
  let missingKey: MissingKey

  /// Parses a template.
  /// - Throws: `TemplateError` with the position of a construct that is wrong or not supported.
  package init(_ text: String, missingKey: MissingKey = .error) throws(TemplateError) {
    source = TemplateSource(.template, text)
    var parser = try TemplateParser(source)
    statements = try parser.parse()
    definitions = parser.definitions
    self.missingKey = missingKey
  }

  /// Renders a document, without adding a line feed at the end.
  /// - Throws: `TemplateError` if the document does not have the structure that the template expects.
  package func render(_ document: JSON) throws(TemplateError) -> String {
    var run = TemplateRun(self, document)
    try run.execute()
    return run.output
  }
}
