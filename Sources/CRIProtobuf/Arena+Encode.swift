package import CRIProtobufC
internal import Glibc

/// Copies Swift values to C memory, in the layout of protobuf-c's structs.
extension Arena {
  package func string(_ text: String) -> ProtobufCBinaryData {
    guard !text.isEmpty else { return ProtobufCBinaryData() }
    var text = text
    return text.withUTF8 { copy($0) }
  }

  package func strings(_ items: [String]) -> (Int, UnsafeMutablePointer<ProtobufCBinaryData>?) {
    guard !items.isEmpty else { return (0, nil) }
    let memory = allocate(ProtobufCBinaryData.self, count: items.count)
    for (index, item) in items.enumerated() { memory[index] = string(item) }
    return (items.count, memory)
  }

  package func bytes(_ bytes: [UInt8]) -> ProtobufCBinaryData {
    bytes.withUnsafeBufferPointer { copy($0) }
  }

  package func array<T: BitwiseCopyable>(_ items: [T]) -> (Int, UnsafeMutablePointer<T>?) {
    guard !items.isEmpty else { return (0, nil) }
    let memory = allocate(T.self, count: items.count)
    memory.initialize(from: items, count: items.count)
    return (items.count, memory)
  }

  package func unknownFields(_ fields: UnknownFields, into base: inout ProtobufCMessage) {
    guard !fields.isEmpty else { return }
    fields.bytes.withUnsafeBufferPointer { bytes in
      let list = WireFields(bytes)
      let count = list.count { _ in true }
      let memory = allocate(ProtobufCMessageUnknownField.self, count: count)
      var index = 0
      for field in list {
        memory[index] = ProtobufCMessageUnknownField(
          tag: field.number, wire_type: ProtobufCWireType(rawValue: UInt32(field.wireType.rawValue)),
          len: field.value.count, data: copy(UnsafeBufferPointer(rebasing: bytes[field.value])).data)
        index += 1
      }
      base.n_unknown_fields = UInt32(count)
      base.unknown_fields = memory
    }
  }

  /// Encodes a message as its C struct.
  package func encode<M: CMessage>(_ message: M) -> UnsafeMutablePointer<M.C> {
    let c = zeroed(M.C.self, M.descriptor)
    message.encode(into: c, self)
    return c
  }

  /// Creates an empty message; in proto3 all defaults are zero.
  package func zeroed<C>(
    _ type: C.Type, _ descriptor: UnsafePointer<ProtobufCMessageDescriptor>
  ) -> UnsafeMutablePointer<C> {
    zeroed(MemoryLayout<C>.size, descriptor).assumingMemoryBound(to: C.self)
  }

  func zeroed(_ schema: MessageSchema) -> UnsafeMutableRawPointer {
    zeroed(schema.descriptor.pointee.sizeof_message, schema.descriptor)
  }

  private func zeroed(
    _ size: Int, _ descriptor: UnsafePointer<ProtobufCMessageDescriptor>
  ) -> UnsafeMutableRawPointer {
    let memory = allocate(byteCount: size)
    memset(memory, 0, size)
    memory.assumingMemoryBound(to: ProtobufCMessage.self).pointee.descriptor = descriptor
    return memory
  }

  private func copy(_ bytes: UnsafeBufferPointer<UInt8>) -> ProtobufCBinaryData {
    guard let start = bytes.baseAddress, !bytes.isEmpty else { return ProtobufCBinaryData() }
    let memory = allocate(UInt8.self, count: bytes.count)
    memory.initialize(from: start, count: bytes.count)
    return ProtobufCBinaryData(len: bytes.count, data: memory)
  }
}
