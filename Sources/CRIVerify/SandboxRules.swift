internal import CRIMessages
internal import CRIProtobuf
internal import CRIRules
internal import CRISnapshot

/// What must hold for a sandbox that was READY before the change, checked against the same sandbox where it must live
/// on, and against the ready one that the pod has now where it is made anew.
enum SandboxRules {
  static let table: [Check<SandboxRecord>] = [
    Check(
      "pod.metadata", .critical, .all, "metadata", "kubelet knows a pod by its uid",
      same: { "\($0.pod) \($0.pod.uid)" }),
    Check("pod.attempt", .major, .inPlace, "metadata.attempt", "it grows when kubelet makes the pod anew") {
      changed($0.status.metadata?.attempt ?? 0, $1.status.metadata?.attempt ?? 0)
    },
    state,
    Check(
      "pod.created", .major, .inPlace, "created_at", "kubelet takes the newest sandbox for the pod's",
      same: { $0.status.createdAt }),
    Check(
      "pod.survivor", .critical, [.reboot], "sandbox", "the runtime takes a sandbox for ready that the reboot has ended"
    ) {
      $0.id == $1.id ? (Words.id($0.id), "the same, ready") : nil
    },

    // Addresses.
    Check(
      "pod.ip", .critical, .inPlace, "network.ip",
      "peers and Services know the pod by it, and kubelet kills a pod that has none"
    ) { before, after in
      // A sandbox that is not ready has no address: that is the state's finding.
      guard after.isReady else { return nil }
      if before.isHostNetwork { return changed(before.ip, after.ip) }
      // That it has one again which it lacked before is no loss.
      return before.ip.isEmpty ? nil : changed(before.ip, after.ip)
    },
    Check(
      "pod.no-ip", .critical, .inPlace, "network.ip",
      "it had none before the change either, and kubelet kills such a pod"
    ) { before, after in
      let hasNone = !after.isHostNetwork && before.ip.isEmpty && after.ip.isEmpty
      return after.isReady && !before.isHostNetwork && hasNone ? ("none", "none") : nil
    },
    Check("pod.new-ip", .critical, .renewed, "network.ip", "kubelet kills a pod that has none") { before, after in
      after.isHostNetwork || !after.ip.isEmpty ? nil : (Words.value(before.ip), "none")
    },
    Check(
      "pod.additional-ips", .major, .inPlace, "network.additional_ips",
      "the pod's other family, in Services and its status"
    ) { before, after in
      guard after.isReady, !before.isHostNetwork else { return nil }
      return changed(additional(before), additional(after))
    },
    Check(
      "pod.families", .major, .renewed, "network.additional_ips", "the pod's other family, in Services and its status"
    ) { before, after in
      let lost = families(before).subtracting(families(after))
      // That it has no address at all is the other rule's finding.
      return lost.isEmpty || after.ip.isEmpty ? nil : (lost.sorted().joined(separator: ", "), "none")
    },

    // What kubelet and others find a pod by.
    Check(
      "pod.namespaces", .critical, .all, "linux.namespaces.options", "kubelet replaces a pod whose network mode changed"
    ) {
      changed(namespaces($0), namespaces($1))
    },
    Check("pod.labels", .critical, .inPlace, "labels", "kubelet finds a pod's sandbox by its labels") {
      Words.lost($0.status.labels, $1.status.labels)
    },
    Check("pod.new-labels", .critical, .renewed, "labels", "kubelet finds a pod's sandbox by its labels") {
      // The others are the pod's own, and may be another's by now; CRI-O calls each sandbox a container POD.
      Words.lost($0.status.labels, $1.status.labels) {
        $0.hasPrefix("io.kubernetes.") && $0 != "io.kubernetes.container.name"
      }
    },
    Check("pod.annotations", .major, .inPlace, "annotations", "static pods, CNI and NRI plugins read them") {
      Words.lost($0.status.annotations, $1.status.annotations)
    },
    Check("pod.new-annotations", .minor, .renewed, "annotations", "CNI and NRI plugins read them") {
      before, after in
      // Kubelet's own are of each start, and a plugin's values of each network. Minor, since a new sandbox has what the
      // pod has by then, and who took an annotation from the pod meanwhile has lost nothing.
      let lost = before.status.annotations.map(\.key).filter {
        !$0.hasPrefix("kubernetes.io/config.") && after.status.annotations[$0] == nil
      }
      return lost.isEmpty ? nil : (lost.sorted().joined(separator: ", "), "none")
    },
    Check(
      "pod.handler", .major, .but(.migrate), "runtime_handler", "another OCI runtime cannot manage the pod's containers"
    ) {
      changed(handler($0), handler($1))
    },

    // What the runtime knows of the network, and its processes.
    Check("pod.netns", .critical, .inPlace, "network namespace", "the pod lives in another network, or in none") {
      changed($0.facts.networkNamespace ?? "", $1.facts.networkNamespace ?? "")
    },
    Check("pod.netns-closed", .critical, .all, "network namespace", "the runtime says that it is gone") {
      before, after in
      let isLost = after.isReady && after.facts.isNetworkNamespaceClosed == true
      return isLost && before.facts.isNetworkNamespaceClosed != true ? ("open", "closed") : nil
    },
    Check("pod.pid", .critical, .inPlace, "pid", "the pause process holds the pod's namespaces") {
      // CRI-O tells no pid where it has dropped the pause process: nothing to compare then.
      $0.facts.pid == nil ? nil : changed($0.facts.pid, $1.facts.pid)
    },
    Check("pod.cni", .major, .inPlace, "CNI result", "the runtime cannot undo a network that it forgot") {
      guard let before = $0.facts.interfaces, before != $1.facts.interfaces else { return nil }
      return Words.changed(before, $1.facts.interfaces ?? [])
    },
    Check("pod.new-cni", .major, .renewed, "CNI result", "the runtime cannot undo a network that it does not know") {
      before, after in
      guard before.facts.interfaces?.isEmpty == false, after.facts.interfaces?.isEmpty != false else { return nil }
      // Not every runtime tells: that it has an address shows that this one should.
      return after.isHostNetwork || after.ip.isEmpty || after.facts.networkNamespace == nil ? nil : ("known", "none")
    },

    // What the kernel knows.
    Check("pod.process", .critical, .inPlace, "process", "the pause process holds the pod's namespaces") {
      before, after in
      // Another pid, and another state, are findings of their own.
      guard after.isReady, before.facts.pid == after.facts.pid else { return nil }
      return ProcessTruth.loss(before.truth?.process, after.truth?.process)
    },
    Check("pod.netns-inode", .critical, .inPlace, "network namespace", "the pod's network is gone, or another's") {
      before, after in
      guard after.isReady, case .alive(let was)? = before.truth?.namespace?.value else { return nil }
      switch after.truth?.namespace?.value {
      case .alive(let now)?: return changed("net:[\(was.inode)]", "net:[\(now.inode)]")
      case .missing?: return ("net:[\(was.inode)]", "none")
      case .notANamespace?: return ("net:[\(was.inode)]", "a file that is no namespace")
      case nil: return nil
      }
    },
  ]

