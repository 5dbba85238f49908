internal import CRIMessages
internal import CRIProtobuf
internal import CRIRules
internal import CRISnapshot

/// The rules for a sandbox that was ready before the change. They compare it with the same sandbox if it must survive,
/// or with the pod's new ready sandbox if kubelet recreates pods.
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
      // A sandbox that is not ready has no address; the rule about the state reports this.
      guard after.isReady else { return nil }
      // A host-network pod has the node's addresses, whatever the runtime reports, and kubelet does not look at them.
      if before.isHostNetwork { return after.isHostNetwork ? nil : address(before, after) }
      // An address that was missing before and exists now is not a loss.
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
      let (old, now) = (additional(before), additional(after))
      // An address that was missing before and exists now is not a loss.
      let isKept = Set(old.map(PlainText.address)).isSubset(of: now.map(PlainText.address))
      return isKept ? nil : (addresses(old), addresses(now))
    },
    Check(
      .podFamilies
    ) { before, after in
      let lost = families(before).subtracting(families(after))
      // Another rule reports that the pod has no address at all.
      return lost.isEmpty || after.ip.isEmpty ? nil : (.families(AddressFamily.allCases.filter(lost.contains)), .none)
    },

    // The labels by which kubelet and other clients find a pod.
    Check(
      .podNamespaces
    ) {
      let (old, now) = (namespaces($0), namespaces($1))
      return old == now ? nil : (.namespaces(old), .namespaces(now))
    },
    Check(.podLabels) {
      FindingValue.lost($0.status.labels, $1.status.labels)
    },
    Check(.podNewLabels) {
      // Other labels belong to the pod's owner and may have changed, and CRI-O sets the container's name to POD on
      // every sandbox.
      FindingValue.lost($0.status.labels, $1.status.labels) {
        $0.hasPrefix("io.kubernetes.") && $0 != "io.kubernetes.container.name"
      }
    },
    Check(.podAnnotations) {
      FindingValue.lost($0.status.annotations, $1.status.annotations)
    },
    Check(.podNewAnnotations) {
      before, after in
      // kubelet's annotations change with each start, and a network plugin's with each network. The severity is minor,
      // because a new sandbox has the pod's current annotations, and its owner may have removed one since then.
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

    // What the runtime knows about the network and its processes.
    Check(.podNetns) {
      before, after in
      // addUnreportedNamespaces() lists these pods.
      if before.isNamespaceUnreported(before: after) || after.isNamespaceUnreported(after: before) { return nil }
      return changed(before.facts.networkNamespace ?? "", after.facts.networkNamespace ?? "", in: PlainText.path)
    },
    Check(.podNetnsClosed) {
      before, after in
      let isLost = after.isReady && after.facts.isNetworkNamespaceClosed == true
      return isLost && before.facts.isNetworkNamespaceClosed != true ? (.status(.open), .status(.closed)) : nil
    },
    Check(.podPID) {
      // CRI-O reports no pid if it has removed the pause process, so there is nothing to compare.
      guard let old = $0.facts.pid, old != $1.facts.pid else { return nil }
      return (.process(old), $1.facts.pid.map { .process($0) } ?? .none)
    },
    Check(.podCNI) {
      $0.facts.interfaces.flatMap { [after = $1.facts.interfaces ?? []] in FindingValue.difference($0, after) }
    },
    Check(.podNewCNI) {
      before, after in
      guard before.facts.interfaces?.isEmpty == false, after.facts.interfaces?.isEmpty != false else { return nil }
      // Not every runtime reports interfaces, but a runtime that reports a namespace and an address should.
      return after.isHostNetwork || after.ip.isEmpty || after.facts.networkNamespace == nil
        ? nil : (.status(.known), .none)
    },

    // Facts reported by the kernel.
    Check(.podProcess) {
      before, after in
      // Other rules report a changed pid or state.
      guard after.isReady, before.facts.pid == after.facts.pid else { return nil }
      return ObservedProcess.loss(before.observed?.process, after.observed?.process)
    },
    Check(.podNetnsInode) {
      before, after in
      guard after.isReady, case .alive(let old)? = before.observed?.namespace?.value else { return nil }
      switch after.observed?.namespace?.value {
      case .alive(let now)?: return old.inode == now.inode ? nil : (.namespace(old.inode), .namespace(now.inode))
      case .missing?: return (.namespace(old.inode), .none)
      case .notANamespace?: return (.namespace(old.inode), .status(.notANamespace))
      case nil: return nil
      }
    },
  ]

  /// The rules that excuse a pod's disappearance.
  static let excuses: Set<RuleID> = [.podDeleted, .podFinished, .podCutOff, .podYoung, .podEndedBefore]

  private static func addresses(_ addresses: [String]) -> FindingValue {
    addresses.isEmpty ? .none : .addresses(addresses)
  }

  private static func address(_ record: SandboxRecord) -> FindingValue {
    addresses(record.ip.isEmpty ? [] : [record.ip])
  }

  private static func address(_ before: SandboxRecord, _ after: SandboxRecord) -> ValuePair? {
    PlainText.address(before.ip) == PlainText.address(after.ip) ? nil : (address(before), address(after))
  }

  private static func additional(_ record: SandboxRecord) -> [String] {
    (record.status.network?.additionalIPs.map(\.ip) ?? []).sorted()
  }

  private static func families(_ record: SandboxRecord) -> Set<AddressFamily> {
    Set(record.addresses.compactMap { IPAddress($0) }.map { $0.isIPv4 ? .ipv4 : .ipv6 })
  }

  /// Replaces absent fields with their meaning in the CRI: POD for namespaces, and NODE for users.
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
