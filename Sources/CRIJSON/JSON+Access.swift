extension JSON {
  /// The value of an object's member, or nil if this is not an object or has no such member.
  ///
  /// Setting a value on anything but an object replaces it with an object that has this one member.
  public subscript(key: String) -> JSON? {
    get { objectValue?[key] }
    set {
      var object = objectValue ?? JSONObject()
      self = .null  // Releases the old storage so that the next line does not copy it.
      object[key] = newValue
      self = .object(object)
    }
  }

  /// The element of an array, or nil if this is not an array or the position is out of range.
  public subscript(position: Int) -> JSON? {
    guard case .array(let elements) = self, elements.indices.contains(position) else { return nil }
    return elements[position]
  }

  /// Whether this is JSON's `null`.
  public var isNull: Bool {
    if case .null = self { true } else { false }
  }

  /// The text of a string, or nil if this is not a string.
  public var stringValue: String? {
    if case .string(let text) = self { text } else { nil }
  }

  /// The value of `true` or `false`, or nil if this is not a Boolean.
  public var boolValue: Bool? {
    if case .bool(let value) = self { value } else { nil }
  }

  /// The number as an `Int64`, or nil if this is not a number or an `Int64` cannot hold it exactly. `1e3` and `2.0` are
  /// whole numbers.
  public var intValue: Int64? {
    guard case .number(let text) = self else { return nil }
    return Int64(text) ?? wholeNumber
  }

  /// The number as a `UInt64`, or nil if this is not a number or a `UInt64` cannot hold it exactly.
  public var uintValue: UInt64? {
    guard case .number(let text) = self else { return nil }
    return UInt64(text) ?? wholeNumber.flatMap { UInt64(exactly: $0) }
  }

  /// The number as the nearest `Double`, or nil if this is not a number.
  public var doubleValue: Double? {
    // `Double(_:)` also accepts hexadecimal numbers.
    guard case .number(let text) = self, !text.utf8.contains(where: { $0 | 0x20 == 0x78 }) else { return nil }
    return Double(text)
  }

  /// The elements of an array, or nil if this is not an array.
  public var arrayValue: [JSON]? {
    if case .array(let elements) = self { elements } else { nil }
  }

  /// The members of an object, or nil if this is not an object.
  public var objectValue: JSONObject? {
    if case .object(let object) = self { object } else { nil }
  }

  // A Double is exact only up to 2^53. (`Int64(exactly:)` would need libm.)
  private var wholeNumber: Int64? {
    guard let value = doubleValue, value.magnitude <= 9_007_199_254_740_992 else { return nil }
    let whole = Int64(value)
    return Double(whole) == value ? whole : nil
  }
}
