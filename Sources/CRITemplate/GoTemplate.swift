package import CRIJSON

/// A template in the language of Go's `text/template`, with crictl's functions, that makes text of documents.
///
/// Parsed once, it renders any number of documents. What is different from crictl is so where crictl fails or
/// misleads: numbers are numbers (crictl compares them as texts, and takes 0 for true), beside a number a string of
/// digits is one too, and `json` writes `<`, `>` and `&` as they are.
package struct GoTemplate: Sendable {
  /// What a key does that an object does not have.
  package enum MissingKey: Hashable, Sendable {
    /// It is an error, as in crictl.
    case error
    /// It prints `<no value>`, as in kubectl.
    case noValue
  }

  let source: TemplateSource
  let statements: [TemplateStatement]
  let definitions: [String: [TemplateStatement]]
  let missingKey: MissingKey

  /// Parses `text`; the error names the construct that is wrong or not supported.
  package init(_ text: String, missingKey: MissingKey = .error) throws(TemplateError) {
    source = TemplateSource(.template, text)
    var parser = try TemplateParser(source)
    statements = try parser.parse()
    definitions = parser.definitions
    self.missingKey = missingKey
  }

  /// The text for `document`, without a line feed of its own. It throws where the document is not what the
  /// template expects.
  package func render(_ document: JSON) throws(TemplateError) -> String {
    var run = TemplateRun(self, document)
    try run.execute()
    return run.output
  }
}
