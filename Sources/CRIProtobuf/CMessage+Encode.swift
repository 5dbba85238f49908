internal import CRIProtobufC

extension CMessage {
  /// Encodes the message in protobuf's wire format: fields in the order of their numbers, with sorted map keys, and
  /// unknown fields last.
  package func encode() -> [UInt8] {
    let arena = Arena()
    return UnsafeMutableRawPointer(arena.encode(self)).withMemoryRebound(
      to: ProtobufCMessage.self, capacity: 1
    ) { c in
      let size = protobuf_c_message_get_packed_size(c)
      guard size > 0 else { return [] }
      return [UInt8](unsafeUninitializedCapacity: size) { buffer, count in
        count = protobuf_c_message_pack(c, buffer.baseAddress)
      }
    }
  }
}
