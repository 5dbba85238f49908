internal import CRIMessages
internal import CRIProtobuf
internal import CRIRules
internal import CRISnapshot

extension PreflightRules {
  private static let remake = "drain the node, or recreate the pod before the change"

  /// What the runtime tells now against what it will read back: kubelet decides by the latter after a restart.
  static let records: [PreflightCheck] = [
    PreflightCheck(
      "P14", .containerd, .critical, .pods, "its network mode on disk is another than the runtime's",
      because: "after a restart the runtime tells the one on disk, and kubelet recreates the pod (C4)", instead: remake
    ) { (facts, found) throws(Unchecked) in
      try facts.compareAllPods(&found) { record, disk in
        guard record.isHostNetwork != disk.isHostNetwork else { return nil }
        let mode = { $0 ? "NODE" : "POD" }
        return "\(mode(record.isHostNetwork)) in the runtime, \(mode(disk.isHostNetwork)) on disk"
      }
    },
    PreflightCheck(
      "P15", .containerd, .critical, .pods, "its uid on disk is another than the runtime's",
      because: "kubelet finds a pod's sandbox by its uid: after a restart it finds none, and makes a second one (C1)",
      instead: remake
    ) { (facts, found) throws(Unchecked) in
      try facts.compareAllPods(&found) { record, disk in
        let label = "io.kubernetes.pod.uid"
        if record.pod.uid != disk.pod.uid { return differs(record.pod.uid, disk.pod.uid) }
        guard let uid = record.status.labels[label], uid != disk.labels[label] else { return nil }
        return "label \(differs(uid, disk.labels[label] ?? ""))"
      }
    },
    PreflightCheck(
      "P16", .containerd, .critical, .containers, "what kubelet knows it by is other on disk than in the runtime",
      because: "after a restart kubelet takes it for another one, or for a changed one, and starts it anew (B1, B5)",
      instead: remake
    ) { (facts, found) throws(Unchecked) in
      try facts.compareContainers(&found) { container, disk in
        let identity = DiskContainer.identity
        let labels = lost(container.status.labels, disk.labels, where: identity.contains)
        if let labels { return "label \(labels)" }
        // What has ended is not started again for its hash.
        guard container.isRunning else { return nil }
        return lost(container.status.annotations, disk.annotations) { $0 == DiskContainer.hash }
      }
    },
    PreflightCheck(
      "P17", .containerd, .major, .records, "its record on disk is other than what the runtime tells",
      because:
        "after a restart the runtime tells what is on disk; without CNI's result it cannot undo the pod's network",
      instead: remake
    ) { (facts, found) throws(Unchecked) in
      try facts.compareAllPods(&found) { record, disk in
        let faults = faults(of: record, disk)
        return faults.isEmpty ? nil : faults.joined(separator: "; ")
      }
      try facts.compareContainers(&found) { container, disk in
        let faults = faults(of: container, disk)
        return faults.isEmpty ? nil : faults.joined(separator: "; ")
      }
    },
    PreflightCheck(
      "P18", .containerd, .critical, .pods, "its shim does not answer",
      because: "containerd waits ten seconds for it when it starts, then takes the pod for ended (C3)",
      instead: "see what stops the shim (its process, the disk), or drain the node"
    ) { (facts, found) throws(Unchecked) in
      for record in facts.readySandboxes where record.facts.isShimSilent { found.hit(.pod(record), "") }
    },
  ]

  private static func faults(of record: SandboxRecord, _ disk: DiskSandbox) -> [String] {
    var faults: [String] = []
    func compare(_ what: String, _ runtime: String, _ disk: String) {
      if runtime != disk { faults.append("\(what) \(differs(runtime, disk))") }
    }
    compare("namespace", record.pod.namespace, disk.pod.namespace)
    compare("name", record.pod.name, disk.pod.name)
    compare("attempt", "\(record.status.metadata?.attempt ?? 0)", "\(disk.attempt)")
    compare("handler", record.status.runtimeHandler, disk.runtimeHandler)
    let options = record.status.linux?.namespaces?.options ?? NamespaceOption()
    compare("pid mode", "\(options.pid)", "\(disk.namespaces.pid)")
    compare("ipc mode", "\(options.ipc)", "\(disk.namespaces.ipc)")
    if let detail = lost(record.status.labels, disk.labels, where: { $0 != "io.kubernetes.pod.uid" }) {
      faults.append("label \(detail)")
    }
    if let detail = lost(record.status.annotations, disk.annotations) { faults.append("annotation \(detail)") }
    // Where the address is not on disk either, that is P1's finding.
    if let told = record.facts.interfaces, !disk.ip.isEmpty, !record.isHostNetwork,
      let (before, after) = Words.changed(told, disk.interfaces ?? [])
    {
      faults.append("CNI result \(differs(before, after))")
    }
    return faults
  }

  private static func faults(of container: ContainerRecord, _ disk: DiskContainer.Configuration) -> [String] {
    var faults: [String] = []
    if container.name != disk.name { faults.append("name \(differs(container.name, disk.name))") }
    let attempt = container.status.metadata?.attempt ?? 0
    if attempt != disk.attempt { faults.append("attempt \(differs("\(attempt)", "\(disk.attempt)"))") }
    if let detail = lost(
      container.status.labels, disk.labels, where: { !DiskContainer.identity.contains($0) })
    {
      faults.append("label \(detail)")
    }
    if let detail = lost(container.status.annotations, disk.annotations, where: { $0 != DiskContainer.hash }) {
      faults.append("annotation \(detail)")
    }
    return faults
  }

  private static func differs(_ runtime: String, _ disk: String) -> String {
    "\(Words.value(runtime)) in the runtime, \(Words.value(disk)) on disk"
  }

  private static func lost(
    _ runtime: StringMap, _ disk: StringMap, where isMeant: (String) -> Bool = { _ in true }
  ) -> String? {
    Words.lost(runtime, disk, where: isMeant).map { differs($0.before, $0.after) }
  }
}
