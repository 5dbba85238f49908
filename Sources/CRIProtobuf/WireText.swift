/// Estimates how much text on the wire grows when it is decoded and printed, and finds text that does not.
enum WireText {
  /// A control character becomes an escape sequence in each copy that is made for a table or a document.
  private static let bytesPerControlCharacter = 16
  /// A byte that is not valid UTF-8 becomes U+FFFD.
  private static let bytesPerInvalidByte = 12

  /// Returns the number of additional bytes.
  static func expansion(of text: UnsafeRawBufferPointer) -> Int {
    guard let start = text.baseAddress else { return 0 }
    var index = 0
    var sum = 0
    let wholeWords = text.count & ~7
    while index < wholeWords {
      let word = start.loadUnaligned(fromByteOffset: index, as: UInt64.self)
      // Finds a byte above 0x7F or below 0x20 (Mycroft's test, which is exact if no byte is above 0x7F).
      let high = word & 0x8080_8080_8080_8080
      let low = (word &- 0x2020_2020_2020_2020) & ~word & 0x8080_8080_8080_8080
      if high | low != 0 { return sum + slow(text, from: index) }
      index += 8
    }
    sum += slow(text, from: index)
    return sum
  }

  /// Whether JSON contains the text as it is: it is ASCII without control characters, quotes and backslashes.
  static func needsNoEscapes(_ text: UnsafeBufferPointer<UInt8>) -> Bool {
    let bytes = UnsafeRawBufferPointer(text)
    guard let start = bytes.baseAddress else { return true }
    var index = 0
    let wholeWords = bytes.count & ~7
    while index < wholeWords {
      let word = start.loadUnaligned(fromByteOffset: index, as: UInt64.self)
      let control = (word &- 0x2020_2020_2020_2020) & ~word
      let others = zeroByte(word ^ 0x2222_2222_2222_2222) | zeroByte(word ^ 0x5C5C_5C5C_5C5C_5C5C)
      let delete = zeroByte(word ^ 0x7F7F_7F7F_7F7F_7F7F)
      if (word | control | others | delete) & 0x8080_8080_8080_8080 != 0 { return false }
      index += 8
    }
    while index < bytes.count {
      let byte = bytes[index]
      if byte < 0x20 || byte >= 0x7F || byte == 0x22 || byte == 0x5C { return false }
      index += 1
    }
    return true
  }

  /// Returns a word in which the highest bit of a byte is set if this byte is zero (Mycroft's test). A byte above a zero
  /// byte may be reported too, but none is missed.
  private static func zeroByte(_ word: UInt64) -> UInt64 { (word &- 0x0101_0101_0101_0101) & ~word }

  private static func slow(_ text: UnsafeRawBufferPointer, from start: Int) -> Int {
    var index = start
    var sum = 0
    while index < text.count {
      let byte = text[index]
      switch byte {
      case 0x20..<0x7F: index += 1
      case 0..<0x20, 0x7F:
        sum += bytesPerControlCharacter
        index += 1
      default:
        let length = sequence(text, at: index)
        // C1 control characters and bidirectional control characters are escaped too.
        if length == 0 {
          sum += bytesPerInvalidByte
        } else if byte == 0xC2 || byte == 0xE2 {
          sum += bytesPerControlCharacter
        }
        index += max(length, 1)
      }
    }
    return sum
  }

  /// Returns the length of the valid UTF-8 sequence that begins here; 0 if the bytes are not valid UTF-8.
  private static func sequence(_ text: UnsafeRawBufferPointer, at index: Int) -> Int {
    let first = text[index]
    let length = first >= 0xF0 ? 4 : first >= 0xE0 ? 3 : 2
    guard (0xC2...0xF4).contains(first), index + length <= text.count else { return 0 }
    let second = text[index + 1]
    let lowest: UInt8 = first == 0xE0 ? 0xA0 : first == 0xF0 ? 0x90 : 0x80
    let highest: UInt8 = first == 0xED ? 0x9F : first == 0xF4 ? 0x8F : 0xBF
    guard (lowest...highest).contains(second) else { return 0 }
    for offset in 2..<max(length, 2) where text[index + offset] & 0xC0 != 0x80 { return 0 }
    return length
  }
}
