/// How long to wait before each retry: twice as long after every failure, up to a limit.
///
/// Each delay is varied by up to a fifth, so that several processes that lost the same server do not return together.
package struct Backoff: Sendable {
  private let first: Duration
  private let limit: Duration
  private var next: Duration

  /// - Parameters:
  ///   - first: the delay after the first failure.
  ///   - limit: the longest delay, variation included.
  package init(first: Duration, limit: Duration) {
    self.first = first
    self.limit = limit
    next = first
  }

  /// The delay after one more failure.
  package mutating func delay() -> Duration {
    let delay = next
    next = min(next * 2, limit)
    return min(delay * Double.random(in: 0.8...1.2), limit)
  }

  /// Begins again with the first delay.
  package mutating func reset() { next = first }
}
