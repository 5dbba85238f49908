// There is no nil literal because `document["key"] = nil` must remove a member; `.null` sets it to null.

extension JSON: ExpressibleByBooleanLiteral {
  /// A Boolean literal is `true` or `false`.
  public init(booleanLiteral value: Bool) { self = .bool(value) }
}

extension JSON: ExpressibleByIntegerLiteral {
  /// An integer literal is a number.
  public init(integerLiteral value: Int64) { self = .number(String(value)) }
}

extension JSON: ExpressibleByFloatLiteral {
  /// A floating-point literal is a number.
  public init(floatLiteral value: Double) { self.init(value) }
}

extension JSON: ExpressibleByStringInterpolation {
  /// A string literal is a string.
  public init(stringLiteral value: String) { self = .string(value) }
}

extension JSON: ExpressibleByArrayLiteral {
  /// An array literal is an array.
  public init(arrayLiteral elements: JSON...) { self = .array(elements) }
}

extension JSON: ExpressibleByDictionaryLiteral {
  /// A dictionary literal is an object, with its members in this order.
  public init(dictionaryLiteral elements: (String, JSON)...) {
    self = .object(JSONObject(elements.map { (key: $0.0, value: $0.1) }))
  }
}

extension JSON {
  /// Creates a number from an integer.
  public init(_ value: some BinaryInteger) { self = .number(String(value)) }

  /// Creates a number. Infinity and NaN become `null` because JSON cannot express them.
  public init(_ value: Double) { self = value.isFinite ? .number(value.description) : .null }

  /// Creates a string.
  public init(_ value: String) { self = .string(value) }

  /// Creates `true` or `false`.
  public init(_ value: Bool) { self = .bool(value) }
}
