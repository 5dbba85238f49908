/// A field in wire format, parsed independently of the code under test.
struct WireField {
  let number: UInt32
  let wireType: UInt8
  let content: [UInt8]

  /// Returns the fields of a valid message.
  static func all(_ bytes: [UInt8]) -> [WireField] {
    var rest = bytes[...]
    var fields: [WireField] = []
    while !rest.isEmpty {
      let tag = varint(&rest)
      let length =
        switch tag & 7 {
        case 1: 8
        case 2: Int(varint(&rest))
        case 5: 4
        default: rest.prefix { $0 >= 0x80 }.count + 1
        }
      fields.append(
        WireField(number: UInt32(tag >> 3), wireType: UInt8(tag & 7), content: Array(rest.prefix(length))))
      rest = rest.dropFirst(length)
    }
    return fields
  }

  static func varint(_ value: UInt64) -> [UInt8] {
    value < 0x80 ? [UInt8(value)] : [UInt8(value & 0x7F) | 0x80] + varint(value >> 7)
  }

  private static func varint(_ rest: inout ArraySlice<UInt8>) -> UInt64 {
    let byte = UInt64(rest.removeFirst())
    return byte < 0x80 ? byte : byte & 0x7F | varint(&rest) << 7
  }
}
