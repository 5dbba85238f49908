package import CRIJSON
internal import CRIProtobufC

extension CMessage {
  /// The message as protobuf's JSON; see `write(to:)`.
  package func jsonBytes(_ style: JSONWriter.Style = .pretty) -> [UInt8] {
    var writer = JSONWriter(style)
    write(to: &writer)
    return writer.bytes
  }

  /// The message as a document, in which other things can be changed and added; see `write(to:)`.
  package func json() -> JSON {
    do {
      return try JSON.parse(jsonBytes(.compact))
    } catch {
      preconditionFailure("what JSONWriter writes is JSON: \(error)")
    }
  }

  /// Writes the message as the next value, exactly as Go's protojson with EmitDefaultValues: camelCase names in the
  /// order of declaration, map keys sorted, 64-bit integers as strings, enums by name, bytes in base64, what is not set
  /// with its zero value, messages that are not set not at all. Unknown fields have no JSON; secrets are not hidden.
  package func write(to json: inout JSONWriter) {
    var rest = self
    let elements = Self.elements
    for element in elements { element.clear(&rest) }
    let arena = Arena()
    let elementArena = Arena()
    let c = UnsafeRawPointer(arena.lower(rest))
    json.beginObject()
    for field in Self.schema.fields {
      if let element = elements.first(where: { $0.number == field.number }) {
        json.key(field.jsonName)
        json.beginArray()
        element.write(self, elementArena, &json)
        json.endArray()
      } else {
        MessageJSONWriter.write(field, of: c, to: &json)
      }
    }
    json.endObject()
  }

  /// The message that a document describes: names in camelCase or as in the interface, enums by name or number,
  /// integers as numbers or strings, bytes in base64, `null` for what is not set.
  package init(json: JSON, _ dialect: JSONDialect = .protobuf) throws(MessageJSONError) {
    let arena = Arena()
    let c = arena.zeroed(C.self, Self.descriptor)
    var reader = MessageJSONReader(dialect)
    try reader.read(json, Self.schema, into: UnsafeMutableRawPointer(c), arena)
    var lifter = Lifter()
    self.init(lifting: UnsafePointer(c), &lifter)
  }
}
