internal import CRISystem

/// Measures a span. The end is computed from a clock that is never set, so a span cannot end before it begins.
struct SpanTimer: Sendable {
  /// The time of the beginning, in nanoseconds since 1970.
  let start = Kernel.now
  private let instant = ContinuousClock.now

  /// The time now, in nanoseconds since 1970.
  var end: Int64 {
    let (seconds, attoseconds) = (ContinuousClock.now - instant).components
    return start + seconds * 1_000_000_000 + attoseconds / 1_000_000_000
  }
}
