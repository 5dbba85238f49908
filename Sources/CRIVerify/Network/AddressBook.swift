public import CRISnapshot

/// The pods that have each address, according to the runtime and to the kernel.
public struct AddressBook: Hashable, Sendable {
  private var owners: [IPAddress: [SandboxRecord]] = [:]

  /// The IDs of the sandboxes whose namespace path points to a namespace that is not their own.
  private var diverted: Set<String> = []

  /// - Parameters:
  ///   - sandboxes: All sandboxes of the node. Those that are not ready or use the host's network are ignored.
  ///   - containers: The sandboxes' containers; their processes show which network namespace a sandbox actually has.
  public init(_ sandboxes: [SandboxRecord], _ containers: [ContainerRecord] = []) {
    let containers = Dictionary(grouping: containers, by: \.sandboxID)
    for sandbox in sandboxes where sandbox.isReady && !sandbox.isHostNetwork {
      if sandbox.isDiverted(containers[sandbox.id] ?? []) { diverted.insert(sandbox.id) }
      for address in addresses(of: sandbox) { owners[address, default: []].append(sandbox) }
    }
  }

  /// Returns the other pods that share an address with this one, in the order of this pod's addresses.
  public func conflicts(of sandbox: SandboxRecord) -> [(address: IPAddress, pod: PodName)] {
    addresses(of: sandbox).flatMap { address in
      (owners[address] ?? []).filter { $0.id != sandbox.id }.map { (address, $0.pod) }
    }
  }

  private func addresses(of sandbox: SandboxRecord) -> [IPAddress] {
    let real = diverted.contains(sandbox.id) ? [] : sandbox.realAddresses ?? []
    let all = sandbox.addresses.compactMap { IPAddress($0) } + real.map(\.address)
    var seen: Set<IPAddress> = []
    return all.filter { seen.insert($0).inserted }
  }
}
