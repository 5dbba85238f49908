/// One container's or pod's use, and what it took of the processors since the look before.
struct Usage<Stats: UsageStats>: Sendable {
  let stats: Stats
  /// Percent of one core; nil where it is not known.
  let cpu: Double?

  /// As crictl writes it; where it would fail, or leave the row away, `-`.
  var cpuText: String { cpu.map { $0.fixed(decimals: 2) } ?? "-" }

  /// Thousandths of a percent, for `--sort-by`.
  var cpuOrder: SortValue {
    cpu.map { .amount(UInt64(exactly: ($0 * 1000).rounded()) ?? ($0 < 0 ? 0 : .max)) } ?? .nothing
  }

  var memoryText: String { HumanSize.text(bytes: stats.workingSet, precision: 4) }

  var memoryOrder: SortValue { .amount(stats.workingSet) }
}
