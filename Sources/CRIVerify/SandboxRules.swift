internal import CRIMessages
internal import CRIProtobuf
internal import CRIRules
internal import CRISnapshot

/// What must hold for a sandbox that was READY before the change, checked against the same sandbox where it must live
/// on, and against the ready one that the pod has now where it is made anew.
enum SandboxRules {
  static let table: [Check<SandboxRecord>] = [
    Check(
      .podMetadata,
      same: { "\($0.pod) \($0.pod.uid)" }),
    Check(.podAttempt) {
      changed($0.status.metadata?.attempt ?? 0, $1.status.metadata?.attempt ?? 0)
    },
    Check(.podState, same: { $0.status.state }),
    Check(
      .podCreated,
      same: { $0.status.createdAt }),
    Check(
      .podSurvivor
    ) {
      $0.id == $1.id ? (.id($0.id), .status(.unchangedAndReady)) : nil
    },

    // Addresses.
    Check(
      .podIP
    ) { before, after in
      // A sandbox that is not ready has no address: that is the state's finding.
      guard after.isReady else { return nil }
      if before.isHostNetwork { return address(before, after) }
      // That it has one again which it lacked before is no loss.
      return before.ip.isEmpty ? nil : address(before, after)
    },
    Check(
      .podNoIP
    ) { before, after in
      let hasNone = !after.isHostNetwork && before.ip.isEmpty && after.ip.isEmpty
      return after.isReady && !before.isHostNetwork && hasNone ? (.none, .none) : nil
    },
    Check(.podNewIP) { before, after in
      after.isHostNetwork || !after.ip.isEmpty ? nil : (address(before), .none)
    },
    Check(
      .podAdditionalIPs
    ) { before, after in
      guard after.isReady, !before.isHostNetwork else { return nil }
      let (was, now) = (additional(before), additional(after))
      return was == now ? nil : (addresses(was), addresses(now))
    },
    Check(
      .podFamilies
    ) { before, after in
      let lost = families(before).subtracting(families(after))
      // That it has no address at all is the other rule's finding.
      return lost.isEmpty || after.ip.isEmpty ? nil : (.families(AddressFamily.allCases.filter(lost.contains)), .none)
    },

    // What kubelet and others find a pod by.
    Check(
      .podNamespaces
    ) {
      let (was, now) = (namespaces($0), namespaces($1))
      return was == now ? nil : (.namespaces(was), .namespaces(now))
    },
    Check(.podLabels) {
      FindingValue.lost($0.status.labels, $1.status.labels)
    },
    Check(.podNewLabels) {
      // The others are the pod's own, and may be another's by now; CRI-O calls each sandbox a container POD.
      FindingValue.lost($0.status.labels, $1.status.labels) {
        $0.hasPrefix("io.kubernetes.") && $0 != "io.kubernetes.container.name"
      }
    },
    Check(.podAnnotations) {
      FindingValue.lost($0.status.annotations, $1.status.annotations)
    },
    Check(.podNewAnnotations) {
      before, after in
      // Kubelet's own are of each start, and a plugin's values of each network. Minor, since a new sandbox has what the
      // pod has by then, and who took an annotation from the pod meanwhile has lost nothing.
      let lost = before.status.annotations.map(\.key).filter {
        !$0.hasPrefix("kubernetes.io/config.") && after.status.annotations[$0] == nil
      }
      return lost.isEmpty ? nil : (.texts(lost.sorted()), .none)
    },
    Check(
      .podHandler
    ) {
      changed(handler($0), handler($1))
    },

    // What the runtime knows of the network, and its processes.
    Check(.podNetns) {
      changed($0.facts.networkNamespace ?? "", $1.facts.networkNamespace ?? "")
    },
    Check(.podNetnsClosed) {
      before, after in
      let isLost = after.isReady && after.facts.isNetworkNamespaceClosed == true
      return isLost && before.facts.isNetworkNamespaceClosed != true ? (.status(.open), .status(.closed)) : nil
    },
    Check(.podPID) {
      // CRI-O tells no pid where it has dropped the pause process: nothing to compare then.
      guard let was = $0.facts.pid, was != $1.facts.pid else { return nil }
      return (.process(was), $1.facts.pid.map { .process($0) } ?? .none)
    },
    Check(.podCNI) {
      guard let before = $0.facts.interfaces, before != $1.facts.interfaces else { return nil }
      return FindingValue.difference(before, $1.facts.interfaces ?? [])
    },
    Check(.podNewCNI) {
      before, after in
      guard before.facts.interfaces?.isEmpty == false, after.facts.interfaces?.isEmpty != false else { return nil }
      // Not every runtime tells: that it has an address shows that this one should.
      return after.isHostNetwork || after.ip.isEmpty || after.facts.networkNamespace == nil
        ? nil : (.status(.known), .none)
    },

    // What the kernel knows.
    Check(.podProcess) {
      before, after in
      // Another pid, and another state, are findings of their own.
      guard after.isReady, before.facts.pid == after.facts.pid else { return nil }
      return ObservedProcess.loss(before.observed?.process, after.observed?.process)
    },
    Check(.podNetnsInode) {
      before, after in
      guard after.isReady, case .alive(let was)? = before.observed?.namespace?.value else { return nil }
      switch after.observed?.namespace?.value {
      case .alive(let now)?: return was.inode == now.inode ? nil : (.namespace(was.inode), .namespace(now.inode))
      case .missing?: return (.namespace(was.inode), .none)
      case .notANamespace?: return (.namespace(was.inode), .status(.notANamespace))
      case nil: return nil
      }
    },
  ]

  /// Rules that excuse a pod's disappearance.
  static let excuses: Set<RuleID> = [.podDeleted, .podFinished, .podYoung]

  private static func addresses(_ addresses: [String]) -> FindingValue {
    addresses.isEmpty ? .none : .addresses(addresses)
  }

  private static func address(_ record: SandboxRecord) -> FindingValue {
    addresses(record.ip.isEmpty ? [] : [record.ip])
  }

  private static func address(_ before: SandboxRecord, _ after: SandboxRecord) -> ValuePair? {
    before.ip == after.ip ? nil : (address(before), address(after))
  }

  private static func additional(_ record: SandboxRecord) -> [String] {
    (record.status.network?.additionalIPs.map(\.ip) ?? []).sorted()
  }

  private static func families(_ record: SandboxRecord) -> Set<AddressFamily> {
    Set(record.addresses.compactMap { IPAddress($0) }.map { $0.isIPv4 ? .ipv4 : .ipv6 })
  }

  /// With what the interface means where a field is absent: POD for all of them, and the node's users.
  private static func namespaces(_ record: SandboxRecord) -> NamespaceOption {
    let options = record.status.linux?.namespaces?.options ?? NamespaceOption()
    let users = options.usernsOptions?.mode ?? .node
    return NamespaceOption(
      network: options.network, pid: options.pid, ipc: options.ipc, usernsOptions: UserNamespace(mode: users))
  }

  private static func handler(_ record: SandboxRecord) -> String {
    record.status.runtimeHandler.isEmpty ? record.facts.runtimeHandler ?? "" : record.status.runtimeHandler
  }
}
