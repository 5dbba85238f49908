internal import CRIProtobufC

extension CMessage {
  /// The message that the bytes encode.
  ///
  /// Lists of messages are read one element at a time: beside the bytes and the result, there is never more than one
  /// element in C memory. Text that is not UTF-8 is repaired with U+FFFD; a field of the wrong wire type is an error
  /// (except that protobuf-c takes a bool of any).
  ///
  /// What the message may take in memory is limited as `AnswerLimits` has it.
  package static func decode(_ bytes: [UInt8]) throws(DecodeError) -> Self {
    try decode(bytes, AnswerLimits().allowance(forBytes: bytes.count)).message
  }

  /// As `decode(_:)`; what was in the arena is gone after it.
  package static func decode(_ bytes: [UInt8], in arena: borrowing Arena) throws(DecodeError) -> Self {
    let allowance = AnswerLimits().allowance(forBytes: bytes.count)
    _ = try count(bytes, allowance)
    return try decode(bytes, in: arena, deadline: nil)
  }

  /// The message that the bytes encode, and an estimate of the memory that it takes, in bytes.
  ///
  /// Elements are counted on the wire first: nothing is allocated for a message that is over its limits.
  package static func decode(
    _ bytes: [UInt8], _ allowance: DecodeAllowance
  ) throws(DecodeError) -> (message: Self, decodedSize: Int) {
    let decodedSize = try count(bytes, allowance)
    let arena = Arena(limit: max(allowance.arenaSize, 32 << 10))
    do throws(DecodeError) {
      return (try decode(bytes, in: arena, deadline: allowance.deadline), decodedSize)
    } catch {
      guard error.reason == .outOfMemory, arena.isOverLimit else { throw error }
      let excess = DecodeExcess(
        limit: .elementSize, count: arena.footprint, allowed: allowance.arenaSize, elements: 0, size: bytes.count)
      throw DecodeError(messageName: error.messageName, reason: .overLimit(excess))
    }
  }

  /// - Returns: bytes of memory for the decoded values.
  private static func count(_ bytes: [UInt8], _ allowance: DecodeAllowance) throws(DecodeError) -> Int {
    var census = WireCensus(allowance)
    do throws(WireCensus.Stop) {
      try bytes.withUnsafeBufferPointer { (bytes) throws(WireCensus.Stop) in
        try census.count(bytes, Self.schema.census)
      }
      return census.retained
    } catch {
      switch error {
      case .late: throw DecodeError(messageName: protoName, reason: .deadlineExceeded)
      case .over(let limit, let count, let allowed):
        let excess = DecodeExcess(
          limit: limit, count: count, allowed: allowed, elements: census.elements, size: bytes.count)
        throw DecodeError(messageName: protoName, reason: .overLimit(excess))
      }
    }
  }

  private static func decode(
    _ bytes: [UInt8], in arena: borrowing Arena, deadline: ContinuousClock.Instant?
  ) throws(DecodeError) -> Self {
    let elements = Self.elements
    var decoder = CDecoder()
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
        try elements[index].decode(&message, bytes, counts[index], arena, &decoder, deadline)
      }
      return message
    }
  }

  /// How often each list's field comes, and all other fields where there is any list; wrong wire types are "other".
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

  /// One message, whole.
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
