/// A JSON document (RFC 8259), lossless: numbers keep their text, objects keep their order.
///
/// Two documents are equal when a JSON reader could not tell them apart: the order of an object's members does
/// not matter, strings are compared code point by code point (Swift's `==` would also accept canonically
/// equivalent ones), and numbers by their text, so `1` and `1.0` differ.
public enum JSON: Sendable {
  case null
  case bool(Bool)
  /// A number's exact text, so that no integer is ever rounded.
  case number(String)
  case string(String)
  case array([JSON])
  case object(JSONObject)
}

extension JSON: Hashable {
  public static func == (a: JSON, b: JSON) -> Bool {
    switch (a, b) {
    case (.null, .null): true
    case (.bool(let a), .bool(let b)): a == b
    case (.number(let a), .number(let b)): a == b
    case (.string(let a), .string(let b)): a.isIdentical(to: b)
    case (.array(let a), .array(let b)): a == b
    case (.object(let a), .object(let b)): a == b
    default: false
    }
  }

  public func hash(into hasher: inout Hasher) {
    switch self {
    case .null: hasher.combine(0)
    case .bool(let value): hasher.combine(value)
    case .number(let text): hasher.combine(text)
    case .string(let text): hasher.combine(text)
    case .array(let elements): hasher.combine(elements)
    case .object(let object): hasher.combine(object)
    }
  }
}

extension String {
  /// Same code points; `==` also holds for canonically equivalent strings.
  func isIdentical(to other: String) -> Bool {
    // Different strings, the common case among keys, are told apart fastest so.
    guard self == other else { return false }
    let (a, b) = (utf8.span, other.utf8.span)
    guard a.count == b.count else { return false }
    for position in a.indices where a[position] != b[position] { return false }
    return true
  }
}
