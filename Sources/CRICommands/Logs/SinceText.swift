internal import CRI
internal import CRICommandLine
internal import CRISystem

/// A time in the past, in any notation that crictl accepts.
enum SinceText {
  /// - Parameters:
  ///   - text: A duration before now (`42m`), an RFC 3339 time, a date or time (`2024-01-31`, `2024-01-31T12:00`) in
  ///     the node's time zone unless it has an offset, or seconds since 1970 with or without a fraction.
  ///   - offset: Returns the local time zone's offset from UTC in seconds at a Unix time, for text without a zone.
  static func parse(
    _ text: String, now: Timestamp, offset: (Int64) -> Int = { LocalTime(unixSeconds: $0).offset }
  ) throws(Failure) -> Timestamp {
    guard let moment = seconds(text) ?? DurationText.parse(text).map({ now - $0 }) ?? date(text, offset) else {
      throw Failure(
        .usage,
        "--since \(text): specify a duration such as 42m, a time such as 2024-01-31T12:00:00Z or 2024-01-31, or "
          + "seconds since 1970")
    }
    return moment
  }

  private static func seconds(_ text: String) -> Timestamp? {
    let parts = text.split(separator: ".", maxSplits: 1, omittingEmptySubsequences: false)
    guard parts.allSatisfy({ !$0.isEmpty && $0.utf8.allSatisfy { (0x30...0x39).contains($0) } }),
      let seconds = Int64(parts[0])
    else { return nil }
    let digits = parts.count > 1 ? parts[1].prefix(9) : ""
    let fraction = Int64(digits + String(repeating: "0", count: 9 - digits.count)) ?? 0
    return Timestamp(seconds: seconds, nanoseconds: fraction)
  }

  private static func date(_ text: String, _ offset: (Int64) -> Int) -> Timestamp? {
    let (day, rest) = (text.prefix(10), text.dropFirst(10))
    let isZone = { (character: Character) in "Zz+-".contains(character) }
    let time = rest.prefix { !isZone($0) }
    let zone = rest.dropFirst(time.count)
    let clock: String
    switch time.count {
    case 0: clock = "T00:00:00"
    case 3: clock = "\(time):00:00"
    case 6: clock = "\(time):00"
    default: clock = String(time)
    }
    if !zone.isEmpty { return Timestamp(day + clock + zone) }
    guard let wall = Timestamp(day + clock + "Z") else { return nil }
    let seconds = wall.nanoseconds / 1_000_000_000
    // The offset is known only when the time is known: the first guess is wrong near a clock change.
    let guess = offset(seconds)
    return wall - .seconds(offset(seconds - Int64(guess)))
  }
}
