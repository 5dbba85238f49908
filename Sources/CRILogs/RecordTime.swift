internal import CRIProtobuf

/// Reads RFC 3339 times fast where most are of the same day; the calendar is `Timestamp`'s.
struct RecordTime {
  /// The day read last, as the number YYYYMMDD, and when it begins, in nanoseconds since 1970.
  private var day = -1
  private var dayStart: Int64 = 0

  /// - Returns: nanoseconds since 1970, and where the text ends; nil where none begins at `range`.
  mutating func parse(_ bytes: Span<UInt8>, _ range: Range<Int>) -> (Int64, end: Int)? {
    let at = range.lowerBound
    guard range.count >= 20, bytes[at + 4] == UInt8(ascii: "-"), bytes[at + 7] == UInt8(ascii: "-"),
      bytes[at + 10] == UInt8(ascii: "T"), bytes[at + 13] == UInt8(ascii: ":"), bytes[at + 16] == UInt8(ascii: ":")
    else { return nil }
    let year = Self.two(bytes, at) * 100 + Self.two(bytes, at + 2)
    let (month, dayOfMonth) = (Self.two(bytes, at + 5), Self.two(bytes, at + 8))
    let (hour, minute, second) = (Self.two(bytes, at + 11), Self.two(bytes, at + 14), Self.two(bytes, at + 17))
    guard year >= 0, month >= 0, dayOfMonth >= 0, 0..<24 ~= hour, 0..<60 ~= minute, 0..<61 ~= second,
      find(year, month, dayOfMonth)
    else { return nil }
    var next = at + 19
    guard let fraction = Self.fraction(bytes, &next, range.upperBound),
      let offset = Self.offset(bytes, &next, range.upperBound)
    else { return nil }
    let seconds = Int64(hour * 3600 + minute * 60 + second - offset)
    let (sum, isTooLarge) = dayStart.addingReportingOverflow(seconds * 1_000_000_000 + fraction)
    return isTooLarge ? nil : (sum, next)
  }

  private mutating func find(_ year: Int, _ month: Int, _ dayOfMonth: Int) -> Bool {
    let wanted = year * 10_000 + month * 100 + dayOfMonth
    if wanted == day { return true }
    func padded(_ number: Int, _ width: Int) -> String {
      let digits = String(number)
      return String(repeating: "0", count: max(0, width - digits.utf8.count)) + digits
    }
    let text = "\(padded(year, 4))-\(padded(month, 2))-\(padded(dayOfMonth, 2))T00:00:00Z"
    guard let start = Timestamp(text) else { return false }
    (day, dayStart) = (wanted, start.nanoseconds)
    return true
  }

  /// Two digits; so far below zero where they are none that no sum with them is a number.
  private static func two(_ bytes: Span<UInt8>, _ at: Int) -> Int {
    let (high, low) = (bytes[at] &- 0x30, bytes[at + 1] &- 0x30)
    return high < 10 && low < 10 ? Int(high) * 10 + Int(low) : -1_000_000
  }

  /// Nanoseconds; digits beyond are passed over.
  private static func fraction(_ bytes: Span<UInt8>, _ at: inout Int, _ end: Int) -> Int64? {
    guard at < end, bytes[at] == UInt8(ascii: ".") else { return 0 }
    at += 1
    var value: Int64 = 0
    let first = at
    while at < end, bytes[at] &- 0x30 < 10 {
      if at - first < 9 { value = value * 10 + Int64(bytes[at] &- 0x30) }
      at += 1
    }
    if at == first { return nil }
    for _ in min(at - first, 9)..<9 { value *= 10 }
    return value
  }

  /// Seconds east of UTC.
  private static func offset(_ bytes: Span<UInt8>, _ at: inout Int, _ end: Int) -> Int? {
    guard at < end else { return nil }
    if bytes[at] == UInt8(ascii: "Z") {
      at += 1
      return 0
    }
    guard bytes[at] == UInt8(ascii: "+") || bytes[at] == UInt8(ascii: "-"), end - at >= 6,
      bytes[at + 3] == UInt8(ascii: ":")
    else { return nil }
    let (hours, minutes) = (two(bytes, at + 1), two(bytes, at + 4))
    guard 0..<24 ~= hours, 0..<60 ~= minutes else { return nil }
    let seconds = hours * 3600 + minutes * 60
    defer { at += 6 }
    return bytes[at] == UInt8(ascii: "-") ? -seconds : seconds
  }
}
