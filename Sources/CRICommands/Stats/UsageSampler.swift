internal import CRICommandLine
internal import CRISystem

/// Measures repeatedly, and compares each measurement with the previous one.
struct UsageSampler<Stats: UsageStats>: Sendable {
  /// The time between two measurements.
  let interval: Duration
  let ask: @Sendable () async throws(Failure) -> [Stats]

  private var last: [String: CPUReading]?

  init(interval: Duration, ask: @escaping @Sendable () async throws(Failure) -> [Stats]) {
    self.interval = interval
    self.ask = ask
  }

  /// Measures once; on the first call, measures twice, with the interval in between. Before each later call, the caller
  /// must wait.
  mutating func next() async throws(Failure) -> [Usage<Stats>] {
    if last == nil {
      _ = try await measure()
      await pause(interval)
    }
    return try await measure()
  }

  /// Measures now, and compares with the previous measurement if there is one.
  mutating func measure() async throws(Failure) -> [Usage<Stats>] {
    let stats = try await ask()
    defer { last = Self.readings(stats) }
    return stats.map { Self.usage($0, last?[$0.usageID]) }
  }

  /// Measures once, without a comparison.
  func once() async throws(Failure) -> [Usage<Stats>] { try await ask().map { Usage(stats: $0, cpu: nil) } }

  private static func usage(_ stats: Stats, _ before: CPUReading?) -> Usage<Stats> {
    // A container that is not running uses nothing.
    guard let reading = stats.cpuReading else { return Usage(stats: stats, cpu: 0) }
    return Usage(stats: stats, cpu: reading.percent(since: before))
  }

  private static func readings(_ stats: [Stats]) -> [String: CPUReading] {
    Dictionary(stats.compactMap { stats in stats.cpuReading.map { (stats.usageID, $0) } }) { first, _ in first }
  }
}
