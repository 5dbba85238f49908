/// Validates UTF-8 that arrives in pieces (Unicode Standard, table 3-7; RFC 3629, section 4).
struct UTF8Validator {
  /// The number of bytes still missing from the current character.
  private var missing = 0
  /// The values allowed for the next byte.
  private var allowed: ClosedRange<UInt8> = 0x80...0xbf

  /// Whether the last character is complete.
  var isComplete: Bool { missing == 0 }

  /// - Returns: false as soon as the bytes cannot be valid UTF-8.
  mutating func accept(_ bytes: some Sequence<UInt8>) -> Bool {
    for byte in bytes where !accept(byte) { return false }
    return true
  }

  private mutating func accept(_ byte: UInt8) -> Bool {
    if missing > 0 {
      guard allowed.contains(byte) else { return false }
      missing -= 1
      allowed = 0x80...0xbf
      return true
    }
    switch byte {
    case 0x00...0x7f: return true
    case 0xc2...0xdf: missing = 1
    case 0xe0: (missing, allowed) = (2, 0xa0...0xbf)
    case 0xed: (missing, allowed) = (2, 0x80...0x9f)
    case 0xe1...0xef: missing = 2
    case 0xf0: (missing, allowed) = (3, 0x90...0xbf)
    case 0xf1...0xf3: missing = 3
    case 0xf4: (missing, allowed) = (3, 0x80...0x8f)
    default: return false
    }
    return true
  }
}
