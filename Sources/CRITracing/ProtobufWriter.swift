/// Writes the fields of a message in protobuf's wire format (https://protobuf.dev/programming-guides/encoding/). Fields
/// with default values must be left out by the caller.
struct ProtobufWriter {
  private enum WireType: UInt64 {
    case varint = 0
    case fixed64 = 1
    case lengthDelimited = 2
    case fixed32 = 5
  }

  private(set) var bytes: [UInt8] = []

  mutating func append(_ field: UInt64, varint value: UInt64) {
    append(field, .varint)
    append(varint: value)
  }

  mutating func append(_ field: UInt64, fixed64 value: UInt64) {
    append(field, .fixed64)
    append(littleEndian: value, count: 8)
  }

  mutating func append(_ field: UInt64, fixed32 value: UInt32) {
    append(field, .fixed32)
    append(littleEndian: UInt64(value), count: 4)
  }

  mutating func append(_ field: UInt64, bytes content: some Collection<UInt8>) {
    append(field, .lengthDelimited)
    append(varint: UInt64(content.count))
    bytes += content
  }

  mutating func append(_ field: UInt64, text: String) { append(field, bytes: Array(text.utf8)) }

  mutating func append(_ field: UInt64, message write: (inout ProtobufWriter) -> Void) {
    var message = ProtobufWriter()
    write(&message)
    append(field, bytes: message.bytes)
  }

  private mutating func append(_ field: UInt64, _ type: WireType) { append(varint: field << 3 | type.rawValue) }

  private mutating func append(varint value: UInt64) {
    var rest = value
    while rest >= 0x80 {
      bytes.append(UInt8(truncatingIfNeeded: rest) | 0x80)
      rest >>= 7
    }
    bytes.append(UInt8(rest))
  }

  private mutating func append(littleEndian value: UInt64, count: Int) {
    for index in 0..<count { bytes.append(UInt8(truncatingIfNeeded: value >> UInt64(8 * index))) }
  }
}
