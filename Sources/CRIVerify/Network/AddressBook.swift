public import CRISnapshot

/// The pods that have each address, according to the runtime and to the kernel.
public struct AddressBook: Hashable, Sendable {
  private struct Owner: Hashable, Sendable {
    var id: String
    var pod: PodName
  }

  /// The number of other pods with the same address that are named. If all pods had one address, naming all of them
  /// for each pod would take time and memory in proportion to the square of their number.
  private static let namedOwners = 8

  /// The first pods with each address: as many as are named, and the pod itself.
  private var owners: [IPAddress: [Owner]] = [:]

  /// The IDs of the sandboxes whose namespace path points to a namespace that is not their own.
  private var diverted: Set<String> = []

  /// - Parameters:
  ///   - sandboxes: All sandboxes of the node. Those that are not ready or use the host's network are ignored.
  ///   - containers: The sandboxes' containers; their processes show which network namespace a sandbox actually has.
  public init(_ sandboxes: [SandboxRecord], _ containers: [ContainerRecord] = []) {
    let containers = Dictionary(grouping: containers, by: \.sandboxID)
    for sandbox in sandboxes where sandbox.isReady && !sandbox.isHostNetwork {
      if sandbox.isDiverted(containers[sandbox.id] ?? []) { diverted.insert(sandbox.id) }
      for address in addresses(of: sandbox) where owners[address, default: []].count <= Self.namedOwners {
        owners[address, default: []].append(Owner(id: sandbox.id, pod: sandbox.pod))
      }
    }
  }

  /// Returns other pods that share an address with this one, at most eight for each address, in the order of this pod's
  /// addresses.
  public func conflicts(of sandbox: SandboxRecord) -> [(address: IPAddress, pod: PodName)] {
    addresses(of: sandbox).flatMap { address in
      (owners[address] ?? []).filter { $0.id != sandbox.id }.prefix(Self.namedOwners).map { (address, $0.pod) }
    }
  }

  private func addresses(of sandbox: SandboxRecord) -> [IPAddress] {
    let real = diverted.contains(sandbox.id) ? [] : sandbox.realAddresses ?? []
    let all = sandbox.addresses.compactMap { IPAddress($0) } + real.map(\.address)
    var seen: Set<IPAddress> = []
    return all.filter { seen.insert($0).inserted }
  }
}
