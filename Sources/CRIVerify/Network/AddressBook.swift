public import CRISnapshot

/// The pods that have each address, according to the runtime and to the kernel.
public struct AddressBook: Hashable, Sendable {
  private var owners: [IPAddress: [SandboxRecord]] = [:]

  /// The sandboxes whose namespace path leads to another pod's namespace.
  private var diverted: Set<String> = []

  /// - Parameters:
  ///   - sandboxes: All sandboxes of the node. Those that are not ready or use the host's network do not count.
  ///   - containers: Their containers, whose processes show which namespace is their own.
  public init(_ sandboxes: [SandboxRecord], _ containers: [ContainerRecord] = []) {
    let containers = Dictionary(grouping: containers, by: \.sandboxID)
    for sandbox in sandboxes where sandbox.isReady && !sandbox.isHostNetwork {
      if sandbox.isDiverted(containers[sandbox.id] ?? []) { diverted.insert(sandbox.id) }
      for address in addresses(of: sandbox) { owners[address, default: []].append(sandbox) }
    }
  }

  /// Returns the other pods that have an address of this one, in the order of its addresses.
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
