/// A JSON document (RFC 8259). It is lossless: numbers keep their text, and objects keep the order of their members.
///
/// Equality ignores the order of an object's members. It compares strings by code points (Swift's `==` on strings also
/// accepts canonically equivalent ones) and numbers by their text, so `1` and `1.0` differ.
public enum JSON: Sendable {
  case null
  case bool(Bool)
  /// The exact text of a number, so that no integer is rounded.
  case number(String)
  case string(String)
  case array([JSON])
  case object(JSONObject)
}

extension JSON: Hashable {
  /// Compares documents; the type's documentation gives the rules.
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

  /// Hashes what `==` compares.
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
  /// Whether both strings have the same code points; `==` also accepts canonically equivalent strings.
  func isIdentical(to other: String) -> Bool {
    // Keys usually differ, and `==` is the fastest way to detect that.
    guard self == other else { return false }
    let (a, b) = (utf8.span, other.utf8.span)
    guard a.count == b.count else { return false }
    for position in a.indices where a[position] != b[position] { return false }
    return true
  }
}
