extension Timestamp: LosslessStringConvertible {
  /// The time as RFC 3339 in UTC, without trailing zeros in the fraction: `2026-07-21T09:26:03.1205Z`.
  public var description: String {
    let (second, fraction) = Self.floorDivide(nanoseconds, 1_000_000_000)
    let (day, secondOfDay) = Self.floorDivide(second, 86_400)
    let (year, month, dayOfMonth) = Self.civil(fromDay: day)
    var text = Self.padded(year, 4) + "-" + Self.padded(month, 2) + "-" + Self.padded(dayOfMonth, 2)
    text += "T" + Self.padded(secondOfDay / 3600, 2)
    text += ":" + Self.padded(secondOfDay / 60 % 60, 2) + ":" + Self.padded(secondOfDay % 60, 2)
    if fraction != 0 {
      var digits = Self.padded(fraction, 9)
      while digits.hasSuffix("0") { digits.removeLast() }
      text += "." + digits
    }
    return text + "Z"
  }

  /// Parses an RFC 3339 time with any offset. Digits beyond nanoseconds are dropped. Returns nil if the text is not a
  /// valid time or is out of range.
  public init?(_ description: String) {
    var text = Substring(description).utf8
    guard let year = Self.digits(4, &text), Self.consume("-", &text), let month = Self.digits(2, &text),
      Self.consume("-", &text), let day = Self.digits(2, &text), Self.consume("Tt ", &text),
      let hour = Self.digits(2, &text), Self.consume(":", &text), let minute = Self.digits(2, &text),
      Self.consume(":", &text), let second = Self.digits(2, &text),
      (1...12).contains(month), (1...Self.length(ofMonth: month, year)).contains(day),
      hour < 24, minute < 60, second < 61,
      let fraction = Self.fraction(&text), let offset = Self.offset(&text), text.isEmpty
    else { return nil }
    let days = Self.day(fromCivil: year, month, day)
    let seconds = days * 86_400 + hour * 3600 + minute * 60 + second - offset
    // Rounding toward zero avoids an overflow in the first second of the range.
    let (whole, rest) =
      seconds < 0 && fraction > 0 ? (seconds + 1, fraction - 1_000_000_000) : (seconds, fraction)
    let (product, isTooLarge) = whole.multipliedReportingOverflow(by: 1_000_000_000)
    let (sum, isBeyond) = product.addingReportingOverflow(rest)
    guard !isTooLarge, !isBeyond else { return nil }
    self.init(nanoseconds: sum)
  }

  // MARK: The calendar, after Howard Hinnant's civil_from_days

  private static func civil(fromDay day: Int64) -> (year: Int64, month: Int64, day: Int64) {
    let (era, dayOfEra) = floorDivide(day + 719_468, 146_097)
    let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
    let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
    let shifted = (5 * dayOfYear + 2) / 153
    let month = shifted < 10 ? shifted + 3 : shifted - 9
    return (yearOfEra + era * 400 + (month <= 2 ? 1 : 0), month, dayOfYear - (153 * shifted + 2) / 5 + 1)
  }

  private static func day(fromCivil year: Int64, _ month: Int64, _ day: Int64) -> Int64 {
    let (era, yearOfEra) = floorDivide(month <= 2 ? year - 1 : year, 400)
    let dayOfYear = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1
    return era * 146_097 + yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear - 719_468
  }

  private static func length(ofMonth month: Int64, _ year: Int64) -> Int64 {
    if month == 2 { return year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) ? 29 : 28 }
    return [4, 6, 9, 11].contains(month) ? 30 : 31
  }

  private static func floorDivide(_ value: Int64, _ divisor: Int64) -> (quotient: Int64, remainder: Int64) {
    let (quotient, remainder) = value.quotientAndRemainder(dividingBy: divisor)
    return remainder < 0 ? (quotient - 1, remainder + divisor) : (quotient, remainder)
  }

  // MARK: Digits

  private static func padded(_ value: Int64, _ width: Int) -> String {
    let digits = String(value)
    return String(repeating: "0", count: max(0, width - digits.utf8.count)) + digits
  }

  private static func digits(_ count: Int, _ text: inout Substring.UTF8View) -> Int64? {
    var value: Int64 = 0
    for _ in 0..<count {
      guard let byte = text.popFirst(), (0x30...0x39).contains(byte) else { return nil }
      value = value * 10 + Int64(byte - 0x30)
    }
    return value
  }

  private static func consume(_ characters: StaticString, _ text: inout Substring.UTF8View) -> Bool {
    guard let byte = text.popFirst() else { return false }
    return characters.description.utf8.contains(byte)
  }

  /// Parses an optional fraction, in nanoseconds.
  private static func fraction(_ text: inout Substring.UTF8View) -> Int64? {
    guard text.first == UInt8(ascii: ".") else { return 0 }
    text.removeFirst()
    var value: Int64 = 0
    var count = 0
    while let byte = text.first, (0x30...0x39).contains(byte) {
      text.removeFirst()
      if count < 9 { value = value * 10 + Int64(byte - 0x30) }
      count += 1
    }
    guard count > 0 else { return nil }
    for _ in min(count, 9)..<9 { value *= 10 }
    return value
  }

  /// Parses an offset, in seconds east of UTC.
  private static func offset(_ text: inout Substring.UTF8View) -> Int64? {
    guard let sign = text.popFirst() else { return nil }
    if sign == UInt8(ascii: "Z") || sign == UInt8(ascii: "z") { return 0 }
    guard sign == UInt8(ascii: "+") || sign == UInt8(ascii: "-"), let hours = digits(2, &text),
      consume(":", &text),
      let minutes = digits(2, &text), hours < 24, minutes < 60
    else { return nil }
    return (sign == UInt8(ascii: "-") ? -1 : 1) * (hours * 3600 + minutes * 60)
  }
}
