internal import CRI
internal import CRISnapshot
internal import CRIText

/// The facts that a pod's status contains and the list of pods does not.
///
/// It does not keep the status, because a node can have thousands of pods.
struct PodFacts: Sendable {
  /// The primary address first.
  let addresses: [String]
  let uid: String
  let isOnHost: Bool
  let isReady: Bool
  /// The process that holds the pod's namespaces; nil if the runtime does not report it.
  let pid: Int64?

  init(_ status: PodSandboxStatus, _ info: StringMap) {
    let network = status.network
    addresses = ([network?.ip ?? ""] + (network?.additionalIPs.map(\.ip) ?? [])).filter { !$0.isEmpty }
    uid = status.metadata?.uid ?? ""
    isOnHost = status.linux?.namespaces?.options?.network == .node
    isReady = status.state == .ready
    pid = StatusDocument.pid(ofInfo: info)
  }

  /// Addresses, network, PID and UID.
  var cells: [Table.Cell] {
    [
      addressCell, Table.Cell(networkName), Table.Cell(pid.map { "\($0)" } ?? "-"), Table.Cell(uid),
    ]
  }

  var networkName: String { isOnHost ? "host" : "pod" }

  /// In numerical order: 10.0.0.9 before 10.0.0.10.
  var addressOrder: SortValue {
    guard let text = addresses.first else { return .nothing }
    guard let address = IPAddress(text), address.isIPv4 else { return .text(text) }
    return .number(address.bytes.reduce(0) { $0 << 8 | Int64($1) })
  }

  private var addressCell: Table.Cell {
    if !addresses.isEmpty { return Table.Cell(addresses.joined(separator: ",")) }
    // A ready pod with its own network must have an address.
    return Table.Cell("-", !isOnHost && isReady ? .bad : nil)
  }
}
