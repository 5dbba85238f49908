/// Go's notation for strings: with quotes and escapes.
enum GoText {
  /// The string as Go's `strconv.Quote` writes it.
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

  /// Whether Go prints the character as itself: letters, marks, numbers, punctuation, symbols and the space.
  static func isPrintable(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.properties.generalCategory {
    case .control, .format, .surrogate, .privateUse, .unassigned, .lineSeparator, .paragraphSeparator: false
    case .spaceSeparator: scalar == " "
    default: true
    }
  }

  /// The number in hexadecimal, with zeros up to `digits` in front.
  static func hex(_ number: UInt32, _ digits: Int, uppercase: Bool = false) -> String {
    let text = String(number, radix: 16, uppercase: uppercase)
    return String(repeating: "0", count: max(0, digits - text.utf8.count)) + text
  }

  /// Reads the escape whose backslash is at `at`, moves behind it and appends what it stands for. False when
  /// there is no such escape.
  static func unescape(_ bytes: [UInt8], _ at: inout Int, to output: inout [UInt8]) -> Bool {
    guard at + 1 < bytes.count else { return false }
    let letter = bytes[at + 1]
    at += 2
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
      guard let value = digits(bytes, &at, count: 2, radix: 16) else { return false }
      output.append(UInt8(truncatingIfNeeded: value))
    case UInt8(ascii: "u"), UInt8(ascii: "U"):
      let count = letter == UInt8(ascii: "u") ? 4 : 8
      guard let value = digits(bytes, &at, count: count, radix: 16), let scalar = Unicode.Scalar(value) else {
        return false
      }
      output.append(contentsOf: String(scalar).utf8)
    case UInt8(ascii: "0")...UInt8(ascii: "7"):
      at -= 1
      guard let value = digits(bytes, &at, count: 3, radix: 8), value < 256 else { return false }
      output.append(UInt8(value))
    default: return false
    }
    return true
  }

  private static func digits(_ bytes: [UInt8], _ at: inout Int, count: Int, radix: UInt32) -> UInt32? {
    guard bytes.count - at >= count else { return nil }
    var value: UInt32 = 0
    for byte in bytes[at..<at + count] {
      guard let digit = Character(Unicode.Scalar(byte)).hexDigitValue, digit < radix else { return nil }
      guard value < 1 << 28 else { return nil }
      value = value * radix + UInt32(digit)
    }
    at += count
    return value
  }
}
