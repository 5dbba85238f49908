internal import CRISystem

/// The fields of a header block (POSIX.1-2017, pax, "ustar Interchange Format"; GNU tar, "Basic Tar Format").
struct TarHeader {
  static let size = 512
  private static let ustar = Array("ustar".utf8)

  let name: [UInt8]
  let permissions: UInt32
  let owner: UInt32
  let group: UInt32
  let size: Int
  let modified: Int64
  let type: UInt8
  let linkName: [UInt8]

  /// Whether a block contains only zeros, which marks the end of the stream.
  static func isEnd(_ block: ArraySlice<UInt8>) -> Bool { block.allSatisfy { $0 == 0 } }

  /// - Parameter block: 512 bytes.
  init(_ block: ArraySlice<UInt8>) throws(TarFailure) {
    let block = Array(block)
    let sum = try Self.number(block[148..<156], "checksum")
    // The checksum is computed with its own field filled with spaces. Some programs add up the bytes as signed numbers.
    let unsigned = block.enumerated().reduce(0) { $0 + (148..<156 ~= $1.offset ? 32 : Int($1.element)) }
    let signed = block.enumerated().reduce(0) {
      $0 + (148..<156 ~= $1.offset ? 32 : Int(Int8(bitPattern: $1.element)))
    }
    guard sum == unsigned || sum == signed else { throw .notATarStream }
    permissions = UInt32(try Self.number(block[100..<108], "mode") & 0o7777)
    owner = try Self.id(block[108..<116], "owner")
    group = try Self.id(block[116..<124], "group")
    size = try Self.number(block[124..<136], "size")
    modified = Int64(try Self.number(block[136..<148], "time", allowsNegative: true))
    guard size >= 0, size <= CopyLimits.size else { throw .invalidNumber(field: "size") }
    type = block[156]
    linkName = Self.text(block[157..<257])
    let isPOSIX = Array(block[257..<262]) == Self.ustar && block[262] == 0
    let prefix = isPOSIX ? Self.text(block[345..<500]) : []
    let ownName = Self.text(block[0..<100])
    name = prefix.isEmpty ? ownName : prefix + [UInt8(ascii: "/")] + ownName
  }

  private static func text(_ field: ArraySlice<UInt8>) -> [UInt8] { Array(field.prefix { $0 != 0 }) }

  private static func id(_ field: ArraySlice<UInt8>, _ name: String) throws(TarFailure) -> UInt32 {
    guard let id = UInt32(exactly: try number(field, name)) else { throw .invalidNumber(field: name) }
    return id
  }

  /// An octal number, or a number in GNU tar's binary form, whose first bit is set.
  private static func number(
    _ field: ArraySlice<UInt8>, _ name: String, allowsNegative: Bool = false
  ) throws(TarFailure) -> Int {
    guard let first = field.first else { throw .invalidNumber(field: name) }
    if first & 0x80 != 0 {
      let isNegative = first & 0x40 != 0
      if isNegative, !allowsNegative { throw .invalidNumber(field: name) }
      var value = isNegative ? -1 : 0
      for (index, byte) in field.enumerated() {
        let bits = index == 0 && !isNegative ? byte & 0x7f : byte
        let (high, overflows) = value.multipliedReportingOverflow(by: 256)
        if overflows { throw .invalidNumber(field: name) }
        value = high | Int(bits)
      }
      return value
    }
    var value = 0
    var hasEnded = false
    for byte in field.drop(while: { $0 == UInt8(ascii: " ") }) {
      switch byte {
      case 0, UInt8(ascii: " "): hasEnded = true
      case UInt8(ascii: "0")...UInt8(ascii: "7"):
        // The largest field has 12 digits, so this does not overflow.
        if hasEnded { throw .invalidNumber(field: name) }
        value = value << 3 | Int(byte & 7)
      default: throw .invalidNumber(field: name)
      }
    }
    return value
  }
}
