internal import CRIJSON
internal import CRIProtobufC
internal import CRIText

/// Fills a zeroed C struct of a message from a JSON document.
struct MessageJSONReader {
  private let dialect: JSONDialect
  private var path: [Step] = []
  /// The unknown fields; nil if such a field is an error.
  private(set) var ignored: IgnoredFields?

  init(_ dialect: JSONDialect, ignored: IgnoredFields? = nil) {
    self.dialect = dialect
    self.ignored = ignored
  }

  mutating func read(
    _ json: JSON, _ schema: MessageSchema, into c: UnsafeMutableRawPointer, _ arena: borrowing Arena
  ) throws(MessageJSONError) {
    guard case .object(let object) = json else {
      // The braces of a wrapper are optional: 1000 means {"value": 1000}.
      if dialect == .handwritten, schema.isWrapper, let field = schema.fields.first {
        return try read(json, field, into: c, arena)
      }
      throw wrongType("an object", json, showsText: false)
    }
    var isSeen = [Bool](repeating: false, count: schema.fields.count)
    for (key, value) in object {
      path.append(.key(key))
      if let index = index(key, schema) {
        guard !isSeen[index] else { throw error(.repeatedField) }
        isSeen[index] = true
        if !value.isNull { try read(value, schema.fields[index], into: c, arena) }
      } else if dialect != .lenient {
        path[path.count - 1] = .key(Self.withoutValue(key))
        func unknown() -> MessageJSONError {
          error(.unknownField(message: schema.shortName, nearest: schema.nearest(to: key)))
        }
        guard var fields = ignored else { throw unknown() }
        ignored = nil
        fields.append(unknown())
        ignored = fields
      }
      path.removeLast()
    }
  }

  private func index(_ key: String, _ schema: MessageSchema) -> Int? {
    if let index = schema.index(named: key) { return index }
    // Go's JSON decoder ignores the case of keys.
    guard dialect == .handwritten else { return nil }
    let name = key.lowercased()
    return schema.fields.firstIndex { $0.name.lowercased() == name || $0.jsonName.lowercased() == name }
  }

  private mutating func read(
    _ json: JSON, _ field: FieldSchema, into c: UnsafeMutableRawPointer, _ arena: borrowing Arena
  ) throws(MessageJSONError) {
    let address = c + field.offset
    if case .map(let entry) = field.kind {
      guard case .object(let object) = json else { throw wrongType("an object", json, showsText: false) }
      let entries = arena.allocate(UnsafeMutableRawPointer?.self, count: object.count)
      for (index, (key, value)) in object.enumerated() {
        path.append(.key(key))
        entries[index] = mapEntry(key, try mapValue(value), entry, arena)
        path.removeLast()
      }
      set(list: entries, object.count, field, c)
    } else if field.isRepeated {
      guard case .array(let elements) = json else { throw wrongType("an array", json, showsText: false) }
      let stride = FieldSchema.stride(field.kind)
      let values = arena.allocate(byteCount: elements.count * stride)
      for (index, element) in elements.enumerated() {
        path.append(.index(index))
        let value = element.isNull && dialect == .handwritten ? Self.zero(field.kind) : element
        try readValue(value, field.kind, into: values + index * stride, arena)
        path.removeLast()
      }
      set(list: values, elements.count, field, c)
    } else {
      try readValue(json, field.kind, into: address, arena)
    }
  }

  private func set(
    list: UnsafeMutableRawPointer, _ count: Int, _ field: FieldSchema, _ c: UnsafeMutableRawPointer
  ) {
    guard count > 0 else { return }
    (c + field.offset).storeBytes(of: list, as: UnsafeMutableRawPointer.self)
    (c + field.countOffset).storeBytes(of: count, as: Int.self)
  }

  private func mapEntry(
    _ key: String, _ value: String, _ schema: MessageSchema, _ arena: borrowing Arena
  ) -> UnsafeMutableRawPointer {
    let c = arena.zeroed(schema)
    c.storeBytes(
      of: arena.string(key), toByteOffset: schema.fields[0].offset, as: ProtobufCBinaryData.self)
    c.storeBytes(
      of: arena.string(value), toByteOffset: schema.fields[1].offset, as: ProtobufCBinaryData.self)
    return c
  }

  private mutating func readValue(
    _ json: JSON, _ kind: FieldSchema.Kind, into address: UnsafeMutableRawPointer, _ arena: borrowing Arena
  ) throws(MessageJSONError) {
    switch kind {
    case .bool:
      guard case .bool(let value) = json else { throw wrongType("true or false", json) }
      address.storeBytes(of: value ? 1 : 0, as: protobuf_c_boolean.self)
    case .int32: address.storeBytes(of: try integer(json), as: Int32.self)
    case .int64: address.storeBytes(of: try integer(json), as: Int64.self)
    case .uint32: address.storeBytes(of: try integer(json), as: UInt32.self)
    case .uint64: address.storeBytes(of: try integer(json), as: UInt64.self)
    case .double: address.storeBytes(of: try double(json), as: Double.self)
    case .string:
      address.storeBytes(of: arena.string(try text(json)), as: ProtobufCBinaryData.self)
    case .bytes where dialect == .handwritten:
      address.storeBytes(of: arena.string(try text(json)), as: ProtobufCBinaryData.self)
    case .bytes:
      guard case .string(let text) = json, let bytes = Base64.decode(text) else {
        throw wrongType("a string in base64", json)
      }
      address.storeBytes(of: arena.bytes(bytes), as: ProtobufCBinaryData.self)
    case .enumeration(let schema): address.storeBytes(of: try number(json, schema), as: Int32.self)
    case .message(let schema), .map(let schema):
      let c = arena.zeroed(schema)
      try read(json, schema, into: c, arena)
      address.storeBytes(of: c, as: UnsafeMutableRawPointer.self)
    }
  }

