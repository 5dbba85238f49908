internal import CRICommandLine
internal import CRISystem

/// Looks again and again, and compares each look with the one before.
struct UsageSampler<Stats: UsageStats>: Sendable {
  /// From one look to the next.
  let interval: Duration
  let ask: @Sendable () async throws(Failure) -> [Stats]

  private var last: [String: CPUReading]?

  init(interval: Duration, ask: @escaping @Sendable () async throws(Failure) -> [Stats]) {
    self.interval = interval
    self.ask = ask
  }

  /// One look; the first time another one before it, and the interval between them. Later it is the caller who waits.
  mutating func next() async throws(Failure) -> [Usage<Stats>] {
    if last == nil {
      _ = try await look()
      await pause(interval)
    }
    return try await look()
  }

  /// One look now, compared with the one before where there was one.
  mutating func look() async throws(Failure) -> [Usage<Stats>] {
    let stats = try await ask()
    defer { last = Self.readings(stats) }
    return stats.map { Self.usage($0, last?[$0.usageID]) }
  }

  /// One look that is compared with none.
  func once() async throws(Failure) -> [Usage<Stats>] { try await ask().map { Usage(stats: $0, cpu: nil) } }

  private static func usage(_ stats: Stats, _ before: CPUReading?) -> Usage<Stats> {
    // What does not run uses nothing.
    guard let reading = stats.cpuReading else { return Usage(stats: stats, cpu: 0) }
    return Usage(stats: stats, cpu: reading.percent(since: before))
  }

  private static func readings(_ stats: [Stats]) -> [String: CPUReading] {
    Dictionary(stats.compactMap { stats in stats.cpuReading.map { (stats.usageID, $0) } }) { first, _ in first }
  }
}
