/// Which pods have which address: by the runtime's word, and in the kernel.
public struct AddressBook: Hashable, Sendable {
  private var owners: [IPAddress: [SandboxRecord]] = [:]

  /// - Parameter sandboxes: all of the node; those that are not ready and those on the host's network do not count.
  public init(_ sandboxes: [SandboxRecord]) {
    for sandbox in sandboxes where sandbox.isReady && !sandbox.isHostNetwork {
      for address in Self.addresses(of: sandbox) { owners[address, default: []].append(sandbox) }
    }
  }

  /// The other pods that have an address of this one, in the order of its addresses.
  public func conflicts(of sandbox: SandboxRecord) -> [(address: IPAddress, pod: PodName)] {
    Self.addresses(of: sandbox).flatMap { address in
      (owners[address] ?? []).filter { $0.id != sandbox.id }.map { (address, $0.pod) }
    }
  }

  private static func addresses(of sandbox: SandboxRecord) -> [IPAddress] {
    let all = sandbox.addresses.compactMap { IPAddress($0) } + (sandbox.realAddresses ?? []).map(\.address)
    var seen: Set<IPAddress> = []
    return all.filter { seen.insert($0).inserted }
  }
}
