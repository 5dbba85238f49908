extension JSON {
  /// The member of an object; nil when this is no object or has no such member, and setting then makes one.
  public subscript(key: String) -> JSON? {
    get { objectValue?[key] }
    set {
      var object = objectValue ?? JSONObject()
      self = .null  // Lets go of the old storage, so that the change below happens in place.
      object[key] = newValue
      self = .object(object)
    }
  }

  /// The element of an array; nil when this is no array or has no such element.
  public subscript(position: Int) -> JSON? {
    guard case .array(let elements) = self, elements.indices.contains(position) else { return nil }
    return elements[position]
  }

  /// Whether this is `null`.
  public var isNull: Bool {
    if case .null = self { true } else { false }
  }

  /// The text of a string.
  public var stringValue: String? {
    if case .string(let text) = self { text } else { nil }
  }

  /// The value of `true` or `false`.
  public var boolValue: Bool? {
    if case .bool(let value) = self { value } else { nil }
  }

  /// A number that is exactly an `Int64`; `1e3` and `2.0` are.
  public var intValue: Int64? {
    guard case .number(let text) = self else { return nil }
    return Int64(text) ?? wholeNumber(text)
  }

  /// A number that is exactly a `UInt64`.
  public var uintValue: UInt64? {
    guard case .number(let text) = self else { return nil }
    return UInt64(text) ?? wholeNumber(text).flatMap { UInt64(exactly: $0) }
  }

  /// A number as the nearest `Double`.
  public var doubleValue: Double? {
    if case .number(let text) = self { Double(text) } else { nil }
  }

  /// The elements of an array.
  public var arrayValue: [JSON]? {
    if case .array(let elements) = self { elements } else { nil }
  }

  /// The members of an object.
  public var objectValue: JSONObject? {
    if case .object(let object) = self { object } else { nil }
  }

  // Beyond 2^53 a Double may have been rounded on its way here. (`Int64(exactly:)` would need libm.)
  private func wholeNumber(_ text: String) -> Int64? {
    guard let value = Double(text), value.magnitude <= 9_007_199_254_740_992 else { return nil }
    let whole = Int64(value)
    return Double(whole) == value ? whole : nil
  }
}
