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
    var reason: String
  }

  public private(set) var kind = Kind.ok
  /// One line each, the verdict's own first.
  public var reasons: [String] { findings.map(\.reason) }

  /// Where the kernel has none of the addresses that the runtime forgot: giving them back would not mend the pod.
  private var emptiness: String?

  /// What is wrong beside an address that the runtime forgot; nil where nothing is.
  var fault: (kind: Kind, words: String)? {
    guard kind != .lost else { return emptiness.map { (.gone, $0) } }
    return kind.isBad ? (kind, reasons.first ?? "") : nil
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
    for (address, pod) in book.conflicts(of: sandbox) { add(.duplicate, "\(pod) has \(address) too") }
    kind = findings.map(\.kind).max { Self.rank($0) < Self.rank($1) } ?? .ok
    // What else is wrong stays in its order.
    findings = findings.filter { $0.kind == kind } + findings.filter { $0.kind != kind }
  }

  /// Of a sandbox of which only the runtime's list tells.
  /// - Parameter why: why its status could not be read.
  public init(unread sandbox: SandboxRecord, why: String) {
    // One that is not ready needs no network, whatever its status would say.
    kind = sandbox.isReady ? .unknown : .notReady
    add(kind, "listed as \(sandbox.isReady ? "ready" : "not ready"), its status could not be read: \(why)")
  }

  private static func rank(_ kind: Kind) -> Int { Kind.allCases.firstIndex(of: kind) ?? 0 }

  private mutating func add(_ kind: Kind, _ reason: String) { findings.append(Finding(kind: kind, reason: reason)) }

  /// - Returns: nil where nobody could look.
  private mutating func judgeNamespace(of sandbox: SandboxRecord, _ containers: [ContainerRecord]) -> Bool? {
    guard let path = sandbox.facts.networkNamespace else {
      add(.unknown, "the runtime names no network namespace")
      return nil
    }
    switch sandbox.truth?.namespace {
    case nil:
      add(.unknown, "the network namespace was not read")
      return nil
    case .unread(let reason):
      add(.unknown, "network namespace: \(reason)")
      return nil
    case .read(.missing):
      add(.gone, "the network namespace \(path) does not exist" + survivors(of: sandbox))
      return false
    case .read(.notANamespace):
      add(.gone, "\(path) is no network namespace any more" + survivors(of: sandbox))
      return false
    case .read(.alive(let id)):
      let processes = [sandbox.truth?.process] + containers.map { $0.truth?.process }
      for process in processes.compactMap({ $0?.value?.alive }) {
        guard let other = process.networkNamespace.value, other != id else { continue }
        add(
          .mismatch,
          "process \(process.pid) is in network namespace \(other.inode), the runtime's path leads to \(id.inode)")
      }
      return true
    }
  }

  /// Without its path a namespace lives on as long as a process does.
  private func survivors(of sandbox: SandboxRecord) -> String {
    let addresses = sandbox.realAddresses ?? []
    return addresses.isEmpty ? "" : "; its processes still have \(Self.list(addresses))"
  }

  /// The runtime has no address, or not the primary one, without which kubelet recreates the pod: who still has it?
  private mutating func judgeLoss(
    of sandbox: SandboxRecord, _ real: [InterfaceAddress]?, isNamespaceAlive: Bool?
  ) {
    // It takes the address back when it sees the namespace gone: nothing is forgotten then.
    if isNamespaceAlive == false && sandbox.facts.isNetworkNamespaceClosed == true { return }
    let kept = Set(sandbox.addresses.compactMap { IPAddress($0) })
    let what = kept.isEmpty ? "the runtime has no address" : "the runtime has no primary address"
    func isForgotten(_ text: String) -> Bool { IPAddress(text).map { !kept.contains($0) } ?? true }
    let sources = [
      ("the network namespace", (real ?? []).map { "\($0.address)" }.filter(isForgotten)),
      ("CNI's cache", (sandbox.cachedAddresses ?? []).filter(isForgotten)),
      (
        "host-local",
        (sandbox.truth?.leases?.value ?? []).filter { $0.owner == sandbox.id }.map(\.address).filter(isForgotten)
      ),
    ].filter { !$0.1.isEmpty }
    if let first = sources.first {
      let addresses = first.1.joined(separator: ", ")
      let others = sources.map(\.0).joined(separator: " and ")
      if isNamespaceAlive == true, real?.isEmpty == true { emptiness = Self.emptiness(of: sandbox) }
      add(.lost, "\(what); \(addresses) by \(others)" + (emptiness.map { "; \($0)" } ?? ""))
    } else if kept.isEmpty, isNamespaceAlive == true, real != nil {
      add(.gone, "neither the runtime nor the network namespace has an address")
    } else if isNamespaceAlive != false {
      add(.lost, what)
    }
  }

  /// What of a pod's interfaces is not there, where none of them has an address.
  private static func emptiness(of sandbox: SandboxRecord) -> String {
    let names = sandbox.interfaceNames.sorted()
    let absent = names.filter { name in sandbox.truth?.interfaces?.value?.contains { $0.name == name } != true }
    return absent.isEmpty
      ? "\(names.joined(separator: ", ")) has no address" : "there is no \(absent.joined(separator: ", "))"
  }

  private mutating func judgeInterfaces(of sandbox: SandboxRecord) {
    let claimed = sandbox.addresses.compactMap { text -> IPAddress? in
      let address = IPAddress(text)
      if address == nil { add(.mismatch, "the runtime's address \(text) is none") }
      return address
    }
    // Of a namespace that is not there was spoken already.
    guard case .read(.alive) = sandbox.truth?.namespace else { return }
    switch sandbox.truth?.interfaces {
    case nil: add(.unknown, "the interfaces were not read")
    case .unread(let reason): add(.unknown, "interfaces: \(reason)")
    case .read(let interfaces):
      let names = sandbox.interfaceNames.sorted()
      let absent = names.filter { name in !interfaces.contains { $0.name == name } }
      let held = Set(interfaces.flatMap { $0.addresses.map(\.address) })
      let missing = claimed.filter { !held.contains($0) }
      if !missing.isEmpty {
        let real = sandbox.realAddresses ?? []
        // Gone, if nothing took its place.
        let isGone = missing.count == claimed.count && real.isEmpty
        let what =
          absent.isEmpty
          ? isGone
            ? "\(names.joined(separator: ", ")) has no address"
            : "\(names.joined(separator: ", ")) has \(Self.list(real))"
          : "there is no \(absent.joined(separator: ", "))"
        add(
          isGone ? .gone : .mismatch,
          "\(what), the runtime says \(missing.map { "\($0)" }.joined(separator: ", "))")
      }
      for interface in interfaces where interface.addresses.contains(where: { claimed.contains($0.address) }) {
        if !interface.isUp {
          add(.gone, "\(interface.name) is down")
        } else if !interface.hasCarrier {
          add(.gone, "\(interface.name) has no carrier: its other end is gone or down")
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
    if sandbox.truth?.cache?.value?.isEmpty == true {
      add(.ok, "CNI's cache has nothing of it, by which its network is taken down and CRI-O restores its addresses")
    }
    judgeForgotten(of: sandbox, Set(claimed), real)
    let others = claimed.filter { !known.contains($0) }
    if !known.isEmpty && !others.isEmpty {
      add(
        .mismatch,
        "CNI's cache has \(cached.joined(separator: ", ")), the runtime says \(others.map { "\($0)" }.joined(separator: ", "))"
      )
    }
    guard let leases = sandbox.truth?.leases?.value, let entries = sandbox.truth?.cache?.value else { return }
    for address in claimed {
      // Of the network that the address is of: a pod's second one may have another IPAM plugin.
      guard let entry = entries.first(where: { $0.addresses.contains { IPAddress($0) == address } }) else { continue }
      let own = leases.filter { $0.network == entry.network }
      guard entry.ipam == "host-local" || !own.isEmpty else { continue }
      let owners = own.filter { IPAddress($0.address) == address }.map(\.owner)
      if owners.isEmpty {
        add(.mismatch, "host-local has not given \(address) away: another pod may get it")
      } else if !owners.contains(sandbox.id) {
        add(.mismatch, "host-local has given \(address) to \(owners[0])")
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
      (sandbox.truth?.leases?.value ?? []).filter { $0.owner == sandbox.id }.compactMap { IPAddress($0.address) })
    for entry in sandbox.truth?.cache?.value ?? [] {
      let given = entry.addresses.compactMap { IPAddress($0) }
      // Runtimes tell of one interface; a pod's others are not their business.
      guard given.contains(where: claimed.contains) else { continue }
      let forgotten = given.filter { !claimed.contains($0) && (held?.contains($0) ?? leased.contains($0)) }
      if !forgotten.isEmpty {
        add(
          .mismatch, "the runtime does not have \(forgotten.map { "\($0)" }.joined(separator: ", ")), which CNI gave it"
        )
      }
    }
  }

  private static func list(_ addresses: [InterfaceAddress]) -> String {
    addresses.isEmpty ? "none" : addresses.map { "\($0.address)" }.joined(separator: ", ")
  }
}
