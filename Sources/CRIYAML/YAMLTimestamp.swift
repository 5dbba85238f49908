/// Recognises the dates and times of YAML 1.1: `2026-11-21`, `2026-11-21T07:43:00.5Z`, `2026-1-2 3:4:5`.
struct YAMLTimestamp {
  private let bytes: [UInt8]
  private var position = 0

  static func matches(_ text: String) -> Bool {
    var scanner = YAMLTimestamp(bytes: Array(text.utf8))
    return scanner.timestamp()
  }

  private init(bytes: [UInt8]) { self.bytes = bytes }

  private mutating func timestamp() -> Bool {
    guard let year = number(4...4), consume("-"), let month = number(1...2), (1...12).contains(month),
      consume("-"), let day = number(1...2), day >= 1, day <= Self.days(in: month, of: year)
    else { return false }
    if position == bytes.count { return true }
    if consume(" ") { return time() && position == bytes.count }
    guard consume("T") || consume("t"), time() else { return false }
    return zone() && position == bytes.count
  }

  private mutating func time() -> Bool {
    guard let hour = number(1...2), hour < 24, consume(":"), let minute = number(1...2), minute < 60, consume(":"),
      let second = number(1...2), second < 60
    else { return false }
    guard consume(".") || consume(",") else { return true }
    return number(1...Int.max) != nil
  }

  private mutating func zone() -> Bool {
    if consume("Z") { return true }
    guard consume("+") || consume("-"), let hours = number(2...2), hours <= 24, consume(":"),
      let minutes = number(2...2), minutes < 60
    else { return false }
    return true
  }

  /// Consumes digits and returns their value, which is saturated on overflow; nil if the number of digits is not in
  /// `count`.
  private mutating func number(_ count: ClosedRange<Int>) -> Int? {
    var value = 0
    var digits = 0
    while position < bytes.count, digits < count.upperBound, let digit = digit(bytes[position]) {
      value = min(value, 1_000_000) * 10 + digit
      digits += 1
      position += 1
    }
    return digits >= count.lowerBound ? value : nil
  }

  private func digit(_ byte: UInt8) -> Int? {
    byte >= UInt8(ascii: "0") && byte <= UInt8(ascii: "9") ? Int(byte - UInt8(ascii: "0")) : nil
  }

  private mutating func consume(_ character: Unicode.Scalar) -> Bool {
    guard position < bytes.count, bytes[position] == UInt8(ascii: character) else { return false }
    position += 1
    return true
  }

  private static func days(in month: Int, of year: Int) -> Int {
    switch month {
    case 2: year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) ? 29 : 28
    case 4, 6, 9, 11: 30
    default: 31
    }
  }
}
