package import CRIJSON

/// A template of text and `{expressions}`, in the syntax of kubectl's `-o jsonpath=`.
///
/// A parsed template renders any number of documents. It differs from kubectl only where kubectl fails or its result is
/// random: the members of an object are sorted by key, a quoted key such as `['io.kubernetes.pod.name']` is one key
/// although it has dots, numbers keep their original text and can be compared with strings of digits, and a template
/// without braces that begins with a dot is an expression.
package struct JSONPath: Sendable {
  /// The effect of an expression that finds nothing.
  package enum MissingKey: Hashable, Sendable {
    /// The expression prints nothing, which is kubectl's default.
    case nothing
    /// Rendering fails.
    case error
  }

  private let source: TemplateSource
  private let segments: [JSONPathSegment]
  private let missingKey: MissingKey

  /// Parses a template.
  /// - Throws: `TemplateError` with the position of a construct that is wrong or not supported.
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

  /// Renders a document, without adding a line feed at the end.
  /// - Throws: `TemplateError` if an index is out of bounds, a filter is applied to something other than a list, or values
  ///   of different types are compared, as in kubectl.
  package func render(_ document: JSON) throws(TemplateError) -> String {
    var output = ""
    try render(segments, document, to: &output)
    return output
  }

  /// Returns the values that the expressions find, in the order of the expressions.
  /// - Throws: `TemplateError`; see `render(_:)`.
  package func values(in document: JSON) throws(TemplateError) -> [JSON] {
    var found: [JSON] = []
    let run = JSONPathEvaluator(source, missingKey)
    for case .expression(let steps, let offset) in segments { found += try run.select([document], steps, at: offset) }
    return found
  }

  private func render(
    _ segments: [JSONPathSegment], _ value: JSON, to output: inout String
  ) throws(TemplateError) {
    let run = JSONPathEvaluator(source, missingKey)
    for segment in segments {
      switch segment {
      case .text(let text): output += text
      case .expression(let steps, let offset):
        output += try run.select([value], steps, at: offset).map(Self.text).joined(separator: " ")
      case .range(let steps, let body, let offset):
        for element in try run.select([value], steps, at: offset) { try render(body, element, to: &output) }
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
