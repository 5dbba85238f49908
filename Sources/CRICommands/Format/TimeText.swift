internal import CRISystem

/// Times in Go's formats.
package enum TimeText {
  /// The time zone in the string.
  package enum Zone: Hashable, Sendable {
    case utc
    /// The process's zone (`TZ`, else `/etc/localtime`).
    case local
    /// Seconds east of UTC, and the zone's name.
    case fixed(Int, String)

    fileprivate func at(_ unixSeconds: Int64) -> (offset: Int, name: String) {
      switch self {
      case .utc: return (0, "UTC")
      case .fixed(let offset, let name): return (offset, name)
      case .local:
        let time = LocalTime(unixSeconds: unixSeconds)
        return (time.offset, time.zone)
      }
    }
  }

  /// Go's zero time, which crictl prints for times that are not set.
  package static let zero = "0001-01-01T00:00:00Z"

  /// RFC 3339 with as many decimals as needed: `2026-11-21T07:43:00.88881489Z`.
  package static func rfc3339(nanoseconds: Int64, in zone: Zone = .utc) -> String {
    let (seconds, fraction) = split(nanoseconds)
    let offset = zone.at(seconds).offset
    let suffix = offset == 0 ? "Z" : signed(offset, separator: ":")
    return date(seconds + Int64(offset)) + "T" + clock(seconds + Int64(offset)) + decimals(fraction) + suffix
  }

  /// Go's `time.String()`: `2026-11-21 09:10:27.190174749 +0000 UTC`.
  package static func goString(nanoseconds: Int64, in zone: Zone = .local) -> String {
    let (seconds, fraction) = split(nanoseconds)
    let (offset, name) = zone.at(seconds)
    let local = seconds + Int64(offset)
    return "\(date(local)) \(clock(local))\(decimals(fraction)) \(signed(offset, separator: "")) \(name)"
  }

  /// Whole seconds, rounded down so that the fraction is never negative.
  private static func split(_ nanoseconds: Int64) -> (seconds: Int64, fraction: Int64) {
    let (seconds, fraction) = nanoseconds.quotientAndRemainder(dividingBy: 1_000_000_000)
    return fraction < 0 ? (seconds - 1, fraction + 1_000_000_000) : (seconds, fraction)
  }

  private static func decimals(_ fraction: Int64) -> String {
    guard fraction > 0 else { return "" }
    var digits = padded(fraction, 9)
    while digits.last == "0" { digits.removeLast() }
    return "." + digits
  }

  private static func clock(_ seconds: Int64) -> String {
    let time = seconds - floorDivide(seconds, 86_400) * 86_400
    return [time / 3600, time / 60 % 60, time % 60].map { padded($0, 2) }.joined(separator: ":")
  }

  /// The proleptic Gregorian date. Years are counted from March, so that the leap day comes last.
  private static func date(_ seconds: Int64) -> String {
    let days = floorDivide(seconds, 86_400) + 719_468
    let era = floorDivide(days, 146_097)
    let dayOfEra = days - era * 146_097
    let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
    let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
    let month = (5 * dayOfYear + 2) / 153
    let day = dayOfYear - (153 * month + 2) / 5 + 1
    let year = yearOfEra + era * 400 + (month >= 10 ? 1 : 0)
    return "\(padded(year, 4))-\(padded(month < 10 ? month + 3 : month - 9, 2))-\(padded(day, 2))"
  }

  private static func signed(_ offset: Int, separator: String) -> String {
    let minutes = Int64(abs(offset) / 60)
    return (offset < 0 ? "-" : "+") + padded(minutes / 60, 2) + separator + padded(minutes % 60, 2)
  }

  private static func padded(_ number: Int64, _ width: Int) -> String {
    let digits = String(number)
    return String(repeating: "0", count: max(0, width - digits.utf8.count)) + digits
  }

  private static func floorDivide(_ a: Int64, _ b: Int64) -> Int64 {
    a >= 0 ? a / b : (a - b + 1) / b
  }
}
