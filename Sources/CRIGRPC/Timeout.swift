/// Converts between durations and the value of `grpc-timeout`: up to eight digits and a unit (gRPC over HTTP/2,
/// "Requests").
enum Timeout {
  private static let limit: Int64 = 99_999_999

  /// Encodes a duration, rounded up to the unit, so that the server never times out before the client.
  static func encode(_ duration: Duration) -> String {
    let (seconds, attoseconds) = duration.components
    guard seconds >= 0, attoseconds >= 0 else { return "0m" }
    let rest = (attoseconds + 999_999_999_999_999) / 1_000_000_000_000_000
    if seconds <= limit / 1000 - 1 { return "\(seconds * 1000 + rest)m" }
    return "\(min(seconds, limit - 1) + 1)S"
  }

  /// Decodes a value; returns nil if it is invalid.
  static func decode(_ text: String) -> Duration? {
    let digits = text.utf8.dropLast()
    guard let unit = text.last, (1...8).contains(digits.count),
      digits.allSatisfy({ (0x30...0x39).contains($0) }),
      let count = Int64(text.dropLast())
    else { return nil }
    switch unit {
    case "n": return .nanoseconds(count)
    case "u": return .microseconds(count)
    case "m": return .milliseconds(count)
    case "S": return .seconds(count)
    case "M": return .seconds(count * 60)
    case "H": return .seconds(count * 3600)
    default: return nil
    }
  }
}
