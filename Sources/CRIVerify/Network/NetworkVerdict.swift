public import CRISnapshot

/// Whether a pod's network matches what the runtime reports, according to the kernel and CNI.
public struct NetworkVerdict: Hashable, Sendable {
  /// The verdicts, from best to worst. The worst verdict that applies is the result.
  public enum Kind: String, Hashable, Sendable, CaseIterable {
    case ok
    case hostNetwork = "host network"
    case notReady = "not ready"
    /// The deciding facts could not be read.
    case unknown
    /// The runtime, the kernel and CNI contradict each other.
    case mismatch
    /// Another pod has the same address.
    case duplicate
    /// The runtime reports an address whose network no longer exists (containerd#6549).
    case gone
    /// The runtime has lost an address that other sources still know (containerd#7843).
    case lost

    /// Whether the pod's network is known to be broken.
    public var isBad: Bool {
      switch self {
      case .ok, .hostNetwork, .notReady, .unknown: false
      case .mismatch, .duplicate, .gone, .lost: true
      }
    }
  }

  /// One observed fault.
  private struct Finding: Hashable, Sendable {
    var kind: Kind
    var reason: NetworkReason
  }

  /// The most harmful fault that was found.
  public private(set) var kind = Kind.ok
  /// The reasons; the one that decided the verdict comes first.
  public var reasons: [NetworkReason] { findings.map(\.reason) }

  /// The reason that decided a bad verdict, followed by all other faults of the pod's interfaces.
  package var faults: [NetworkReason] {
    guard kind.isBad, let first = findings.first else { return Array(reasons.prefix(1)) }
    return [first.reason]
      + findings.dropFirst().filter { $0.kind.isBad && $0.reason.isAboutInterface }.map(\.reason)
  }

  /// The state of the pod's interfaces if the kernel has none of the addresses that the runtime has lost, in which case
  /// restoring them in the runtime would not repair the pod; otherwise nil.
  private var emptiness: NetworkReason.Interfaces?

  /// The worst fault other than an address that the runtime has lost, with all faults of interfaces; nil if no other
  /// fault was found.
  var fault: (kind: Kind, reasons: [NetworkReason])? {
    guard kind == .lost else { return kind.isBad ? (kind, faults) : nil }
    if let emptiness { return (.gone, [.interfaces(emptiness)]) }
    let others = findings.filter { $0.kind == .gone && $0.reason.isAboutInterface }.map(\.reason)
    return others.isEmpty ? nil : (.gone, others)
  }

  private var findings: [Finding] = []

  /// - Parameters:
  ///   - containers: The sandbox's containers; their processes should be in its namespace.
  ///   - book: The addresses of the whole node.
  public init(of sandbox: SandboxRecord, containers: [ContainerRecord] = [], book: AddressBook = AddressBook([])) {
    guard sandbox.isReady else {
      kind = .notReady
      return
    }
    guard !sandbox.isHostNetwork else {
      kind = .hostNetwork
      return
    }
    let isAlive = judgeNamespace(of: sandbox, containers)
    // If the path points to a different namespace, the data read through it does not belong to this pod.
    let isDiverted = sandbox.isDiverted(containers)
    let real = isDiverted ? nil : sandbox.realAddresses
    if sandbox.ip.isEmpty {
      judgeLoss(of: sandbox, real, isNamespaceAlive: isAlive)
      if sandbox.addresses.isEmpty, isAlive == true, !isDiverted, emptiness == nil {
        judgeOtherInterfaces(of: sandbox, [])
      }
    }
    if !sandbox.addresses.isEmpty {
      if !isDiverted { judgeInterfaces(of: sandbox) }
      judgeCNI(of: sandbox, real)
    }
    for (address, pod) in book.conflicts(of: sandbox) { add(.duplicate, .addressShared(pod, address)) }
    kind = findings.map(\.kind).max { Self.rank($0) < Self.rank($1) } ?? .ok
    // The remaining findings keep their order.
    findings = findings.filter { $0.kind == kind } + findings.filter { $0.kind != kind }
  }

  /// Judges a sandbox that is known only from the runtime's list.
  /// - Parameter reason: The reason why its status is unchecked.
  public init(unchecked sandbox: SandboxRecord, _ reason: UnknownReason) {
    // A sandbox that is not ready does not need a network, regardless of its status.
    kind = sandbox.isReady ? .unknown : .notReady
    add(kind, .statusUnknown(isReady: sandbox.isReady, reason))
  }

  private static func rank(_ kind: Kind) -> Int { Kind.allCases.firstIndex(of: kind) ?? 0 }

  private mutating func add(_ kind: Kind, _ reason: NetworkReason) {
    findings.append(Finding(kind: kind, reason: reason))
  }

