internal import CRIProtobuf

/// Parses RFC 3339 times. It is fast if consecutive times have the same date, because it caches the start of the day.
struct RecordTime {
  /// The cached day as the number YYYYMMDD, and its start in nanoseconds since 1970.
  private var day = -1
  private var dayStart: Int64 = 0

  /// Parses the time at the beginning of `range`.
  /// - Returns: The time in nanoseconds since 1970 and the position after its text, or nil if there is no valid time.
  mutating func parse(_ bytes: Span<UInt8>, _ range: Range<Int>) -> (Int64, end: Int)? {
    let start = range.lowerBound
    guard range.count >= 20, bytes[start + 4] == UInt8(ascii: "-"), bytes[start + 7] == UInt8(ascii: "-"),
      bytes[start + 10] == UInt8(ascii: "T"), bytes[start + 13] == UInt8(ascii: ":"),
      bytes[start + 16] == UInt8(ascii: ":")
    else { return nil }
    let year = Self.twoDigits(bytes, start) * 100 + Self.twoDigits(bytes, start + 2)
    let (month, dayOfMonth) = (Self.twoDigits(bytes, start + 5), Self.twoDigits(bytes, start + 8))
    let (hour, minute, second) = (
      Self.twoDigits(bytes, start + 11), Self.twoDigits(bytes, start + 14), Self.twoDigits(bytes, start + 17)
    )
    guard year >= 0, month >= 0, dayOfMonth >= 0, 0..<24 ~= hour, 0..<60 ~= minute, 0..<61 ~= second,
      cacheDay(year, month, dayOfMonth)
    else { return nil }
    var next = start + 19
    guard let fraction = Self.fraction(bytes, &next, range.upperBound),
      let offset = Self.offset(bytes, &next, range.upperBound)
    else { return nil }
    let seconds = Int64(hour * 3600 + minute * 60 + second - offset)
    let (sum, isTooLarge) = dayStart.addingReportingOverflow(seconds * 1_000_000_000 + fraction)
    return isTooLarge ? nil : (sum, next)
  }

  /// Caches the start of a day. Returns false if the calendar has no such day.
  private mutating func cacheDay(_ year: Int, _ month: Int, _ dayOfMonth: Int) -> Bool {
    let wanted = year * 10_000 + month * 100 + dayOfMonth
    if wanted == day { return true }
    func padded(_ number: Int, _ width: Int) -> String {
      let digits = String(number)
      return String(repeating: "0", count: max(0, width - digits.utf8.count)) + digits
    }
    let text = "\(padded(year, 4))-\(padded(month, 2))-\(padded(dayOfMonth, 2))T00:00:00Z"
    guard let midnight = Timestamp(text) else { return false }
    (day, dayStart) = (wanted, midnight.nanoseconds)
    return true
  }

  /// Returns the value of two digits, or a number so negative that every result computed from it is invalid.
  private static func twoDigits(_ bytes: Span<UInt8>, _ position: Int) -> Int {
    let (high, low) = (bytes[position] &- 0x30, bytes[position + 1] &- 0x30)
    return high < 10 && low < 10 ? Int(high) * 10 + Int(low) : -1_000_000
  }

  /// Parses an optional fraction of a second, in nanoseconds. More than nine digits are ignored.
  private static func fraction(_ bytes: Span<UInt8>, _ position: inout Int, _ end: Int) -> Int64? {
    guard position < end, bytes[position] == UInt8(ascii: ".") else { return 0 }
    position += 1
    var value: Int64 = 0
    let first = position
    while position < end, bytes[position] &- 0x30 < 10 {
      if position - first < 9 { value = value * 10 + Int64(bytes[position] &- 0x30) }
      position += 1
    }
    if position == first { return nil }
    for _ in min(position - first, 9)..<9 { value *= 10 }
    return value
  }

  /// Parses `Z` or an offset such as `+02:00`, in seconds east of UTC.
  private static func offset(_ bytes: Span<UInt8>, _ position: inout Int, _ end: Int) -> Int? {
    guard position < end else { return nil }
    if bytes[position] == UInt8(ascii: "Z") {
      position += 1
      return 0
    }
    guard bytes[position] == UInt8(ascii: "+") || bytes[position] == UInt8(ascii: "-"), end - position >= 6,
      bytes[position + 3] == UInt8(ascii: ":")
    else { return nil }
    let (hours, minutes) = (twoDigits(bytes, position + 1), twoDigits(bytes, position + 4))
    guard 0..<24 ~= hours, 0..<60 ~= minutes else { return nil }
    let seconds = hours * 3600 + minutes * 60
    defer { position += 6 }
    return bytes[position] == UInt8(ascii: "-") ? -seconds : seconds
  }
}
