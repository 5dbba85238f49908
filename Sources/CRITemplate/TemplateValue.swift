internal import CRIJSON

/// The value of an expression in a template.
enum TemplateValue: Hashable, Sendable {
  /// An integer literal in the template, or the result of `len`.
  case int(Int64)
  case float(Double)
  /// A value from the document, or a string or Boolean returned by a function. A missing member is null.
  case json(JSON)

  static let null = TemplateValue.json(.null)
  static func string(_ text: String) -> TemplateValue { .json(.string(text)) }
  static func bool(_ value: Bool) -> TemplateValue { .json(.bool(value)) }

  var isNull: Bool {
    if case .json(.null) = self { true } else { false }
  }

  /// The value as an integer, or nil if it is not a whole number.
  var intValue: Int64? {
    switch self {
    case .int(let value): value
    case .float: nil
    case .json(let json): json.intValue
    }
  }

  /// The truth value by Go's rules: false, zero, null and empty values are false.
  var isTrue: Bool {
    switch self {
    case .int(let value): value != 0
    case .float(let value): value != 0
    case .json(.null): false
    case .json(.bool(let value)): value
    case .json(.number(let text)): Double(text) != 0
    case .json(.string(let text)): !text.isEmpty
    case .json(.array(let elements)): !elements.isEmpty
    case .json(.object(let object)): !object.isEmpty
    }
  }

  /// The type of the value, for error messages.
  var kind: String {
    switch self {
    case .int, .float, .json(.number): "a number"
    case .json(.null): "null"
    case .json(.bool): "a boolean"
    case .json(.string): "a string"
    case .json(.array): "a list"
    case .json(.object): "an object"
    }
  }
}
