package import CRIJSON

/// A template of texts and `{expressions}`, as kubectl's `-o jsonpath=`.
///
/// Parsed once, it renders any number of documents. Differences from kubectl, all where it fails or is left to
/// chance: the members of an object come sorted by key, a quoted key such as `['io.kubernetes.pod.name']` is one
/// key in spite of its dots, numbers keep their text and compare by value with strings of digits too, and a
/// template without braces that begins with a dot is an expression.
package struct JSONPath: Sendable {
  /// What an expression does that finds nothing.
  package enum MissingKey: Hashable, Sendable {
    /// It prints nothing, as kubectl does unless told otherwise.
    case nothing
    case error
  }

  private let source: TemplateSource
  private let segments: [JSONPathSegment]
  private let missingKey: MissingKey

  /// Parses `text`; the error names the construct that is wrong or not supported.
  package init(_ text: String, missingKey: MissingKey = .nothing) throws(TemplateError) {
    let isExpression = text.hasPrefix(".") && !text.contains { $0 == "{" || $0 == "}" }
    try self.init(TemplateSource(.jsonPath, isExpression ? "{\(text)}" : text), missingKey)
  }

  init(_ source: TemplateSource, _ missingKey: MissingKey) throws(TemplateError) {
    self.source = source
    self.missingKey = missingKey
    var parser = JSONPathParser(source)
    segments = try parser.template()
  }

  /// The text for `document`, without a line feed of its own. It throws where kubectl fails: an index out of
  /// bounds, a filter on what is no list, a comparison of things that have nothing in common.
  package func render(_ document: JSON) throws(TemplateError) -> String {
    var output = ""
    try render(segments, document, to: &output)
    return output
  }

  /// What the expressions find, in their order.
  package func values(in document: JSON) throws(TemplateError) -> [JSON] {
    var found: [JSON] = []
    let run = JSONPathRun(source, missingKey)
    for case .expression(let steps, let at) in segments { found += try run.walk([document], steps, at: at) }
    return found
  }

  private func render(
    _ segments: [JSONPathSegment], _ value: JSON, to output: inout String
  ) throws(TemplateError) {
    let run = JSONPathRun(source, missingKey)
    for segment in segments {
      switch segment {
      case .text(let text): output += text
      case .expression(let steps, let at):
        output += try run.walk([value], steps, at: at).map(Self.text).joined(separator: " ")
      case .range(let steps, let body, let at):
        for element in try run.walk([value], steps, at: at) { try render(body, element, to: &output) }
      }
    }
  }

  private static func text(_ value: JSON) -> String {
    switch value {
    case .string(let text): text
    case .array, .object: value.sortedKeys().text()
    default: value.text()
    }
  }
}
