internal import CRI
internal import CRIJSON
internal import CRIRendering

/// Pods' use as `crictl statsp` shows it.
struct PodStatsText: ListText {
  let elements: [Usage<PodSandboxStats>]
  var isWide = false
  var showsWhole = false

  var document: ListPodSandboxStatsResponse { ListPodSandboxStatsResponse(stats: elements.map(\.stats)) }

  static func json(_ element: Usage<PodSandboxStats>) -> JSON { element.stats.json() }

  var columns: [Table.Column] {
    ["POD", "POD ID", "CPU %", "MEM"]
      + (isWide ? ["NAMESPACE", "RSS", "RECEIVED", "SENT", "PROCESSES", "CONTAINERS"] : [])
  }

  static var sortKeys: [String: SortOrder<Usage<PodSandboxStats>>.Key] {
    [
      "id": { .text($0.stats.usageID) }, "name": { .text($0.stats.attributes?.metadata?.name ?? "") },
      "pod": { .text($0.stats.attributes?.metadata?.name ?? "") },
      "namespace": { .text($0.stats.attributes?.metadata?.namespace ?? "") },
      "cpu": { $0.cpuOrder }, "mem": { $0.memoryOrder },
      "processes": { .number(Int64(clamping: $0.stats.processCount?.value ?? 0)) },
    ]
  }

  func rows(_ usage: Usage<PodSandboxStats>) -> [[Table.Cell]] {
    let stats = usage.stats
    var cells = [
      Table.Cell(stats.attributes?.metadata?.name ?? ""), Table.Cell(id: stats.usageID, isWhole: showsWhole),
      Table.Cell(usage.cpuText), Table.Cell(usage.memoryText),
    ]
    if isWide {
      let traffic = stats.traffic
      cells += [
        Table.Cell(stats.attributes?.metadata?.namespace ?? ""), Table.Cell(size(stats.linux?.memory?.rssBytes)),
        Table.Cell(size(traffic.received)), Table.Cell(size(traffic.sent)),
        Table.Cell(stats.processCount.map { "\($0.value)" } ?? "-"),
        Table.Cell("\(stats.linux?.containers.count ?? stats.windows?.containers.count ?? 0)"),
      ]
    }
    return [cells]
  }

  /// What the runtime does not tell is not nothing.
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
  fileprivate var processCount: UInt64Value? { linux?.process?.processCount ?? windows?.process?.processCount }

  /// Over the pod's first interface, in bytes.
  fileprivate var traffic: (received: UInt64Value?, sent: UInt64Value?) {
    if let interface = linux?.network?.defaultInterface { return (interface.rxBytes, interface.txBytes) }
    let interface = windows?.network?.defaultInterface
    return (interface?.rxBytes, interface?.txBytes)
  }
}
