/// Generates IDs that look like a runtime's. The same text always gives the same ID.
enum Identifier {
  /// Returns an ID of 64 hexadecimal digits.
  static func make(_ text: String) -> String {
    var state: UInt64 = 0xcbf2_9ce4_8422_2325
    for byte in text.utf8 { state = (state ^ UInt64(byte)) &* 0x100_0000_01b3 }
    var bytes: [UInt8] = []
    bytes.reserveCapacity(64)
    for _ in 0..<4 {
      let word = next(&state)
      for shift in stride(from: 60, through: 0, by: -4) {
        bytes.append(digits[Int(word >> UInt64(shift) & 15)])
      }
    }
    return String(decoding: bytes, as: UTF8.self)
  }

  /// Returns a new random ID of 64 hexadecimal digits.
  static func random() -> String { make("\(UInt64.random(in: 0 ... .max))/\(UInt64.random(in: 0 ... .max))") }

  /// Returns an ID in the format of a pod's UID.
  static func uuid(_ text: String) -> String {
    let digits = Array(make(text).utf8)
    let parts = [0..<8, 8..<12, 12..<16, 16..<20, 20..<32]
    return parts.map { String(decoding: digits[$0], as: UTF8.self) }.joined(separator: "-")
  }

  /// Returns a number below the limit that depends only on the ID.
  static func number(_ id: String, below limit: Int) -> Int { (Int(id.prefix(12), radix: 16) ?? 0) % limit }

  private static let digits = Array("0123456789abcdef".utf8)

  /// The SplitMix64 generator.
  private static func next(_ state: inout UInt64) -> UInt64 {
    state &+= 0x9e37_79b9_7f4a_7c15
    var word = state
    word = (word ^ (word >> 30)) &* 0xbf58_476d_1ce4_e5b9
    word = (word ^ (word >> 27)) &* 0x94d0_49bb_1331_11eb
    return word ^ (word >> 31)
  }
}
