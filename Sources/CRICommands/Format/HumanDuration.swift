/// A length of time as text, as go-units' `HumanDuration` prints it (which crictl and docker use).
package enum HumanDuration {
  /// `8 seconds`, `About an hour`, `2 weeks`; a negative length is `Less than a second`.
  package static func text(nanoseconds: Int64) -> String {
    let seconds = nanoseconds / 1_000_000_000
    let minutes = seconds / 60
    // Hours are rounded to the nearest, minutes and seconds down.
    let hours = seconds / 3600 + (seconds % 3600 >= 1800 ? 1 : 0)
    switch true {
    case seconds < 1: return "Less than a second"
    case seconds == 1: return "1 second"
    case seconds < 60: return "\(seconds) seconds"
    case minutes == 1: return "About a minute"
    case minutes < 60: return "\(minutes) minutes"
    case hours == 1: return "About an hour"
    case hours < 48: return "\(hours) hours"
    case hours < 24 * 14: return "\(hours / 24) days"
    case hours < 24 * 60: return "\(hours / 24 / 7) weeks"
    case hours < 24 * 730: return "\(hours / 24 / 30) months"
    default: return "\(seconds / 3600 / 24 / 365) years"
    }
  }

  /// How long before `now` a moment was, such as `8 seconds ago`; both are in nanoseconds since 1970.
  package static func ago(_ moment: Int64, now: Int64) -> String {
    let (difference, overflow) = now.subtractingReportingOverflow(moment)
    return text(nanoseconds: overflow ? (now > moment ? .max : .min) : difference) + " ago"
  }
}
