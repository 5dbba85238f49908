/// Writes and reads strings in Go's notation, with quotes and escape sequences.
enum GoText {
  /// Quotes a string as Go's `strconv.Quote` does, or `strconv.QuoteToASCII` if `isASCII` is true.
  static func quote(_ text: String, delimiter: Unicode.Scalar = "\"", isASCII: Bool = false) -> String {
    var quoted = String(delimiter)
    for scalar in text.unicodeScalars { append(scalar, delimiter, isASCII, to: &quoted) }
    quoted.unicodeScalars.append(delimiter)
    return quoted
  }

  private static func append(
    _ scalar: Unicode.Scalar, _ delimiter: Unicode.Scalar, _ isASCII: Bool, to quoted: inout String
  ) {
    switch scalar {
    case delimiter, "\\": quoted += "\\\(scalar)"
    case "\u{7}": quoted += "\\a"
    case "\u{8}": quoted += "\\b"
    case "\u{c}": quoted += "\\f"
    case "\n": quoted += "\\n"
    case "\r": quoted += "\\r"
    case "\t": quoted += "\\t"
    case "\u{b}": quoted += "\\v"
    case _ where isPrintable(scalar) && (scalar.isASCII || !isASCII): quoted.unicodeScalars.append(scalar)
    case _ where scalar.isASCII: quoted += "\\x" + hex(scalar.value, 2)
    case _ where scalar.value < 0x10000: quoted += "\\u" + hex(scalar.value, 4)
    default: quoted += "\\U" + hex(scalar.value, 8)
    }
  }

  /// Whether Go prints the character without an escape: a letter, a mark, a number, a punctuation character, a symbol
  /// or the space.
  static func isPrintable(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.properties.generalCategory {
    case .control, .format, .surrogate, .privateUse, .unassigned, .lineSeparator, .paragraphSeparator: false
    case .spaceSeparator: scalar == " "
    default: true
    }
  }

  /// Formats a number in hexadecimal with at least `digits` digits.
  static func hex(_ number: UInt32, _ digits: Int, uppercase: Bool = false) -> String {
    let text = String(number, radix: 16, uppercase: uppercase)
    return String(repeating: "0", count: max(0, digits - text.utf8.count)) + text
  }

  /// Decodes the escape sequence whose backslash is at `position`, appends its character to `output` and moves `position`
  /// past it. Returns false if the sequence is not valid.
  static func unescape(_ bytes: [UInt8], _ position: inout Int, to output: inout [UInt8]) -> Bool {
    guard position + 1 < bytes.count else { return false }
    let letter = bytes[position + 1]
    position += 2
    switch letter {
    case UInt8(ascii: "a"): output.append(0x07)
    case UInt8(ascii: "b"): output.append(0x08)
    case UInt8(ascii: "f"): output.append(0x0C)
    case UInt8(ascii: "n"): output.append(0x0A)
    case UInt8(ascii: "r"): output.append(0x0D)
    case UInt8(ascii: "t"): output.append(0x09)
    case UInt8(ascii: "v"): output.append(0x0B)
    case UInt8(ascii: "\\"), UInt8(ascii: "'"), UInt8(ascii: "\""): output.append(letter)
    case UInt8(ascii: "x"):
      guard let value = digits(bytes, &position, count: 2, radix: 16) else { return false }
      output.append(UInt8(truncatingIfNeeded: value))
    case UInt8(ascii: "u"), UInt8(ascii: "U"):
      let count = letter == UInt8(ascii: "u") ? 4 : 8
      guard let value = digits(bytes, &position, count: count, radix: 16), let scalar = Unicode.Scalar(value) else {
        return false
      }
      output.append(contentsOf: String(scalar).utf8)
    case UInt8(ascii: "0")...UInt8(ascii: "7"):
      position -= 1
      guard let value = digits(bytes, &position, count: 3, radix: 8), value < 256 else { return false }
      output.append(UInt8(value))
    default: return false
    }
    return true
  }

  private static func digits(_ bytes: [UInt8], _ position: inout Int, count: Int, radix: UInt32) -> UInt32? {
    guard bytes.count - position >= count else { return nil }
    var value: UInt32 = 0
    for byte in bytes[position..<position + count] {
      guard let digit = Character(Unicode.Scalar(byte)).hexDigitValue, digit < radix else { return nil }
      guard value < 1 << 28 else { return nil }
      value = value * radix + UInt32(digit)
    }
    position += count
    return value
  }
}