  static let state = Check<SandboxRecord>(
    "pod.state", .critical, .inPlace, "state", "kubelet replaces a sandbox that is not ready",
    same: { $0.status.state })

  /// Rules over more than one record.
  static let others = [
    missing, replaced, successor, several, duplicate, outside, gone, mismatch, already, future, collected, deleted,
    finished,
    young, cameBack,
  ]

  /// Why a pod that is gone is no loss.
  static let excuses = [deleted, finished, young]

  static let missing = Rule(
    "pod.missing", .critical, .inPlace, "sandbox", "the runtime forgot a sandbox whose processes may still run")
  static let replaced = Rule(
    "pod.replaced", .critical, .inPlace, "sandbox", "its containers were stopped, and the pod was made anew")
  static let successor = Rule(
    "pod.successor", .critical, .renewed, "state", "the pod has no ready sandbox: kubelet did not make it anew")
  static let several = Rule(
    "pod.several-ready", .critical, .all, "state", "kubelet kills a pod that has two ready sandboxes")
  static let duplicate = Rule("pod.duplicate-ip", .major, .all, "network.ip", "two pods answer to one address")
  static let outside = Rule(
    "pod.outside-cidr", .major, .all, "network.ip",
    "it is in no subnet of CNI's configuration: others may route it away")
  static let gone = Rule(
    "pod.network-gone", .critical, .all, "interfaces", "the network behind the pod's address is gone")
  static let mismatch = Rule(
    "pod.network-mismatch", .major, .all, "interfaces", "runtime, kernel and CNI do not agree on the pod's network")
  static let already = Rule(
    "pod.network-already", .info, .inPlace, "interfaces", "the pod's network was wrong before the change too")
  static let future = Rule(
    "pod.clock", .critical, .all, "created_at", "later than now: kubelet picks the wrong sandbox for ever")
  static let collected = Rule(
    "pod.collected", .info, .inPlace, "sandbox",
    "a sandbox that was not ready is gone, as kubelet's garbage collection does")
  static let deleted = Rule(
    "pod.deleted", .info, .all, "sandbox", "kubelet has no folder for the pod any more: it was deleted or drained")
  static let finished = Rule(
    "pod.finished", .info, .all, "state",
    "a Job's pod that has ended, by itself or with the node: its Job makes another where one is due")
  static let young = Rule(
    "pod.young", .info, .all, "sandbox", "it was made less than ten seconds before the snapshot, and is gone")
  static let cameBack = Rule(
    "pod.came-back", .major, .inPlace, "state", "a sandbox that was stopped is ready again")

  private static func changed<T: Equatable>(_ before: T, _ after: T) -> (before: String, after: String)? {
    before == after ? nil : (Words.value(before), Words.value(after))
  }

  private static func additional(_ record: SandboxRecord) -> [String] {
    (record.status.network?.additionalIPs.map(\.ip) ?? []).sorted()
  }

  private static func families(_ record: SandboxRecord) -> Set<String> {
    Set(record.addresses.compactMap { IPAddress($0) }.map { $0.isIPv4 ? "IPv4" : "IPv6" })
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
}
