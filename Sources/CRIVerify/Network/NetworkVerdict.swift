public import CRISnapshot

/// Whether a pod's network is what the runtime says: its word against kernel and CNI.
public struct NetworkVerdict: Hashable, Sendable {
  /// From good to bad; the worst one that applies is the verdict.
  public enum Kind: String, Hashable, Sendable, CaseIterable {
    case ok
    case hostNetwork = "host network"
    case notReady = "not ready"
    /// What tells could not be read.
    case unknown
    /// Runtime, kernel and CNI do not agree.
    case mismatch
    /// Another pod has the same address.
    case duplicate
    /// The runtime has the address, the network behind it is gone (containerd#6549).
    case gone
    /// The runtime has no address any more, others have (containerd#7843).
    case lost

    /// Whether something is wrong with the pod, as far as one can see.
    public var isBad: Bool {
      switch self {
      case .ok, .hostNetwork, .notReady, .unknown: false
      case .mismatch, .duplicate, .gone, .lost: true
      }
    }
  }

  /// One thing that was seen.
  private struct Finding: Hashable, Sendable {
    var kind: Kind
    var reason: NetworkReason
  }

  public private(set) var kind = Kind.ok
  /// What was seen, the reason of the verdict first.
  public var reasons: [NetworkReason] { findings.map(\.reason) }

  /// Where the kernel has none of the addresses that the runtime forgot: giving them back would not mend the pod.
  private var emptiness: NetworkReason.Interfaces?

  /// What is wrong beside an address that the runtime forgot; nil where nothing is.
  var fault: (kind: Kind, reason: NetworkReason)? {
    guard kind != .lost else { return emptiness.map { (.gone, .interfaces($0)) } }
    guard kind.isBad, let reason = reasons.first else { return nil }
    return (kind, reason)
  }

  private var findings: [Finding] = []

  /// - Parameters:
  ///   - containers: the sandbox's own; their processes should live in its namespace.
  ///   - book: the node's addresses.
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
    // What was read through a path that leads elsewhere is another's.
    let isDiverted = sandbox.isDiverted(containers)
    let real = isDiverted ? nil : sandbox.realAddresses
    if sandbox.ip.isEmpty { judgeLoss(of: sandbox, real, isNamespaceAlive: isAlive) }
    if !sandbox.addresses.isEmpty {
      if !isDiverted { judgeInterfaces(of: sandbox) }
      judgeCNI(of: sandbox, real)
    }
    for (address, pod) in book.conflicts(of: sandbox) { add(.duplicate, .addressShared(pod, address)) }
    kind = findings.map(\.kind).max { Self.rank($0) < Self.rank($1) } ?? .ok
    // What else is wrong stays in its order.
    findings = findings.filter { $0.kind == kind } + findings.filter { $0.kind != kind }
  }

  /// Of a sandbox of which only the runtime's list tells.
  /// - Parameter reason: why its status is unchecked.
  public init(unchecked sandbox: SandboxRecord, _ reason: UnknownReason) {
    // One that is not ready needs no network, whatever its status would say.
    kind = sandbox.isReady ? .unknown : .notReady
    add(kind, .statusUnknown(isReady: sandbox.isReady, reason))
  }

  private static func rank(_ kind: Kind) -> Int { Kind.allCases.firstIndex(of: kind) ?? 0 }

  private mutating func add(_ kind: Kind, _ reason: NetworkReason) {
    findings.append(Finding(kind: kind, reason: reason))
  }

  /// - Returns: nil where nobody could look.
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

  /// Without its path a namespace lives on as long as a process does.
  private func survivors(of sandbox: SandboxRecord) -> [IPAddress] { (sandbox.realAddresses ?? []).map(\.address) }

  /// The runtime has no address, or not the primary one, without which kubelet recreates the pod: who still has it?
  private mutating func judgeLoss(
    of sandbox: SandboxRecord, _ real: [InterfaceAddress]?, isNamespaceAlive: Bool?
  ) {
    // It takes the address back when it sees the namespace gone: nothing is forgotten then.
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

  /// What of a pod's interfaces is not there, where none of them has an address.
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
    // Of a namespace that is not there was spoken already.
    guard case .known(.alive) = sandbox.observed?.namespace else { return }
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
        // Gone, if nothing took its place.
        let isGone = missing.count == claimed.count && real.isEmpty
        let state: NetworkReason.Interfaces =
          !absent.isEmpty
          ? .absent(absent)
          : isGone ? .withoutAddress(names) : .holding(names, addresses: real.map(\.address))
        add(isGone ? .gone : .mismatch, .interfacesDiffer(state, reported: missing))
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

  /// CNI's records decide what happens next: a restarted CRI-O reads its addresses there, host-local gives away what is
  /// not written down.
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
    for address in claimed {
      // Of the network that the address is of: a pod's second one may have another IPAM plugin.
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

  /// An address that CNI gave to the runtime's interface, that is still the pod's, and that the runtime does not tell.
  private mutating func judgeForgotten(
    of sandbox: SandboxRecord, _ claimed: Set<IPAddress>, _ real: [InterfaceAddress]?
  ) {
    // That the primary one is lost was said, with all that is forgotten.
    guard !sandbox.ip.isEmpty else { return }
    let held = real.map { Set($0.map(\.address)) }
    let leased = Set(
      (sandbox.observed?.leases?.value ?? []).filter { $0.owner == sandbox.id }.compactMap { IPAddress($0.address) })
    for entry in sandbox.observed?.cache?.value ?? [] {
      let given = entry.addresses.compactMap { IPAddress($0) }
      // Runtimes tell of one interface; a pod's others are not their business.
      guard given.contains(where: claimed.contains) else { continue }
      let forgotten = given.filter { !claimed.contains($0) && (held?.contains($0) ?? leased.contains($0)) }
      if !forgotten.isEmpty {
        add(.mismatch, .addressNotReported(forgotten))
      }
    }
  }
}
