internal import CRI
internal import CRIJSON
internal import CRIText

/// The usage of pods as `crictl statsp` prints it.
struct PodStatsText: ListText {
  typealias Element = Usage<PodSandboxStats>

  var elements: [Usage<PodSandboxStats>]
  var isWide = false
  var showsFullIDs = false

  var document: ListPodSandboxStatsResponse { ListPodSandboxStatsResponse(stats: elements.map(\.stats)) }

  static func json(_ element: Usage<PodSandboxStats>) -> JSON { element.stats.json() }

  var columns: [Table.Column] {
    ["POD", "POD ID", "CPU %", "MEM"]
      + (isWide ? ["NAMESPACE", "RSS", "RECEIVED", "SENT", "PROCESSES", "CONTAINERS"] : [])
  }

  static var sortKeys: [String: SortOrder<Self>.Key] {
    [
      "id": { .text($1.stats.usageID) }, "name": { .text($1.stats.attributes?.metadata?.name ?? "") },
      "pod": { .text($1.stats.attributes?.metadata?.name ?? "") },
      "namespace": { .text($1.stats.attributes?.metadata?.namespace ?? "") },
      "cpu": { $1.cpuOrder }, "mem": { $1.memoryOrder },
      "rss": { amount($1.stats.linux?.memory?.rssBytes) },
      "received": { amount($1.stats.traffic.received) }, "sent": { amount($1.stats.traffic.sent) },
      "processes": { amount($1.stats.processCount) }, "containers": { .amount(UInt64($1.stats.containerCount)) },
    ]
  }

  /// A value that the runtime does not report is sorted last.
  private static func amount(_ value: UInt64Value?) -> SortValue { value.map { .amount($0.value) } ?? .nothing }

  func rows(_ usage: Usage<PodSandboxStats>) -> [[Table.Cell]] {
    let stats = usage.stats
    var cells = [
      Table.Cell(stats.attributes?.metadata?.name ?? ""), Table.Cell(id: stats.usageID, isFull: showsFullIDs),
      Table.Cell(usage.cpuText), Table.Cell(usage.memoryText),
    ]
    if isWide {
      let traffic = stats.traffic
      cells += [
        Table.Cell(stats.attributes?.metadata?.namespace ?? ""), Table.Cell(size(stats.linux?.memory?.rssBytes)),
        Table.Cell(size(traffic.received)), Table.Cell(size(traffic.sent)),
        Table.Cell(stats.processCount.map { "\($0.value)" } ?? "-"),
        Table.Cell("\(stats.containerCount)"),
      ]
    }
    return [cells]
  }

  /// A value that the runtime does not report is not zero.
  private func size(_ bytes: UInt64Value?) -> String {
    bytes.map { HumanSize.text(bytes: $0.value, precision: 4) } ?? "-"
  }

  func id(_ usage: Usage<PodSandboxStats>) -> String { usage.stats.usageID }

  func name(_ usage: Usage<PodSandboxStats>) -> String {
    let metadata = usage.stats.attributes?.metadata
    return "\(metadata?.namespace ?? "")/\(metadata?.name ?? "")"
  }

  func details(_ usage: Usage<PodSandboxStats>) -> Details { Details() }
}

extension PodSandboxStats {
  fileprivate var containerCount: Int { linux?.containers.count ?? windows?.containers.count ?? 0 }
  fileprivate var processCount: UInt64Value? { linux?.process?.processCount ?? windows?.process?.processCount }

  /// The traffic of the pod's first interface, in bytes.
  fileprivate var traffic: (received: UInt64Value?, sent: UInt64Value?) {
    if let interface = linux?.network?.defaultInterface { return (interface.rxBytes, interface.txBytes) }
    let interface = windows?.network?.defaultInterface
    return (interface?.rxBytes, interface?.txBytes)
  }
}
