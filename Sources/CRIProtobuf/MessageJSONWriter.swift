internal import CRIJSON
internal import CRIProtobufC
internal import CRIText
internal import Glibc

/// Writes the C struct of a message as protobuf's JSON; see `CMessage.write(to:)` for the rules. The struct must come from
/// `Arena.encode`, which sorts maps.
enum MessageJSONWriter {
  static func write(_ c: UnsafeRawPointer, _ table: UnsafePointer<MessageJSONTable>, to json: inout JSONWriter) {
    json.beginObject()
    for field in table.pointee.fields { write(field, of: c, to: &json) }
    json.endObject()
  }

  /// Writes the key and value of a field, or nothing for an unset message.
  static func write(_ field: MessageJSONTable.Field, of c: UnsafeRawPointer, to json: inout JSONWriter) {
    let address = c + field.offset
    if field.kind == .map {
      writeKey(field.key, to: &json)
      writeMap(list(of: field, c), to: &json)
    } else if field.isRepeated {
      writeKey(field.key, to: &json)
      json.beginArray()
      let (start, count) = list(of: field, c)
      for index in 0..<count { writeValue(start + index * field.stride, field, to: &json) }
      json.endArray()
    } else if field.kind == .message, address.load(as: UnsafeRawPointer?.self) == nil {
      return
    } else {
      writeKey(field.key, to: &json)
      writeValue(address, field, to: &json)
    }
  }

  private static func list(of field: MessageJSONTable.Field, _ c: UnsafeRawPointer) -> (UnsafeRawPointer, Int) {
    let start = (c + field.offset).load(as: UnsafeRawPointer?.self)
    return (start ?? c, start == nil ? 0 : (c + field.countOffset).load(as: Int.self))
  }

  private static func writeValue(
    _ address: UnsafeRawPointer, _ field: MessageJSONTable.Field, to json: inout JSONWriter
  ) {
    switch field.kind {
    case .bool: json.bool(address.load(as: protobuf_c_boolean.self) != 0)
    case .int32: json.number(address.load(as: Int32.self))
    case .uint32: json.number(address.load(as: UInt32.self))
    case .int64: json.quotedNumber(address.load(as: Int64.self))
    case .uint64: json.quotedNumber(address.load(as: UInt64.self))
    case .double: writeDouble(address.load(as: Double.self), to: &json)
    case .string: writeString(bytes(address.load(as: ProtobufCBinaryData.self)), to: &json)
    case .bytes: json.string(Base64.encode(bytes(address.load(as: ProtobufCBinaryData.self)).span))
    case .enumeration: writeEnum(address.load(as: Int32.self), field.enumeration, to: &json)
    case .message, .map:
      // A message is stored as a pointer, whether or not it is in a list. A map has already been written.
      if let c = address.load(as: UnsafeRawPointer?.self), let child = field.child { write(c, child, to: &json) }
    }
  }

  private static func writeDouble(_ value: Double, to json: inout JSONWriter) {
    let text = value.protoJSON
    if value.isFinite { json.number(text) } else { json.string(text) }
  }

  private static func writeEnum(
    _ number: Int32, _ descriptor: UnsafePointer<ProtobufCEnumDescriptor>?, to json: inout JSONWriter
  ) {
    guard let name = protobuf_c_enum_descriptor_get_value(descriptor, number)?.pointee.name else {
      return json.number(number)
    }
    let bytes = UnsafeRawBufferPointer(start: name, count: strlen(name))
    json.string(unescaped: bytes.count) { copy(bytes, to: &$0) }
  }

  private static func writeMap(_ entries: (start: UnsafeRawPointer, count: Int), to json: inout JSONWriter) {
    let key = MemoryLayout<ProtobufCMessage>.stride
    let value = key + MemoryLayout<ProtobufCBinaryData>.stride
    json.beginObject()
    for index in 0..<entries.count {
      guard let entry = (entries.start + index * 8).load(as: UnsafeRawPointer?.self) else { continue }
      let name = bytes((entry + key).load(as: ProtobufCBinaryData.self))
      if WireText.needsNoEscapes(name) { writeKey(name, to: &json) } else { json.key(utf8: name.span) }
      writeString(bytes((entry + value).load(as: ProtobufCBinaryData.self)), to: &json)
    }
    json.endObject()
  }

  private static func writeKey(_ name: UnsafeBufferPointer<UInt8>, to json: inout JSONWriter) {
    json.key(unescaped: name.count) { copy(UnsafeRawBufferPointer(name), to: &$0) }
  }

  private static func writeString(_ text: UnsafeBufferPointer<UInt8>, to json: inout JSONWriter) {
    guard WireText.needsNoEscapes(text) else { return json.string(utf8: text.span) }
    json.string(unescaped: text.count) { copy(UnsafeRawBufferPointer(text), to: &$0) }
  }

  /// Copies the bytes as a whole, because appending them one by one takes most of the time.
  private static func copy(_ bytes: UnsafeRawBufferPointer, to output: inout OutputSpan<UInt8>) {
    output.withUnsafeMutableBufferPointer { buffer, count in
      UnsafeMutableRawBufferPointer(UnsafeMutableBufferPointer(rebasing: buffer[count...])).copyMemory(from: bytes)
      count += bytes.count
    }
  }

  private static func bytes(_ data: ProtobufCBinaryData) -> UnsafeBufferPointer<UInt8> {
    UnsafeBufferPointer(start: data.data, count: data.len)
  }
}
