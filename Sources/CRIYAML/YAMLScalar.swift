/// The type and value of a plain scalar, according to the rules of YAML 1.1 as the Kubernetes YAML library applies them.
enum YAMLScalar: Equatable {
  case null
  case bool(Bool)
  /// Decimal digits with an optional minus sign.
  case integer(String)
  case float(Double)
  /// A date or a time, which becomes a string because JSON has no such type.
  case timestamp
  case string

  init(plain text: String) {
    self = Self.keyword(text) ?? Self.number(text) ?? .string
  }

  private static func keyword(_ text: String) -> YAMLScalar? {
    guard text.utf8.count <= 5 else { return nil }
    return switch text {
    case "", "~", "null", "Null", "NULL": .null
    case "y", "Y", "yes", "Yes", "YES", "true", "True", "TRUE", "on", "On", "ON": .bool(true)
    case "n", "N", "no", "No", "NO", "false", "False", "FALSE", "off", "Off", "OFF": .bool(false)
    case ".nan", ".NaN", ".NAN": .float(.nan)
    case ".inf", ".Inf", ".INF", "+.inf", "+.Inf", "+.INF": .float(.infinity)
    case "-.inf", "-.Inf", "-.INF": .float(-.infinity)
    default: nil
    }
  }

  private static func number(_ text: String) -> YAMLScalar? {
    guard let first = text.utf8.first else { return nil }
    switch first {
    case UInt8(ascii: "."):
      return hasStrayUnderscore(text) ? nil : parseFloat(text.filter { $0 != "_" })
    case UInt8(ascii: "+"), UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"):
      if YAMLTimestamp.matches(text) { return .timestamp }
      let digits = text.utf8.contains(UInt8(ascii: "_")) ? text.filter { $0 != "_" } : text
      return parseInteger(digits) ?? parseFloat(digits)
    default:
      return nil
    }
  }

  /// Parses a decimal integer, or an integer with the prefix `0x`, `0o`, `0b` or `0` (octal). Only decimal integers may
  /// exceed 64 bits.
  private static func parseInteger(_ text: String) -> YAMLScalar? {
    var digits = Substring(text)
    let sign = digits.first == "-" ? "-" : ""
    if let first = digits.first, first == "-" || first == "+" { digits.removeFirst() }
    guard let first = digits.utf8.first, isDigit(first) else { return nil }
    var radix = 10
    if first == UInt8(ascii: "0"), let second = digits.utf8.dropFirst().first {
      let prefix: Int
      switch second {
      case UInt8(ascii: "x"), UInt8(ascii: "X"): (radix, prefix) = (16, 2)
      case UInt8(ascii: "o"), UInt8(ascii: "O"): (radix, prefix) = (8, 2)
      case UInt8(ascii: "b"), UInt8(ascii: "B"): (radix, prefix) = (2, 2)
      case _ where isDigit(second): (radix, prefix) = (8, 1)
      // `0.5` and `0e5` are not integers, and `0-3` and `0:30` are not even numbers.
      default: return nil
      }
      digits = digits.dropFirst(prefix)
      // `Int64(_:radix:)` accepts a sign, which is not allowed after a prefix.
      guard let next = digits.first, next.isHexDigit else { return nil }
    }
    if let value = Int64(sign + digits, radix: radix) { return .integer(String(value)) }
    if sign.isEmpty, let value = UInt64(digits, radix: radix) { return .integer(String(value)) }
    guard radix == 10, digits.utf8.allSatisfy(isDigit) else { return nil }
    return .integer(sign + digits)
  }

  /// Whether the text has an underscore that does not separate two digits. Go's library rejects such an underscore in a
  /// number that begins with a point; in other numbers, `resolve` in go-yaml removes all underscores first.
  private static func hasStrayUnderscore(_ text: String) -> Bool {
    let bytes = Array(text.utf8)
    return bytes.indices.contains { index in
      guard bytes[index] == UInt8(ascii: "_") else { return false }
      guard index > 0, index + 1 < bytes.count else { return true }
      return !isDigit(bytes[index - 1]) || !isDigit(bytes[index + 1])
    }
  }

  private static func parseFloat(_ text: String) -> YAMLScalar? {
    guard isFloat(Array(text.utf8)), let value = Double(text), value.isFinite else { return nil }
    return .float(value)
  }

  /// `[-+]? ( \.[0-9]+ | [0-9]+ (\.[0-9]*)? ) ( [eE] [-+]? [0-9]+ )?`
  private static func isFloat(_ bytes: [UInt8]) -> Bool {
    var position = 0
    func digits() -> Int {
      let start = position
      while position < bytes.count, isDigit(bytes[position]) { position += 1 }
      return position - start
    }
    func consume(_ first: UInt8, _ second: UInt8) -> Bool {
      guard position < bytes.count, bytes[position] == first || bytes[position] == second else { return false }
      position += 1
      return true
    }
    _ = consume(UInt8(ascii: "+"), UInt8(ascii: "-"))
    let whole = digits()
    if consume(UInt8(ascii: "."), UInt8(ascii: ".")) {
      if digits() == 0, whole == 0 { return false }
    } else if whole == 0 {
      return false
    }
    if consume(UInt8(ascii: "e"), UInt8(ascii: "E")) {
      _ = consume(UInt8(ascii: "+"), UInt8(ascii: "-"))
      if digits() == 0 { return false }
    }
    return position == bytes.count
  }

  /// Whether YAML 1.1 defines the text as a sexagesimal number, such as `1:30`. We read it as a string but write it in
  /// quotes, for other readers.
  static func isSexagesimal(_ text: String) -> Bool {
    guard let lead = text.utf8.first, lead < UInt8(ascii: ":") else { return false }
    var groups = text.utf8.split(separator: UInt8(ascii: ":"), omittingEmptySubsequences: false)
    guard groups.count > 1 else { return false }
    var first = groups.removeFirst()
    if let sign = first.first, sign == UInt8(ascii: "+") || sign == UInt8(ascii: "-") { first.removeFirst() }
    guard let digit = first.first, isDigit(digit), first.allSatisfy(isDigitOrUnderscore) else { return false }
    // The last group may have a fraction.
    if let last = groups.last, let dot = last.firstIndex(of: UInt8(ascii: ".")) {
      guard last[last.index(after: dot)...].allSatisfy(isDigitOrUnderscore) else { return false }
      groups[groups.count - 1] = last[..<dot]
    }
    return groups.allSatisfy { group in
      guard let leading = group.first, group.allSatisfy(isDigit) else { return false }
      return group.count == 1 || group.count == 2 && leading <= UInt8(ascii: "5")
    }
  }

  private static func isDigit(_ byte: UInt8) -> Bool {
    byte >= UInt8(ascii: "0") && byte <= UInt8(ascii: "9")
  }

  private static func isDigitOrUnderscore(_ byte: UInt8) -> Bool {
    isDigit(byte) || byte == UInt8(ascii: "_")
  }
}
