internal import CRI
internal import CRISnapshot
internal import CRIText

/// The facts that a pod's status contains and the list of pods does not.
struct PodFacts: Sendable {
  let status: PodSandboxStatus
  /// The process that holds the pod's namespaces; nil if the runtime does not report it.
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

  /// In numerical order: 10.0.0.9 before 10.0.0.10.
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
    // A ready pod with its own network must have an address.
    return Table.Cell("-", !isOnHost && status.state == .ready ? .bad : nil)
  }
}
