internal import CRIMessages
internal import CRIProtobuf

/// What must hold for a sandbox that was READY before the daemon's restart and is still listed, checked on both records.
enum SandboxRules {
  static let table: [Check<SandboxRecord>] = [
    Check(
      "pod.metadata", .critical, "metadata", "kubelet knows a pod by its uid",
      same: { "\($0.pod) \($0.pod.uid)" }),
    Check("pod.attempt", .major, "metadata.attempt", "it grows when kubelet makes the pod anew") {
      changed($0.status.metadata?.attempt ?? 0, $1.status.metadata?.attempt ?? 0)
    },
    Check(
      "pod.state", .critical, "state", "kubelet replaces a sandbox that is not ready",
      same: { $0.status.state }),
    Check(
      "pod.created", .major, "created_at", "kubelet takes the newest sandbox for the pod's",
      same: { $0.status.createdAt }),
    Check(
      "pod.ip", .critical, "network.ip", "peers and Services know the pod by it, and kubelet kills a pod that has none"
    ) { before, after in
      // A sandbox that is not ready has no address: that is the state's finding.
      guard after.isReady else { return nil }
      if before.isHostNetwork { return changed(before.ip, after.ip) }
      // That it has one again which it lacked before is no loss.
      let isFine = !after.ip.isEmpty && (before.ip.isEmpty || before.ip == after.ip)
      return isFine ? nil : (Words.value(before.ip), Words.value(after.ip))
    },
    Check(
      "pod.additional-ips", .major, "network.additional_ips",
      "the pod's other family, in Services and its status"
    ) {
      before, after in
      guard after.isReady, !before.isHostNetwork else { return nil }
      return changed(additional(before), additional(after))
    },
    Check(
      "pod.namespaces", .critical, "linux.namespaces.options",
      "kubelet replaces a pod whose network mode changed"
    ) {
      changed(namespaces($0), namespaces($1))
    },
    Check("pod.labels", .critical, "labels", "kubelet finds a pod's sandbox by its labels") {
      Words.lost($0.status.labels, $1.status.labels)
    },
    Check("pod.annotations", .major, "annotations", "static pods, CNI and NRI plugins read them") {
      Words.lost($0.status.annotations, $1.status.annotations)
    },
    Check("pod.handler", .major, "runtime_handler", "another OCI runtime cannot manage the pod's containers") {
      changed(handler($0), handler($1))
    },
    Check("pod.netns", .critical, "network namespace", "the pod lives in another network, or in none") {
      changed($0.facts.networkNamespace ?? "", $1.facts.networkNamespace ?? "")
    },
    Check("pod.netns-closed", .critical, "network namespace", "the runtime says that it is gone") {
      before, after in
      let isLost = after.isReady && after.facts.isNetworkNamespaceClosed == true
      return isLost && before.facts.isNetworkNamespaceClosed != true ? ("open", "closed") : nil
    },
    Check("pod.pid", .critical, "pid", "the pause process holds the pod's namespaces") {
      // CRI-O tells no pid where it has dropped the pause process: nothing to compare then.
      $0.facts.pid == nil ? nil : changed($0.facts.pid, $1.facts.pid)
    },
    Check("pod.cni", .major, "CNI result", "the runtime cannot undo a network that it forgot") {
      guard let before = $0.facts.interfaces, before != $1.facts.interfaces else { return nil }
      // Addresses say most; all of it where they are the same.
      let after = $1.facts.interfaces ?? []
      return changed(words(before), words(after)) ?? changed(words(before, whole: true), words(after, whole: true))
    },
  ]

  /// Rules over more than one record.
  static let others = [missing, several, duplicate, future, collected, cameBack]

  static let missing = Rule(
    "pod.missing", .critical, "id", "the runtime forgot a sandbox whose processes may still run")
  static let several = Rule(
    "pod.several-ready", .critical, "state", "kubelet kills a pod that has two ready sandboxes")
  static let duplicate = Rule("pod.duplicate-ip", .major, "network.ip", "two pods answer to one address")
  static let future = Rule(
    "pod.clock", .critical, "created_at", "later than now: kubelet picks the wrong sandbox for ever")
  static let collected = Rule(
    "pod.collected", .info, "id", "a sandbox that was not ready is gone, as kubelet's garbage collection does"
  )
  static let cameBack = Rule("pod.came-back", .major, "state", "a sandbox that was stopped is ready again")

  private static func changed<T: Equatable>(_ before: T, _ after: T) -> (before: String, after: String)? {
    before == after ? nil : (Words.value(before), Words.value(after))
  }

  private static func additional(_ record: SandboxRecord) -> [String] {
    (record.status.network?.additionalIPs.map(\.ip) ?? []).sorted()
  }

  /// With what the interface means where a field is absent: POD for all of them, and the node's users.
  private static func namespaces(_ record: SandboxRecord) -> String {
    let options = record.status.linux?.namespaces?.options ?? NamespaceOption()
    let users = options.usernsOptions?.mode ?? .node
    return "network \(options.network), ipc \(options.ipc), pid \(options.pid), users \(users)"
  }

  private static func handler(_ record: SandboxRecord) -> String {
    record.status.runtimeHandler.isEmpty ? record.facts.runtimeHandler ?? "" : record.status.runtimeHandler
  }

  private static func words(_ interfaces: [NetworkInterface], whole: Bool = false) -> [String] {
    interfaces.filter { whole || !$0.addresses.isEmpty }.map {
      ([$0.name] + (whole ? [$0.mac, $0.sandbox].filter { !$0.isEmpty } : []) + $0.addresses).joined(separator: " ")
    }
  }
}
