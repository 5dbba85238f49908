internal import CRI
internal import CRIRendering

/// What a pod's status says and the list of pods does not.
struct PodFacts: Sendable {
  let status: PodSandboxStatus
  /// The process that holds its namespaces; nil where the runtime does not tell.
  let pid: Int64?

  init(_ status: PodSandboxStatus, _ info: StringMap) {
    self.status = status
    pid = StatusDocument.pid(ofInfo: info)
  }

  /// Addresses, network, PID and UID.
  var cells: [Table.Cell] {
    [
      addresses, Table.Cell(isOnHost ? "host" : "pod"), Table.Cell(pid.map { "\($0)" } ?? "-"),
      Table.Cell(status.metadata?.uid ?? ""),
    ]
  }

  private var isOnHost: Bool { status.linux?.namespaces?.options?.network == .node }

  private var addresses: Table.Cell {
    let network = status.network
    let addresses = ([network?.ip ?? ""] + (network?.additionalIPs.map(\.ip) ?? [])).filter { !$0.isEmpty }
    if !addresses.isEmpty { return Table.Cell(addresses.joined(separator: ",")) }
    // A ready pod of its own network must have one.
    return Table.Cell("-", !isOnHost && status.state == .ready ? .bad : nil)
  }
}
