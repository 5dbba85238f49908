package import CRIJSON
internal import CRIProtobufC

extension CMessage {
  /// Encodes the message as protobuf's JSON; see `write(to:)` for the rules.
  package func jsonBytes(_ style: JSONWriter.Style = .pretty) -> [UInt8] {
    var writer = JSONWriter(style)
    write(to: &writer)
    return writer.bytes
  }

  /// Encodes the message as a mutable JSON document; see `write(to:)` for the rules.
  package func json() -> JSON {
    do {
      return try JSON.parse(jsonBytes(.compact))
    } catch {
      preconditionFailure("JSONWriter has written invalid JSON: \(error)")
    }
  }

  /// Writes the message as the next JSON value, exactly as Go's protojson does with EmitDefaultValues.
  ///
  /// Field names are in camelCase, and fields are in the order of their declaration. Map keys are sorted, 64-bit
  /// integers are strings, enums are names, and bytes are base64. An unset field has its zero value, but an unset
  /// message is left out. Unknown fields are left out. Secrets are included.
  package func write(to json: inout JSONWriter) {
    // The lists are written from `self`, one element at a time, so that C memory holds only one of them.
    var withoutLists = self
    let elements = Self.elements
    for element in elements { element.clear(&withoutLists) }
    let arena = Arena()
    let elementArena = Arena()
    let c = UnsafeRawPointer(arena.encode(withoutLists))
    json.beginObject()
    for (index, field) in Self.schema.fields.enumerated() {
      if let element = elements.first(where: { $0.number == field.number }) {
        json.key(field.jsonName)
        json.beginArray()
        element.write(self, elementArena, &json)
        json.endArray()
      } else {
        MessageJSONWriter.write(Self.schema.jsonTable.pointee.fields[index], of: c, to: &json)
      }
    }
    json.endObject()
  }

  /// Decodes a message from a JSON document.
  ///
  /// Field names may be in camelCase or spelled as in the CRI. Enum values may be names or numbers, and integers may be
  /// numbers or strings. Bytes are base64, and `null` leaves a field unset.
  /// - Throws: `MessageJSONError` with the path of the value that is wrong.
  package init(json: JSON, _ dialect: JSONDialect) throws(MessageJSONError) {
    var ignored: IgnoredFields?
    try self.init(json: json, dialect, ignored: &ignored)
  }

  /// Decodes a message from a JSON document and collects the fields that the message type does not have.
  /// - Parameter ignored: The list to which unknown fields are added; nil to throw an error for the first one.
  package init(
    json: JSON, _ dialect: JSONDialect, ignored: inout IgnoredFields?
  ) throws(MessageJSONError) {
    let arena = Arena()
    let c = arena.zeroed(C.self, Self.descriptor)
    var reader = MessageJSONReader(dialect, ignored: ignored)
    try reader.read(json, Self.schema, into: UnsafeMutableRawPointer(c), arena)
    ignored = reader.ignored
    var decoder = CDecoder()
    self.init(decoding: UnsafePointer(c), &decoder)
  }
}
