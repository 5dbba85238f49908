/// What a plain scalar means (YAML 1.1's types, as Kubernetes' YAML library resolves them).
enum YAMLScalar: Equatable {
  case null
  case bool(Bool)
  /// Decimal digits with an optional minus.
  case integer(String)
  case float(Double)
  /// A date or a time; JSON has none, so it stays a string.
  case timestamp
  case string

  init(plain text: String) {
    self = Self.word(text) ?? Self.number(text) ?? .string
  }

  private static func word(_ text: String) -> YAMLScalar? {
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
      return readFloat(text)
    case UInt8(ascii: "+"), UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"):
      if YAMLTimestamp.matches(text) { return .timestamp }
      let digits = text.utf8.contains(UInt8(ascii: "_")) ? text.filter { $0 != "_" } : text
      return readInteger(digits) ?? readFloat(digits)
    default:
      return nil
    }
  }

  /// Decimal, `0x`, `0o`, `0b`, or octal after a plain `0`; up to 64 bits, and decimal beyond.
  private static func readInteger(_ text: String) -> YAMLScalar? {
    var digits = Substring(text)
    let sign = digits.first == "-" ? "-" : ""
    if let first = digits.first, first == "-" || first == "+" { digits.removeFirst() }
    guard let first = digits.utf8.first, isDigit(first) else { return nil }
    var radix = 10
    if first == UInt8(ascii: "0"), digits.utf8.count > 1 {
      switch digits.dropFirst().first {
      case "x", "X": radix = 16
      case "o", "O": radix = 8
      case "b", "B": radix = 2
      default: radix = 8
      }
      let prefix = digits.dropFirst().utf8.first.map { isDigit($0) ? 1 : 2 } ?? 1
      digits = digits.dropFirst(prefix)
      // Swift would take a second sign here.
      guard let next = digits.first, next.isHexDigit else { return nil }
    }
    if let value = Int64(sign + digits, radix: radix) { return .integer(String(value)) }
    if sign.isEmpty, let value = UInt64(digits, radix: radix) { return .integer(String(value)) }
    guard radix == 10, digits.utf8.allSatisfy(isDigit) else { return nil }
    return .integer(sign + digits)
  }

  private static func readFloat(_ text: String) -> YAMLScalar? {
    guard isFloat(Array(text.utf8)), let value = Double(text), value.isFinite else { return nil }
    return .float(value)
  }

  /// `[-+]? ( \.[0-9]+ | [0-9]+ (\.[0-9]*)? ) ( [eE] [-+]? [0-9]+ )?`
  private static func isFloat(_ bytes: [UInt8]) -> Bool {
    var at = 0
    func digits() -> Int {
      let start = at
      while at < bytes.count, isDigit(bytes[at]) { at += 1 }
      return at - start
    }
    func take(_ first: UInt8, _ second: UInt8) -> Bool {
      guard at < bytes.count, bytes[at] == first || bytes[at] == second else { return false }
      at += 1
      return true
    }
    _ = take(UInt8(ascii: "+"), UInt8(ascii: "-"))
    let whole = digits()
    if take(UInt8(ascii: "."), UInt8(ascii: ".")) {
      if digits() == 0, whole == 0 { return false }
    } else if whole == 0 {
      return false
    }
    if take(UInt8(ascii: "e"), UInt8(ascii: "E")) {
      _ = take(UInt8(ascii: "+"), UInt8(ascii: "-"))
      if digits() == 0 { return false }
    }
    return at == bytes.count
  }

  /// `1:30`, which YAML 1.1 reads as sixty-based: written in quotes for other readers, read as a string.
  static func isSixtyBased(_ text: String) -> Bool {
    guard let lead = text.utf8.first, lead < UInt8(ascii: ":") else { return false }
    var groups = text.utf8.split(separator: UInt8(ascii: ":"), omittingEmptySubsequences: false)
    guard groups.count > 1 else { return false }
    var first = groups.removeFirst()
    if let sign = first.first, sign == UInt8(ascii: "+") || sign == UInt8(ascii: "-") { first.removeFirst() }
    guard let digit = first.first, isDigit(digit), first.allSatisfy(isDigitOrUnderscore) else { return false }
    // The last group may carry a fraction.
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
