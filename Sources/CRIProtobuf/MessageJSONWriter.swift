internal import CRIJSON
internal import CRIProtobufC
internal import CRIText

/// Writes the C struct of a message as protobuf's JSON; see `CMessage.write(to:)` for the rules. The struct must come from
/// `Arena.encode`, which sorts maps.
enum MessageJSONWriter {
  static func write(_ c: UnsafeRawPointer, _ schema: MessageSchema, to json: inout JSONWriter) {
    json.beginObject()
    for field in schema.fields { write(field, of: c, to: &json) }
    json.endObject()
  }

  /// Writes the key and value of a field, or nothing for an unset message.
  static func write(_ field: FieldSchema, of c: UnsafeRawPointer, to json: inout JSONWriter) {
    let address = c + field.offset
    if case .map = field.kind {
      json.key(encoded: field.jsonKey)
      writeMap(list(of: field, c), to: &json)
    } else if field.isRepeated {
      json.key(encoded: field.jsonKey)
      json.beginArray()
      let (start, count) = list(of: field, c)
      let stride = FieldSchema.stride(field.kind)
      for index in 0..<count { writeValue(start + index * stride, field.kind, to: &json) }
      json.endArray()
    } else if case .message = field.kind, address.load(as: UnsafeRawPointer?.self) == nil {
      return
    } else {
      json.key(encoded: field.jsonKey)
      writeValue(address, field.kind, to: &json)
    }
  }

  private static func list(of field: FieldSchema, _ c: UnsafeRawPointer) -> (UnsafeRawPointer, Int) {
    let start = (c + field.offset).load(as: UnsafeRawPointer?.self)
    return (start ?? c, start == nil ? 0 : (c + field.countOffset).load(as: Int.self))
  }

  private static func writeValue(
    _ address: UnsafeRawPointer, _ kind: FieldSchema.Kind, to json: inout JSONWriter
  ) {
    switch kind {
    case .bool: json.bool(address.load(as: protobuf_c_boolean.self) != 0)
    case .int32: json.number(address.load(as: Int32.self))
    case .uint32: json.number(address.load(as: UInt32.self))
    case .int64: json.quotedNumber(address.load(as: Int64.self))
    case .uint64: json.quotedNumber(address.load(as: UInt64.self))
    case .double: writeDouble(address.load(as: Double.self), to: &json)
    case .string: json.string(utf8: bytes(address.load(as: ProtobufCBinaryData.self)).span)
    case .bytes: json.string(Base64.encode(bytes(address.load(as: ProtobufCBinaryData.self)).span))
    case .enumeration(let schema):
      let number = address.load(as: Int32.self)
      if let name = schema.valueName(number) { json.string(name) } else { json.number(number) }
    case .message(let schema), .map(let schema):
      // A message is stored as a pointer, whether or not it is in a list.
      if let c = address.load(as: UnsafeRawPointer?.self) { write(c, schema, to: &json) }
    }
  }

  private static func writeDouble(_ value: Double, to json: inout JSONWriter) {
    let text = value.protoJSON
    if value.isFinite { json.number(text) } else { json.string(text) }
  }

  private static func writeMap(_ entries: (start: UnsafeRawPointer, count: Int), to json: inout JSONWriter) {
    let key = MemoryLayout<ProtobufCMessage>.stride
    let value = key + MemoryLayout<ProtobufCBinaryData>.stride
    json.beginObject()
    for index in 0..<entries.count {
      guard let entry = (entries.start + index * 8).load(as: UnsafeRawPointer?.self) else { continue }
      json.key(utf8: bytes((entry + key).load(as: ProtobufCBinaryData.self)).span)
      json.string(utf8: bytes((entry + value).load(as: ProtobufCBinaryData.self)).span)
    }
    json.endObject()
  }

  private static func bytes(_ data: ProtobufCBinaryData) -> UnsafeBufferPointer<UInt8> {
    UnsafeBufferPointer(start: data.data, count: data.len)
  }
}
