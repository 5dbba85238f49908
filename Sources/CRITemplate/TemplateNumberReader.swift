/// Reads a number in Go's syntax: `12`, `-0x1f`, `0b101`, `1_000`, `1.5e3`.
struct TemplateNumberReader {
  private let source: TemplateSource
  private let start: Int
  private(set) var position: Int

  init(_ source: TemplateSource, at offset: Int) {
    self.source = source
    start = offset
    position = offset
  }

  mutating func read() throws(TemplateError) -> TemplateToken.Kind {
    while position < source.bytes.count, isPart(position) { position += 1 }
    let text = source.text(start..<position)
    guard let number = Self.number(text.filter { $0 != "_" }), !text.hasSuffix("_") else {
      throw source.error(at: start, "\(GoText.quote(text)) is not a number")
    }
    return number
  }

  private func isPart(_ offset: Int) -> Bool {
    switch source.bytes[offset] {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
      UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "."), UInt8(ascii: "_"):
      return true
    case UInt8(ascii: "+"), UInt8(ascii: "-"):
      // A sign is allowed at the beginning and in the exponent, which begins with `p` if `e` is a hexadecimal digit.
      let isHex = source.text(start..<min(start + 3, position)).lowercased().contains("0x")
      let exponent = isHex ? UInt8(ascii: "p") : UInt8(ascii: "e")
      return offset == start || source.bytes[offset - 1] | 0x20 == exponent
    default: return false
    }
  }

  private static func number(_ text: String) -> TemplateToken.Kind? {
    let isNegative = text.hasPrefix("-")
    let digits = (isNegative || text.hasPrefix("+") ? text.dropFirst() : text[...]).lowercased()
    guard let first = digits.utf8.first, first != UInt8(ascii: "+"), first != UInt8(ascii: "-") else { return nil }
    for (prefix, radix) in [("0x", 16), ("0o", 8), ("0b", 2)] where digits.hasPrefix(prefix) {
      if let value = Int64((isNegative ? "-" : "") + digits.dropFirst(2), radix: radix) { return .integer(value) }
      // A hexadecimal float.
      return radix == 16 && digits.contains("p") ? Double(digits).map { .float(isNegative ? -$0 : $0) } : nil
    }
    if digits.utf8.allSatisfy({ (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }) {
      let isOctal = first == UInt8(ascii: "0") && digits.utf8.count > 1
      return Int64((isNegative ? "-" : "") + digits, radix: isOctal ? 8 : 10).map { .integer($0) }
    }
    guard digits.utf8.allSatisfy({ "0123456789.e+-".utf8.contains($0) }), digits != "." else { return nil }
    let whole = digits.hasPrefix(".") ? "0" + digits : digits
    guard let value = Double(whole.replacingDot()), value.isFinite else { return nil }
    return .float(isNegative ? -value : value)
  }
}

extension String {
  /// Adds a zero after the point, because `1.` and `1.e3` are numbers in Go but not in Swift.
  fileprivate func replacingDot() -> String {
    if hasSuffix(".") { return self + "0" }
    guard let dot = firstIndex(of: "."), self[index(after: dot)...].first == "e" else { return self }
    return self[...dot] + "0" + self[index(after: dot)...]
  }
}
