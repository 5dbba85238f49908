internal import CRI
internal import CRISnapshot
internal import CRIText

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
      addresses, Table.Cell(networkName), Table.Cell(pid.map { "\($0)" } ?? "-"),
      Table.Cell(status.metadata?.uid ?? ""),
    ]
  }

  var networkName: String { isOnHost ? "host" : "pod" }

  /// As the network has it: 10.0.0.9 before 10.0.0.10.
  var addressOrder: SortValue {
    guard let text = status.network?.ip, !text.isEmpty else { return .nothing }
    guard let address = IPAddress(text), address.isIPv4 else { return .text(text) }
    return .number(address.bytes.reduce(0) { $0 << 8 | Int64($1) })
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
