/// The dates and times that a plain scalar may be: `2026-11-21`, `2026-11-21T07:43:00.5Z`, `2026-1-2 3:4:5`.
struct YAMLTimestamp {
  private let bytes: [UInt8]
  private var at = 0

  static func matches(_ text: String) -> Bool {
    var scanner = YAMLTimestamp(bytes: Array(text.utf8))
    return scanner.timestamp()
  }

  private init(bytes: [UInt8]) { self.bytes = bytes }

  private mutating func timestamp() -> Bool {
    guard let year = number(4...4), take("-"), let month = number(1...2), (1...12).contains(month),
      take("-"), let day = number(1...2), day >= 1, day <= Self.days(in: month, of: year)
    else { return false }
    if at == bytes.count { return true }
    if take(" ") { return time() && at == bytes.count }
    guard take("T") || take("t"), time() else { return false }
    return zone() && at == bytes.count
  }

  private mutating func time() -> Bool {
    guard let hour = number(1...2), hour < 24, take(":"), let minute = number(1...2), minute < 60, take(":"),
      let second = number(1...2), second < 60
    else { return false }
    guard take(".") || take(",") else { return true }
    return number(1...Int.max) != nil
  }

  private mutating func zone() -> Bool {
    if take("Z") { return true }
    guard take("+") || take("-"), let hours = number(2...2), hours <= 24, take(":"),
      let minutes = number(2...2), minutes < 60
    else { return false }
    return true
  }

  /// Digits, as many as there are within `count`; their value saturates.
  private mutating func number(_ count: ClosedRange<Int>) -> Int? {
    var value = 0
    var digits = 0
    while at < bytes.count, digits < count.upperBound, let digit = digit(bytes[at]) {
      value = min(value, 1_000_000) * 10 + digit
      digits += 1
      at += 1
    }
    return digits >= count.lowerBound ? value : nil
  }

  private func digit(_ byte: UInt8) -> Int? {
    byte >= UInt8(ascii: "0") && byte <= UInt8(ascii: "9") ? Int(byte - UInt8(ascii: "0")) : nil
  }

  private mutating func take(_ character: Unicode.Scalar) -> Bool {
    guard at < bytes.count, bytes[at] == UInt8(ascii: character) else { return false }
    at += 1
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
