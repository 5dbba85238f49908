internal import CRI

/// What something had used of the processors up to one moment.
struct CPUReading: Hashable, Sendable {
  let time: Timestamp
  /// Nanoseconds on any core (CRI: `usage_core_nano_seconds`).
  let used: UInt64
  /// The runtime's own figure (CRI: `usage_nano_cores`).
  let nanoCores: UInt64?

  /// Percent of one core since an earlier reading, as crictl counts it; nil where nobody can tell.
  func percent(since before: CPUReading?) -> Double? {
    if used == 0 { return 0 }
    if let before, used >= before.used {
      // A runtime may say anything: also times that are too far apart for a number.
      let (span, isTooLong) = time.nanoseconds.subtractingReportingOverflow(before.time.nanoseconds)
      if span > 0, !isTooLong { return Double(used - before.used) / Double(span) * 100 }
    }
    // Read twice within one of the runtime's own intervals.
    return nanoCores.map { Double($0) / 10_000_000 }
  }
}

extension CPUReading {
  init(_ usage: CpuUsage) {
    self.init(
      time: usage.timestamp, used: usage.usageCoreNanoSeconds?.value ?? 0, nanoCores: usage.usageNanoCores?.value)
  }

  init(_ usage: WindowsCpuUsage) {
    self.init(
      time: usage.timestamp, used: usage.usageCoreNanoSeconds?.value ?? 0, nanoCores: usage.usageNanoCores?.value)
  }
}
