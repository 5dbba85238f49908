// No nil literal on purpose: `document["key"] = nil` must remove a member, and `.null` write one.

extension JSON: ExpressibleByBooleanLiteral {
  public init(booleanLiteral value: Bool) { self = .bool(value) }
}

extension JSON: ExpressibleByIntegerLiteral {
  public init(integerLiteral value: Int64) { self = .number(String(value)) }
}

extension JSON: ExpressibleByFloatLiteral {
  public init(floatLiteral value: Double) { self.init(value) }
}

extension JSON: ExpressibleByStringInterpolation {
  public init(stringLiteral value: String) { self = .string(value) }
}

extension JSON: ExpressibleByArrayLiteral {
  public init(arrayLiteral elements: JSON...) { self = .array(elements) }
}

extension JSON: ExpressibleByDictionaryLiteral {
  public init(dictionaryLiteral elements: (String, JSON)...) {
    self = .object(JSONObject(elements.map { (key: $0.0, value: $0.1) }))
  }
}

extension JSON {
  /// An integer.
  public init(_ value: some BinaryInteger) { self = .number(String(value)) }

  /// A number; JSON has no infinities and no NaN: they become `null`.
  public init(_ value: Double) { self = value.isFinite ? .number(value.description) : .null }

  /// A string.
  public init(_ value: String) { self = .string(value) }

  /// `true` or `false`.
  public init(_ value: Bool) { self = .bool(value) }
}
