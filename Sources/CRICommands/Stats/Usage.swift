/// The usage of one container or pod, with its CPU usage since the previous measurement.
struct Usage<Stats: UsageStats>: Sendable {
  let stats: Stats
  /// Percent of one core; nil if it is not known.
  let cpu: Double?

  /// The text as crictl prints it; `-` where crictl would fail or omit the row.
  var cpuText: String { cpu.map { $0.fixed(decimals: 2) } ?? "-" }

  /// Thousandths of a percent, for `--sort-by`.
  var cpuOrder: SortValue {
    cpu.map { .amount(UInt64(exactly: ($0 * 1000).rounded()) ?? ($0 < 0 ? 0 : .max)) } ?? .nothing
  }

  var memoryText: String { HumanSize.text(bytes: stats.workingSet, precision: 4) }

  var memoryOrder: SortValue { .amount(stats.workingSet) }
}
