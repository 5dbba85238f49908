internal import CRI

/// The CPU time that a container or pod had used by a certain time.
struct CPUReading: Hashable, Sendable {
  let time: Timestamp
  /// Nanoseconds on any core (CRI: `usage_core_nano_seconds`).
  let used: UInt64
  /// The runtime's own figure (CRI: `usage_nano_cores`).
  let nanoCores: UInt64?

  /// The percentage of one core since an earlier reading, as crictl calculates it; nil if it is unknown.
  func percent(since before: CPUReading?) -> Double? {
    if used == 0 { return 0 }
    if let before, used >= before.used {
      // A runtime may return any times, even some that are too far apart to be subtracted.
      let (span, isTooLong) = time.nanoseconds.subtractingReportingOverflow(before.time.nanoseconds)
      if span > 0, !isTooLong { return Double(used - before.used) / Double(span) * 100 }
    }
    // Both readings come from the same measurement of the runtime.
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
