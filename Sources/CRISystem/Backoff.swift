/// The delay before each retry, which doubles with every failure up to a limit.
///
/// Each delay varies randomly by up to a fifth, so that several processes that have lost the same server do not
/// reconnect at the same time.
package struct Backoff: Sendable {
  private let first: Duration
  private let limit: Duration
  private var next: Duration

  /// - Parameters:
  ///   - first: The delay after the first failure.
  ///   - limit: The longest delay, including the variation.
  package init(first: Duration, limit: Duration) {
    self.first = first
    self.limit = limit
    next = first
  }

  /// Returns the delay after the next failure.
  package mutating func delay() -> Duration {
    let delay = next
    next = min(next * 2, limit)
    return min(delay * Double.random(in: 0.8...1.2), limit)
  }

  /// Starts over with the first delay.
  package mutating func reset() { next = first }
}
