/// A point in time as the CRI represents it: nanoseconds since the Unix epoch, from 1677 to 2262. Zero means unknown.
public struct Timestamp: Hashable, Comparable, Sendable {
  /// Nanoseconds since the Unix epoch.
  public var nanoseconds: Int64

  /// The value by which the CRI indicates that something has not happened.
  public static let zero = Timestamp(nanoseconds: 0)

  /// Creates a time from nanoseconds since the Unix epoch.
  public init(nanoseconds: Int64) { self.nanoseconds = nanoseconds }

  /// Creates a time from seconds and nanoseconds since the Unix epoch, clamped to the range of the type.
  public init(seconds: Int64, nanoseconds: Int64 = 0) {
    let (product, isTooLarge) = seconds.multipliedReportingOverflow(by: 1_000_000_000)
    let (sum, isBeyond) = product.addingReportingOverflow(nanoseconds)
    self.nanoseconds = isTooLarge || isBeyond ? (seconds < 0 ? .min : .max) : sum
  }

  /// Whether the time is zero, which in the CRI means that something has not happened.
  public var isZero: Bool { nanoseconds == 0 }

  /// Whether `left` is earlier than `right`.
  public static func < (left: Timestamp, right: Timestamp) -> Bool { left.nanoseconds < right.nanoseconds }

  /// The time from `right` to `left`.
  public static func - (left: Timestamp, right: Timestamp) -> Duration {
    .nanoseconds(left.nanoseconds) - .nanoseconds(right.nanoseconds)
  }

  /// The time that is `right` later than `left`, clamped to the range of the type.
  public static func + (left: Timestamp, right: Duration) -> Timestamp {
    let (seconds, attoseconds) = (Duration.nanoseconds(left.nanoseconds) + right).components
    return Timestamp(seconds: seconds, nanoseconds: attoseconds / 1_000_000_000)
  }

  /// The time that is `right` earlier than `left`, clamped to the range of the type.
  public static func - (left: Timestamp, right: Duration) -> Timestamp { left + (.zero - right) }
}
