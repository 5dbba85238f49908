/// Steps through the fields of a message in wire format, in unmanaged memory. It ends at the first byte that is not a
/// field.
///
/// `WireFields` returns more about each field; this type is used for counting, where speed matters.
struct WireCursor {
  private let start: UnsafeRawPointer
  private let count: Int
  private var position = 0
  /// Whether the current field is length-delimited.
  private(set) var isLengthDelimited = false

  init(_ start: UnsafeRawPointer, _ count: Int) {
    self.start = start
    self.count = count
  }

  init(_ start: UnsafePointer<UInt8>, _ count: Int) { self.init(UnsafeRawPointer(start), count) }

  /// Returns the next field's number and its content without the tag and the length.
  mutating func next() -> (number: UInt32, content: UnsafeRawBufferPointer)? {
    guard let tag = varint(), tag <= UInt64(UInt32.max), tag >> 3 != 0 else { return nil }
    let value = position
    var length = 0
    isLengthDelimited = false
    switch tag & 7 {
    case 0:
      guard varint() != nil else { return nil }
      length = position - value
      position = value
    case 1: length = 8
    case 2:
      guard let size = varint(), size <= UInt64(count - position) else { return nil }
      length = Int(size)
      isLengthDelimited = true
    case 5: length = 4
    default: return nil
    }
    guard length <= count - position else { return nil }
    let content = UnsafeRawBufferPointer(start: start + position, count: length)
    position += length
    return (UInt32(tag >> 3), content)
  }

  private mutating func varint() -> UInt64? {
    guard position < count else { return nil }
    let first = start.load(fromByteOffset: position, as: UInt8.self)
    position += 1
    if first < 0x80 { return UInt64(first) }
    var value = UInt64(first & 0x7F)
    var shift: UInt64 = 7
    while shift < 64, position < count {
      let byte = start.load(fromByteOffset: position, as: UInt8.self)
      position += 1
      value |= UInt64(byte & 0x7F) << shift
      if byte < 0x80 { return value }
      shift += 7
    }
    return nil
  }
}
