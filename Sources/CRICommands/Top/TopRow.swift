internal import CRIText

/// What `top` shows of one container or pod.
struct TopRow: Sendable {
  let id: String
  let state: Table.Cell
  /// A container's; empty for a pod.
  let name: String
  let pod: String
  let namespace: String
  /// Percent of one core; nil where it is not known.
  var cpu: Double?
  /// Bytes; nil where they are not known.
  var memory: UInt64?
  /// A pod's.
  var containers = 0

  /// Adds what a pod's container uses.
  mutating func add(_ row: TopRow) {
    containers += 1
    if let more = row.cpu { cpu = (cpu ?? 0) + more }
    if let more = row.memory {
      let (sum, isTooLarge) = (memory ?? 0).addingReportingOverflow(more)
      memory = isTooLarge ? .max : sum
    }
  }

  var cpuText: String { cpu.map { $0.fixed(decimals: 2) } ?? "-" }
  var memoryText: String { memory.map { HumanSize.text(bytes: $0, precision: 4) } ?? "-" }
}