  // MARK: Scalars

  private func text(_ json: JSON) throws(MessageJSONError) -> String {
    switch json {
    case .string(let text): return text
    default:
      // An unquoted value in YAML, such as 1 or true for a label.
      guard dialect == .handwritten, let text = json.unquotedText else { throw wrongType("a string", json) }
      return text
    }
  }

  /// Returns the value of a map entry. `key:` without a value is null in YAML, and Go decodes it as an empty string.
  private func mapValue(_ json: JSON) throws(MessageJSONError) -> String {
    json.isNull && dialect == .handwritten ? "" : try text(json)
  }

  /// The value for a list element that is null in a document, because Go decodes null as the zero value.
  private static func zero(_ kind: FieldSchema.Kind) -> JSON {
    switch kind {
    case .bool: false
    case .string, .bytes: ""
    case .message, .map: .object(JSONObject())
    default: 0
    }
  }

  private func integer<T: FixedWidthInteger>(_ json: JSON) throws(MessageJSONError) -> T {
    let number: JSON
    switch json {
    case .number: number = json
    case .string(let text): number = .number(text)
    default: throw wrongType("an integer", json)
    }
    let value: T? =
      if let value = number.intValue { T(exactly: value) } else {
        number.uintValue.flatMap { T(exactly: $0) }
      }
    if let value { return value }
    // A whole number that was not accepted above is out of range.
    guard let double = number.doubleValue, double.rounded() == double else {
      throw wrongType("an integer", json)
    }
    // Go converts the YAML number 1e18 to an integer before decoding it.
    if dialect == .handwritten, double.magnitude < 0x1p63, let value = T(exactly: Int64(double)) { return value }
    throw error(.outOfRange(type: "\(T.self)"))
  }

  private func double(_ json: JSON) throws(MessageJSONError) -> Double {
    switch json {
    case .string("NaN"): return .nan
    case .string("Infinity"): return .infinity
    case .string("-Infinity"): return -.infinity
    case .number(let text), .string(let text):
      // `Double(_:)` also accepts "nan", "inf" and hexadecimal numbers.
      if text.utf8.allSatisfy({ "+-.0123456789eE".utf8.contains($0) }), let value = Double(text) {
        return value
      }
    default: break
    }
    throw wrongType("a number", json)
  }

  private func number(_ json: JSON, _ schema: EnumSchema) throws(MessageJSONError) -> Int32 {
    guard case .string(let name) = json else {
      guard case .number = json else { throw wrongType("a name or a number", json) }
      return try integer(json)
    }
    if let number = schema.number(name) { return number }
    if dialect == .handwritten, let number = schema.number(short: name) { return number }
    let names = schema.values.map(\.name)
    guard dialect == .handwritten else {
      throw error(.unknownValue(enumeration: schema.name, nearest: name.uppercased().nearest(among: names)))
    }
    let nearest = name.nearest(among: names + schema.shortNames)
    if nearest == nil, names.count < 10 {
      throw wrongType("one of \(schema.shortNames.joined(separator: ", "))", json)
    }
    throw error(.unknownValue(enumeration: schema.name, nearest: nearest))
  }

  // MARK: Errors

  /// The part of an unknown key that can be the name of a field. What follows may be a secret value, because YAML reads
  /// `value:secret` as a key.
  private static func withoutValue(_ key: String) -> String {
    let name = key.utf8.prefix { byte in
      UInt8(ascii: "a")...UInt8(ascii: "z") ~= byte | 0x20 || UInt8(ascii: "0")...UInt8(ascii: "9") ~= byte
        || "_-.".utf8.contains(byte)
    }
    return name.count == key.utf8.count ? key : "\(Substring(name))…"
  }

  /// A part of the path to the current value. It becomes text only in an error.
  private enum Step {
    case key(String)
    case index(Int)
  }

  private func error(_ problem: MessageJSONError.Problem) -> MessageJSONError {
    var text = ""
    for step in path {
      switch step {
      case .key(let key): text += (text.isEmpty ? "" : ".") + key.shortened().printable
      case .index(let index): text += "[\(index)]"
      }
    }
    return MessageJSONError(path: text, problem: problem)
  }

  /// Whether a string looks like a word or a quantity in the wrong place, such as `private` or `512Mi`. Anything else may be
  /// a secret value.
  private static func isPrintable(_ text: String) -> Bool {
    func isLetter(_ byte: UInt8) -> Bool { UInt8(ascii: "a")...UInt8(ascii: "z") ~= byte | 0x20 }
    if text.utf8.allSatisfy({ isLetter($0) || "_- ".utf8.contains($0) }) { return text.utf8.count <= 40 }
    let unit = text.utf8.drop { "+-.0123456789".utf8.contains($0) }
    return unit.count <= 2 && unit.allSatisfy(isLetter) && text.utf8.count <= 20
  }

  /// - Parameter showsText: Whether a string may be quoted. A string in place of an object may contain a secret.
  private func wrongType(_ expected: String, _ json: JSON, showsText: Bool = true) -> MessageJSONError {
    let found =
      switch json {
      case .null: "null"
      case .bool(let value): "\(value)"
      case .number(let text): text.shortened()
      case .string(let text): showsText && Self.isPrintable(text) ? text.quoted : "a string"
      case .array: "an array"
      case .object: "an object"
      }
    return error(.wrongType(expected: expected, found: found))
  }
}
