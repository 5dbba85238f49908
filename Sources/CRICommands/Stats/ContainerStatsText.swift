internal import CRI
internal import CRIJSON
internal import CRIText

/// The usage of containers as `crictl stats` prints it.
struct ContainerStatsText: ListText {
  typealias Element = Usage<ContainerStats>

  var elements: [Usage<ContainerStats>]
  var isWide = false
  var showsFullIDs = false

  var document: ListContainerStatsResponse { ListContainerStatsResponse(stats: elements.map(\.stats)) }

  static func json(_ element: Usage<ContainerStats>) -> JSON { element.stats.json() }

  var columns: [Table.Column] {
    ["CONTAINER", "NAME", "CPU %", "MEM", "DISK", "INODES", "SWAP"]
      + (isWide ? ["RSS", "FAULTS", "POD", "NAMESPACE"] : [])
  }

  static var sortKeys: [String: SortOrder<Self>.Key] {
    [
      "id": { .text($1.stats.usageID) }, "name": { .text($1.stats.attributes?.metadata?.name ?? "") },
      "cpu": { $1.cpuOrder }, "mem": { $1.memoryOrder },
      "disk": { .amount($1.stats.writableLayer?.usedBytes?.value ?? 0) },
      "inodes": { .amount($1.stats.writableLayer?.inodesUsed?.value ?? 0) },
      "swap": { .amount($1.stats.swap?.swapUsageBytes?.value ?? 0) },
      "rss": { .amount($1.stats.memory?.rssBytes?.value ?? 0) },
      "faults": { .amount($1.stats.memory?.majorPageFaults?.value ?? 0) },
      "pod": { .text($1.stats.podName) }, "namespace": { .text($1.stats.podNamespace) },
    ]
  }

  func rows(_ usage: Usage<ContainerStats>) -> [[Table.Cell]] {
    let stats = usage.stats
    var cells = [
      Table.Cell(id: stats.usageID, isFull: showsFullIDs), Table.Cell(stats.attributes?.metadata?.name ?? ""),
      Table.Cell(usage.cpuText), Table.Cell(usage.memoryText), Table.Cell(size(stats.writableLayer?.usedBytes)),
      Table.Cell("\(stats.writableLayer?.inodesUsed?.value ?? 0)"), Table.Cell(size(stats.swap?.swapUsageBytes)),
    ]
    if isWide {
      cells += [
        Table.Cell(size(stats.memory?.rssBytes)), Table.Cell("\(stats.memory?.majorPageFaults?.value ?? 0)"),
        Table.Cell(stats.podName), Table.Cell(stats.podNamespace),
      ]
    }
    return [cells]
  }

  private func size(_ bytes: UInt64Value?) -> String { HumanSize.text(bytes: bytes?.value ?? 0, precision: 4) }

  func id(_ usage: Usage<ContainerStats>) -> String { usage.stats.usageID }

  /// The name in the form that `cri logs` accepts.
  func name(_ usage: Usage<ContainerStats>) -> String {
    "\(usage.stats.podNamespace)/\(usage.stats.podName)/\(usage.stats.attributes?.metadata?.name ?? "")"
  }

  func details(_ usage: Usage<ContainerStats>) -> Details { Details() }
}