  /// - Returns: Whether the namespace exists; nil if it could not be read.
  private mutating func judgeNamespace(of sandbox: SandboxRecord, _ containers: [ContainerRecord]) -> Bool? {
    guard let path = sandbox.facts.networkNamespace else {
      add(.unknown, .namespaceNotReported)
      return nil
    }
    switch sandbox.observed?.namespace {
    case nil:
      add(.unknown, .namespaceNotRead)
      return nil
    case .unknown(let reason):
      add(.unknown, .namespaceUnknown(reason))
      return nil
    case .known(.missing):
      add(.gone, .namespaceMissing(path: path, kept: survivors(of: sandbox)))
      return false
    case .known(.notANamespace):
      add(.gone, .notANamespace(path: path, kept: survivors(of: sandbox)))
      return false
    case .known(.alive(let id)):
      let processes = [sandbox.observed?.process] + containers.map { $0.observed?.process }
      for process in processes.compactMap({ $0?.value?.alive }) {
        guard let other = process.networkNamespace.value, other != id else { continue }
        add(.mismatch, .otherNamespace(pid: process.pid, inode: other.inode, expected: id.inode))
      }
      return true
    }
  }

  /// The addresses that the pod's processes still have: a namespace without a path exists as long as it contains a
  /// process.
  private func survivors(of sandbox: SandboxRecord) -> [IPAddress] { (sandbox.realAddresses ?? []).map(\.address) }

  /// Judges a sandbox for which the runtime has no address, or no primary one, without which kubelet recreates the pod.
  private mutating func judgeLoss(
    of sandbox: SandboxRecord, _ real: [InterfaceAddress]?, isNamespaceAlive: Bool?
  ) {
    // containerd drops the address when it sees that the namespace is gone, so nothing was forgotten.
    if isNamespaceAlive == false && sandbox.facts.isNetworkNamespaceClosed == true { return }
    let kept = Set(sandbox.addresses.compactMap { IPAddress($0) })
    func isForgotten(_ text: String) -> Bool { IPAddress(text).map { !kept.contains($0) } ?? true }
    let sources: [(NetworkReason.Source, [String])] = [
      (.networkNamespace, (real ?? []).map { "\($0.address)" }.filter(isForgotten)),
      (.cniCache, (sandbox.cachedAddresses ?? []).filter(isForgotten)),
      (
        .hostLocal,
        (sandbox.observed?.leases?.value ?? []).filter { $0.owner == sandbox.id }.map(\.address).filter(isForgotten)
      ),
    ].filter { !$0.1.isEmpty }
    if let first = sources.first {
      if isNamespaceAlive == true, real?.isEmpty == true { emptiness = Self.emptiness(of: sandbox) }
      add(
        .lost,
        .addressLost(
          hasOthers: !kept.isEmpty, addresses: first.1, sources: sources.map(\.0), interfaces: emptiness))
    } else if kept.isEmpty, isNamespaceAlive == true, real != nil {
      add(.gone, .addressNowhere)
    } else if isNamespaceAlive != false {
      add(.lost, .addressLost(hasOthers: !kept.isEmpty, addresses: [], sources: [], interfaces: nil))
    }
  }

  /// The state of a pod's interfaces if none of them has an address.
  private static func emptiness(of sandbox: SandboxRecord) -> NetworkReason.Interfaces {
    let names = sandbox.interfaceNames.sorted()
    let absent = names.filter { name in sandbox.observed?.interfaces?.value?.contains { $0.name == name } != true }
    return absent.isEmpty ? .withoutAddress(names) : .absent(absent)
  }

  private mutating func judgeInterfaces(of sandbox: SandboxRecord) {
    let claimed = sandbox.addresses.compactMap { text -> IPAddress? in
      let address = IPAddress(text)
      if address == nil { add(.mismatch, .invalidAddress(text)) }
      return address
    }
    // A missing namespace has been reported already.
    guard case .known(.alive) = sandbox.observed?.namespace else { return }
    judgeOtherInterfaces(of: sandbox, Set(claimed))
    switch sandbox.observed?.interfaces {
    case nil: add(.unknown, .interfacesNotRead)
    case .unknown(let reason): add(.unknown, .interfacesUnknown(reason))
    case .known(let interfaces):
      let names = sandbox.interfaceNames.sorted()
      let absent = names.filter { name in !interfaces.contains { $0.name == name } }
      let held = Set(interfaces.flatMap { $0.addresses.map(\.address) })
      let missing = claimed.filter { !held.contains($0) }
      if !missing.isEmpty {
        let real = sandbox.realAddresses ?? []
        // The network is gone unless other addresses have replaced the missing ones.
        let isGone = missing.count == claimed.count && real.isEmpty
        let state: NetworkReason.Interfaces =
          !absent.isEmpty
          ? .absent(absent)
          : isGone ? .withoutAddress(names) : .holding(names, addresses: real.map(\.address))
        let isPartial = absent.isEmpty && !isGone && missing.count < claimed.count
        add(
          isGone ? .gone : .mismatch,
          isPartial ? .interfacesLack(names, addresses: missing) : .interfacesDiffer(state, reported: missing))
      }
      for interface in interfaces where interface.addresses.contains(where: { claimed.contains($0.address) }) {
        if !interface.isUp {
          add(.gone, .interfaceDown(interface.name))
        } else if !interface.hasCarrier {
          add(.gone, .interfaceWithoutCarrier(interface.name))
        }
      }
    }
  }

