/// A limit on the number of calls per minute. Unused calls are kept for at most a minute.
struct CallBudget: Hashable, Sendable {
  private let perMinute: Int
  private var available: Double
  private var updated: Duration

  /// - Parameter now: The time since the monitor was started.
  init(perMinute: Int, now: Duration) {
    self.perMinute = max(1, perMinute)
    available = Double(self.perMinute)
    updated = now
  }

  /// The number of calls that may be made now.
  mutating func calls(at now: Duration) -> Int {
    refill(now)
    return max(0, Int(available))
  }

  /// Records calls that were made. There may be more than were available, which delays the next ones.
  mutating func spend(_ count: Int, at now: Duration) {
    refill(now)
    available -= Double(count)
  }

  /// The time until this number of calls may be made.
  mutating func delay(for count: Int, at now: Duration) -> Duration {
    refill(now)
    let missing = Double(min(count, perMinute)) - available
    return missing > 0 ? .seconds(missing * 60 / Double(perMinute)) : .zero
  }

  private mutating func refill(_ now: Duration) {
    let passed = max(.zero, now - updated) / .seconds(60)
    available = min(Double(perMinute), available + passed * Double(perMinute))
    updated = max(updated, now)
  }
}
