/// A point in time as the CRI gives it: nanoseconds since the Unix epoch, 1677 to 2262; zero where it is not known.
public struct Timestamp: Hashable, Comparable, Sendable {
  public var nanoseconds: Int64

  public static let zero = Timestamp(nanoseconds: 0)

  public init(nanoseconds: Int64) { self.nanoseconds = nanoseconds }

  /// Out of range, the nearest possible.
  public init(seconds: Int64, nanoseconds: Int64 = 0) {
    let (product, isTooLarge) = seconds.multipliedReportingOverflow(by: 1_000_000_000)
    let (sum, isBeyond) = product.addingReportingOverflow(nanoseconds)
    self.nanoseconds = isTooLarge || isBeyond ? (seconds < 0 ? .min : .max) : sum
  }

  /// The CRI's way to say that something has not happened, or not yet.
  public var isZero: Bool { nanoseconds == 0 }

  public static func < (left: Timestamp, right: Timestamp) -> Bool { left.nanoseconds < right.nanoseconds }

  /// The time from `right` to `left`.
  public static func - (left: Timestamp, right: Timestamp) -> Duration {
    .nanoseconds(left.nanoseconds) - .nanoseconds(right.nanoseconds)
  }

  /// Out of range, the nearest possible.
  public static func + (left: Timestamp, right: Duration) -> Timestamp {
    let (seconds, attoseconds) = (Duration.nanoseconds(left.nanoseconds) + right).components
    return Timestamp(seconds: seconds, nanoseconds: attoseconds / 1_000_000_000)
  }

  public static func - (left: Timestamp, right: Duration) -> Timestamp { left + (.zero - right) }
}