  /// Judges the interfaces of a pod's other networks, such as those of Multus: no runtime reports them, but CNI's cache
  /// has an entry for each one.
  private mutating func judgeOtherInterfaces(of sandbox: SandboxRecord, _ claimed: Set<IPAddress>) {
    guard let interfaces = sandbox.observed?.interfaces?.value else { return }
    // The interface that the runtime reports is judged by its addresses, regardless of the cache.
    let reported = Set((sandbox.facts.interfaces ?? []).map(\.name)).union(
      interfaces.filter { $0.addresses.contains { claimed.contains($0.address) } }.map(\.name))
    for entry in sandbox.observed?.cache?.value ?? [] where !reported.contains(entry.interface) {
      let given = entry.addresses.compactMap { IPAddress($0) }
      // A device without an address may have been handed over to a user-space program, as with DPDK.
      guard !given.isEmpty, !given.contains(where: claimed.contains) else { continue }
      guard let interface = interfaces.first(where: { $0.name == entry.interface }) else {
        add(.gone, .interfaces(.absent([entry.interface])))
        continue
      }
      let held = interface.addresses.map(\.address)
      let lost = given.filter { !held.contains($0) }
      if !lost.isEmpty { add(.gone, .interfaceLacks(entry.interface, lost)) }
      if !interface.isUp {
        add(.gone, .interfaceDown(interface.name))
      } else if !interface.hasCarrier {
        add(.gone, .interfaceWithoutCarrier(interface.name))
      }
    }
  }

  /// Checks CNI's records, which determine what happens next: a restarted CRI-O reads its addresses from them, and
  /// host-local may assign any address that has no lease.
  private mutating func judgeCNI(of sandbox: SandboxRecord, _ real: [InterfaceAddress]?) {
    let claimed = sandbox.addresses.compactMap { IPAddress($0) }
    let cached = sandbox.cachedAddresses ?? []
    let known = Set(cached.compactMap { IPAddress($0) })
    if sandbox.observed?.cache?.value?.isEmpty == true {
      add(.ok, .notInCache)
    }
    judgeForgotten(of: sandbox, Set(claimed), real)
    let others = claimed.filter { !known.contains($0) }
    if !known.isEmpty && !others.isEmpty {
      add(.mismatch, .cacheDiffers(cached, reported: others))
    }
    guard let leases = sandbox.observed?.leases?.value, let entries = sandbox.observed?.cache?.value else { return }
    let held = real == nil ? [] : (sandbox.observed?.interfaces?.value ?? []).flatMap(\.addresses).map(\.address)
    let ofOtherNetworks = entries.flatMap(\.addresses).compactMap { IPAddress($0) }.filter {
      !claimed.contains($0) && held.contains($0)
    }
    for address in claimed + ofOtherNetworks {
      // Use the network of this address: a pod's second network may use a different IPAM plugin.
      guard let entry = entries.first(where: { $0.addresses.contains { IPAddress($0) == address } }) else { continue }
      let own = leases.filter { $0.network == entry.network }
      guard entry.ipam == "host-local" || !own.isEmpty else { continue }
      let owners = own.filter { IPAddress($0.address) == address }.map(\.owner)
      if owners.isEmpty {
        add(.mismatch, .notLeased(address))
      } else if !owners.contains(sandbox.id) {
        add(.mismatch, .leasedToOther(address, owner: owners[0]))
      }
    }
  }

  /// Finds addresses that CNI assigned to the interface that the runtime reports, and that the pod still has but the
  /// runtime does not report.
  private mutating func judgeForgotten(
    of sandbox: SandboxRecord, _ claimed: Set<IPAddress>, _ real: [InterfaceAddress]?
  ) {
    // A lost primary address has been reported already, together with all other addresses.
    guard !sandbox.ip.isEmpty else { return }
    let held = real.map { Set($0.map(\.address)) }
    let leased = Set(
      (sandbox.observed?.leases?.value ?? []).filter { $0.owner == sandbox.id }.compactMap { IPAddress($0.address) })
    for entry in sandbox.observed?.cache?.value ?? [] {
      let given = entry.addresses.compactMap { IPAddress($0) }
      // Runtimes report only one interface, so a pod's other interfaces are ignored.
      guard given.contains(where: claimed.contains) else { continue }
      let forgotten = given.filter { !claimed.contains($0) && (held?.contains($0) ?? leased.contains($0)) }
      if !forgotten.isEmpty {
        add(.mismatch, .addressNotReported(forgotten))
      }
    }
  }
}

extension NetworkReason {
  /// Whether this is a fault of an interface that CNI created.
  fileprivate var isAboutInterface: Bool {
    switch self {
    case .interfaces, .interfacesDiffer, .interfacesLack, .interfaceLacks, .interfaceDown, .interfaceWithoutCarrier:
      true
    default: false
    }
  }
}
