internal import CRIJSON

/// What a template's expression is worth.
enum TemplateValue: Hashable, Sendable {
  /// A literal of the template, or a length.
  case int(Int64)
  case float(Double)
  /// A piece of the document, or a string or truth that a function made. A member that is not there is null.
  case json(JSON)

  static let null = TemplateValue.json(.null)
  static func string(_ text: String) -> TemplateValue { .json(.string(text)) }
  static func bool(_ value: Bool) -> TemplateValue { .json(.bool(value)) }

  var isNull: Bool {
    if case .json(.null) = self { true } else { false }
  }

  /// A whole number of any origin.
  var intValue: Int64? {
    switch self {
    case .int(let value): value
    case .float: nil
    case .json(let json): json.intValue
    }
  }

  /// Go's truth: false, zero, nothing and whatever is empty are false.
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

  /// The kind, for messages.
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
