/// The fields of one message in wire format, without their contents.
///
/// The sequence ends at the first byte that is not a field; `isAtEnd` says whether that is the end of the message.
struct WireFields: Sequence {
  struct Field {
    let number: UInt32
    let wireType: WireType
    /// The range of the whole field.
    let range: Range<Int>
    /// The range without the tag; a length-delimited value includes its length.
    let value: Range<Int>
    /// The range of a length-delimited value's content.
    let content: Range<Int>
  }

  /// The layout of a field's value. proto3 has no groups (3, 4).
  enum WireType: UInt8 {
    case varint = 0
    case fixed64 = 1
    case lengthDelimited = 2
    case fixed32 = 5
  }

  private let bytes: UnsafeBufferPointer<UInt8>

  init(_ bytes: UnsafeBufferPointer<UInt8>) { self.bytes = bytes }

  func makeIterator() -> Iterator { Iterator(bytes: bytes) }

  struct Iterator: IteratorProtocol {
    private let bytes: UnsafeBufferPointer<UInt8>
    private(set) var position = 0

    init(bytes: UnsafeBufferPointer<UInt8>) { self.bytes = bytes }

    /// Whether all bytes have been consumed, so that the message is complete.
    var isAtEnd: Bool { position == bytes.count }

    mutating func next() -> Field? {
      var cursor = position
      guard let tag = varint(&cursor), tag <= UInt64(UInt32.max), tag >> 3 != 0,
        let wireType = WireType(rawValue: UInt8(tag & 7))
      else { return nil }
      let value = cursor
      var content = cursor
      switch wireType {
      case .varint: guard varint(&cursor) != nil else { return nil }
      case .fixed64: cursor += 8
      case .fixed32: cursor += 4
      case .lengthDelimited:
        guard let length = varint(&cursor), length <= UInt64(bytes.count - cursor) else { return nil }
        content = cursor
        cursor += Int(length)
      }
      guard cursor <= bytes.count else { return nil }
      let field = Field(
        number: UInt32(tag >> 3), wireType: wireType, range: position..<cursor, value: value..<cursor,
        content: content..<cursor)
      position = cursor
      return field
    }

    private func varint(_ cursor: inout Int) -> UInt64? {
      var value: UInt64 = 0
      for shift in stride(from: UInt64(0), to: 64, by: 7) {
        guard cursor < bytes.count else { return nil }
        let byte = bytes[cursor]
        cursor += 1
        value |= UInt64(byte & 0x7F) << shift
        if byte < 0x80 { return value }
      }
      return nil
    }
  }
}
