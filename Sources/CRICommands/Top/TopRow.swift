internal import CRIText

/// What `top` shows about one container or pod.
struct TopRow: Sendable {
  let id: String
  let state: Table.Cell
  /// The container's name; empty for a pod.
  let name: String
  let pod: String
  let namespace: String
  /// The percentage of one core; nil if it is unknown.
  var cpu: Double?
  /// Bytes; nil if unknown.
  var memory: UInt64?
  /// The number of a pod's containers.
  var containers = 0

  /// Adds the usage of one of the pod's containers.
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
