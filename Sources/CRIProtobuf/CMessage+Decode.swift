internal import CRIProtobufC

extension CMessage {
  /// Decodes a message.
  ///
  /// Lists of messages are decoded one element at a time, so that C memory never holds more than one of them. Invalid
  /// UTF-8 becomes U+FFFD. A field of the wrong wire type is an error, except that protobuf-c accepts any varint as a
  /// Boolean.
  ///
  /// `ResponseLimits` bounds the memory that the message may take.
  package static func decode(_ bytes: [UInt8]) throws(DecodeError) -> Self {
    try decode(bytes, ResponseLimits().allowance(forBytes: bytes.count)).message
  }

  /// Decodes a message like `decode(_:)`. The previous contents of the arena are discarded.
  package static func decode(_ bytes: [UInt8], in arena: borrowing Arena) throws(DecodeError) -> Self {
    let allowance = ResponseLimits().allowance(forBytes: bytes.count)
    let sizeEstimate = try count(bytes, allowance)
    return try decode(bytes, in: arena, sizeEstimate.keyAllowance, allowance)
  }

  /// Decodes a message, and estimates how many bytes of memory it takes.
  ///
  /// Elements are counted on the wire first, so nothing is allocated for a message that exceeds its limits.
  package static func decode(
    _ bytes: [UInt8], _ allowance: DecodeAllowance
  ) throws(DecodeError) -> (message: Self, decodedSize: Int) {
    let sizeEstimate = try count(bytes, allowance)
    let arena = Arena(limit: max(allowance.arenaSize, 32 << 10))
    do throws(DecodeError) {
      let message = try decode(bytes, in: arena, sizeEstimate.keyAllowance, allowance)
      return (message, sizeEstimate.retained)
    } catch {
      guard error.reason == .outOfMemory, arena.isOverLimit else { throw error }
      let excess = DecodeExcess(
        limit: .elementSize, count: arena.footprint, allowed: allowance.arenaSize, elements: 0, size: bytes.count)
      throw DecodeError(messageName: error.messageName, reason: .overLimit(excess))
    }
  }

  private static func count(_ bytes: [UInt8], _ allowance: DecodeAllowance) throws(DecodeError) -> WireSizeEstimate {
    var sizeEstimate = WireSizeEstimate(allowance)
    do throws(WireSizeEstimate.Stop) {
      try bytes.withUnsafeBufferPointer { (bytes) throws(WireSizeEstimate.Stop) in
        try sizeEstimate.count(bytes, Self.schema.sizeTable)
      }
      return sizeEstimate
    } catch {
      switch error {
      case .deadlineExceeded: throw DecodeError(messageName: protoName, reason: .deadlineExceeded)
      case .over(let limit, let count, let allowed):
        let excess = DecodeExcess(
          limit: limit, count: count, allowed: allowed, elements: sizeEstimate.elements, size: bytes.count)
        throw DecodeError(messageName: protoName, reason: .overLimit(excess))
      }
    }
  }

  private static func decode(
    _ bytes: [UInt8], in arena: borrowing Arena, _ keyAllowance: Int, _ allowance: DecodeAllowance
  ) throws(DecodeError) -> Self {
    let elements = Self.elements
    var decoder = CDecoder(keyAllowance: keyAllowance, mapKeys: allowance.mapKeys)
    return try bytes.withUnsafeBufferPointer { (bytes) throws(DecodeError) in
      guard !elements.isEmpty else { return try unpack(bytes, in: arena, &decoder) }
      let (counts, rest) = try split(bytes, elements)
      var message: Self
      if let rest {
        message = try rest.withUnsafeBufferPointer { (rest) throws(DecodeError) in
          try unpack(rest, in: arena, &decoder)
        }
      } else {
        message = try unpack(bytes, in: arena, &decoder)
      }
      for index in elements.indices where counts[index] > 0 {
        arena.reset()
        try elements[index].decode(&message, bytes, counts[index], arena, &decoder, allowance.deadline)
      }
      return message
    }
  }

  /// Counts the fields of each list, and all other fields if there is any list; fields of the wrong wire type count as
  /// other fields.
  private static func split(
    _ bytes: UnsafeBufferPointer<UInt8>, _ elements: [ElementField<Self>]
  ) throws(DecodeError) -> (counts: [Int], rest: [UInt8]?) {
    var counts = [Int](repeating: 0, count: elements.count)
    var rest: [UInt8] = []
    var fields = WireFields(bytes).makeIterator()
    while let field = fields.next() {
      if let index = elements.firstIndex(where: { $0.number == field.number }) {
        guard field.wireType == .lengthDelimited else { throw malformed }
        counts[index] += 1
      } else {
        rest.append(contentsOf: bytes[field.range])
      }
    }
    guard fields.isAtEnd else { throw malformed }
    return (counts, counts.contains { $0 > 0 } ? rest : nil)
  }

  /// Unpacks one complete message.
  static func unpack(
    _ bytes: UnsafeBufferPointer<UInt8>, in arena: borrowing Arena, _ decoder: inout CDecoder
  ) throws(DecodeError) -> Self {
    guard let c = protobuf_c_message_unpack(descriptor, arena.allocator, bytes.count, bytes.baseAddress)
    else {
      throw arena.hasFailed ? DecodeError(messageName: protoName, reason: .outOfMemory) : malformed
    }
    return UnsafeMutableRawPointer(c).withMemoryRebound(to: C.self, capacity: 1) {
      Self(decoding: $0, &decoder)
    }
  }

  private static var malformed: DecodeError { DecodeError(messageName: protoName, reason: .malformed) }
}
