internal import CRIMessages
internal import CRIProtobuf
internal import CRIRules
internal import CRISnapshot

extension PreflightRules {
  private static let recreate =
    "drain the node, or recreate these pods one by one under a containerd that has the fix (1.6.15, 1.7, 2.x) before "
    + "kubelet restarts"

  /// The primary address first, the others in any order, each as it is written in one way.
  private static func canonical(_ addresses: [String]) -> [String] {
    let all = addresses.map { text in IPAddress(text).map { "\($0)" } ?? text }
    return Array(all.prefix(1)) + all.dropFirst().sorted()
  }

  static let containerd: [PreflightCheck] = [
    PreflightCheck(
      "P1", .containerd, .critical, .pods, "its address is not on disk",
      because: "a restart forgets it, and kubelet recreates the pod at its own next restart (containerd#7843)",
      instead: recreate
    ) { (facts, found) throws(Unchecked) in
      try facts.comparePods(&found) { record, disk in
        guard disk.ip.isEmpty else { return nil }
        return record.ip.isEmpty ? "the runtime has lost it already" : "\(record.ip) in the runtime, none on disk"
      }
    },
    PreflightCheck(
      "P2", .containerd, .critical, .pods, "its network namespace is gone or not on disk",
      because: "a restart forgets it and the address with it, and kubelet recreates the pod", instead: recreate
    ) { (facts, found) throws(Unchecked) in
      try facts.comparePods(&found) { record, disk in
        let told = record.facts.networkNamespace
        if record.hasLostNetwork { return "the runtime has lost it already: \(Words.value(told)) is gone" }
        // Other sandboxers have namespaces that the runtime's specification does not name.
        let isOther = ["", "podsandbox"].contains(disk.sandboxer) && told != nil && told != disk.networkNamespace
        guard disk.networkNamespace.isEmpty || isOther else { return nil }
        return "\(told ?? "unknown") in the runtime, \(Words.value(disk.networkNamespace)) on disk"
      }
    },
    PreflightCheck(
      "P10", .containerd, .major, .addresses, "its addresses on disk are others than the runtime's",
      because: "after a restart the runtime tells those on disk: Services and the pod's status follow them",
      instead: "drain the node, or recreate the pod before the change"
    ) { (facts, found) throws(Unchecked) in
      try facts.comparePods(&found) { record, disk in
        // That there is none at all, on disk or for ever, is a rule of its own.
        guard !disk.ip.isEmpty, !record.hasLostNetwork else { return nil }
        let stored = [disk.ip] + disk.additionalIPs
        let isSame = canonical(stored) == canonical(record.addresses)
        return isSame
          ? nil
          : "\(Words.value(record.addresses)) in the runtime, \(Words.value(stored)) on disk"
      }
    },
    PreflightCheck(
      "P3", .containerd, .critical, .daemon, "it shares its name with another record",
      because: "containerd ends with \"failed to reserve name\" whenever it starts (containerd#6095, containerd#13609)",
      instead: "remove the one that is not in use (crictl rmp, or ctr -n k8s.io containers rm) before any restart"
    ) { (facts, found) throws(Unchecked) in
      let records = try facts.records()
      let inUse = Set(facts.readySandboxes.map(\.id) + facts.snapshot.containers.map(\.id))
      let sandboxes = records.sandboxes.map { (ObjectName(.pod, pod: $0.pod, id: $0.id), $0.name) }
      let containers = records.containers.map { (ObjectName(.container, name: $0.name, id: $0.id), $0.name) }
      for group in [sandboxes, containers] {
        for (name, twins) in Dictionary(grouping: group, by: { $0.1 }).sorted(by: { $0.key < $1.key })
        where twins.count > 1 {
          for (object, _) in twins {
            found.hit(
              object, "\(name), \(inUse.contains(object.id) ? "in use" : "not in use"), id \(object.id.prefix(13))")
          }
        }
      }
    },
    PreflightCheck(
      "P4", .containerd, .minor, .nothing, "it is on disk, and the runtime does not list it",
      because: "a leak: the next start brings it back, or fails over its name",
      instead: "see what it is (ctr -n k8s.io containers info ID), and remove it"
    ) { (facts, found) throws(Unchecked) in
      let records = try facts.records()
      let listed = facts.snapshot.listed
      let known = Set(records.sandboxes.map(\.id))
      let stored = facts.storeIsRead ? facts.containerd?.store.value?.sandboxes ?? [] : []
      for record in records.sandboxes + stored.filter({ !known.contains($0.id) })
      where !listed.contains(record.id) && !facts.isYoung(record.created) {
        if facts.isNextUnknown, !known.contains(record.id) {
          found.skip(Unchecked.replaced.why)
        } else {
          found.hit(ObjectName(.pod, pod: record.pod, id: record.id), record.name)
        }
      }
      for record in records.containers where !listed.contains(record.id) && !facts.isYoung(record.created) {
        found.hit(ObjectName(.container, name: record.name, id: record.id), record.name)
      }
      // However young: containerd writes a record with all that belongs to it at once.
      for record in records.bare where !listed.contains(record.id) {
        found.hit(
          ObjectName(record.isSandbox ? .pod : .container, id: record.id),
          "each start fails to load it: it has nothing of the CRI in it")
      }
    },
    PreflightCheck(
      "P5", .containerd, .critical, .containers, "its checkpoint is not on disk",
      because: "it is UNKNOWN after a restart, and kubelet kills it and starts it again (containerd#11646)",
      instead: "drain the node, or recreate the pod before the change"
    ) { (facts, found) throws(Unchecked) in
      let missing = try facts.disk().missingCheckpoints.get()
      for container in facts.snapshot.containers {
        if let path = missing[container.id] { found.hit(facts.name(of: container), path) }
      }
    },
    PreflightCheck(
      "P6", .containerd, .critical, .pods, "its shim's program is gone",
      because: "the daemon cannot adopt it after a restart (rke2#10613)",
      instead: "bring the program back to its path, or drain the node"
    ) { (facts, found) throws(Unchecked) in
      let missing = try facts.disk().missingShims.get()
      for record in facts.readySandboxes { if let path = missing[record.id] { found.hit(.pod(record), path) } }
      for container in facts.snapshot.containers where container.isRunning {
        if let path = missing[container.id] { found.hit(facts.name(of: container), path) }
      }
    },
    PreflightCheck(
      "P7", .containerd, .minor, .nothing, "it is being made",
      because: "what is made, started or stopped during a restart is left half done (containerd#12600)",
      instead: "wait until it runs, or remove it where it failed to start"
    ) { (facts, found) throws(Unchecked) in
      facts.containersBeforeStart(&found)
      let listed = facts.snapshot.listed
      for record in try facts.records().sandboxes where !listed.contains(record.id) && facts.isYoung(record.created) {
        found.hit(ObjectName(.pod, pod: record.pod, id: record.id), "made \(record.created), not listed yet")
      }
    },
    PreflightCheck(
      "P8", .containerd, .critical, .pods, "it is ready, and no record of it is on disk",
      because: "a restart forgets it, its processes run on without an owner, and kubelet makes a second one",
      instead: "drain the node, or recreate the pod before the change"
    ) { (facts, found) throws(Unchecked) in
      let records = try facts.records()
      for record in facts.readySandboxes {
        switch facts.place(of: record, records) {
        case .known: break
        case .unclear(let why): found.skip(why)
        case .none(let detail): found.hit(.pod(record), detail)
        }
      }
    },
    PreflightCheck(
      "P9", .containerd, .critical, .containers, "the runtime lists it, and no record of it is on disk",
      because: "a restart forgets it: one that runs goes on without an owner, and kubelet starts it a second time",
      instead: "drain the node, or recreate the pod before the change"
    ) { (facts, found) throws(Unchecked) in
      let records = try facts.records()
      let known = Set(records.containers.map(\.id))
      for container in facts.snapshot.containers where !known.contains(container.id) && facts.isNeeded(container) {
        if records.malformed.contains(container.id) {
          found.skip("the record of \(facts.name(of: container)) is of an unknown form")
        } else {
          found.hit(
            facts.name(of: container), container.isRunning ? "it runs" : "kubelet takes it for one that never ran")
        }
      }
    },
    PreflightCheck(
      "P11", .containerd, .critical, .daemon, "its record in the store of sandboxes has nothing of the pod in it",
      because: "this containerd ends with \"failed to get metadata for stored sandbox\" whenever it starts "
        + "(containerd#10848)",
      instead: "upgrade to 2.0.6, 2.1.4 or later, which removes such records itself"
    ) { (facts, found) throws(Unchecked) in
      guard facts.endsAtBareRecords || facts.isNextUnknown else { return }
      let known = Set(try facts.records().sandboxes.map(\.id))
      for (id, created) in try facts.disk().store.get().bare.sorted(by: { $0.key < $1.key })
      where !known.contains(id) && !facts.isYoung(created, .seconds(10)) {
        if facts.isNextUnknown { throw .replaced }
        found.hit(ObjectName(.pod, id: id), "made \(created)")
      }
    },
    PreflightCheck(
      "P12", .containerd, .critical, .pods, "its shim's address is not on disk in the form that containerd 1.x reads",
      because: "1.x does not find the shim again and ends what it runs, and kubelet makes that anew",
      instead: "drain the node before 1.x starts: only what has the file outlives that, and containerd 2 writes none"
    ) { (facts, found) throws(Unchecked) in
      guard facts.nextVersion?.major == 1 || facts.isNextUnknown else { return }
      let objects = facts.living(try facts.disk().missingAddresses.get())
      if facts.isNextUnknown, !objects.isEmpty { throw .replaced }
      for object in objects { found.hit(object, "") }
    },
    PreflightCheck(
      "P19", .containerd, .critical, .pods, "its shim's address is not on disk",
      because: "containerd does not find the shim again and ends what it runs, and kubelet makes that anew",
      instead: "drain the node, or recreate the pod before the change"
    ) { (facts, found) throws(Unchecked) in
      // What 1.x reads is a rule of its own.
      guard facts.nextVersion?.major != 1 else { return }
      for object in facts.living(try facts.disk().lostShims.get()) { found.hit(object, "") }
    },
    PreflightCheck(
      "P13", .containerd, .critical, .containers, "its record names a newer shim than its pod has",
      because:
        "it was added to a pod from before the upgrade: this containerd cannot reach it after a restart, and ends it "
        + "(containerd#11916)",
      instead: "upgrade to 2.1.2 or later, which can"
    ) { (facts, found) throws(Unchecked) in
      let isMeant = facts.nextVersion.map { VersionRange(from: "2.1.0-0", before: "2.1.2").contains($0) }
      guard isMeant ?? facts.isNextUnknown else { return }
      let newer = try facts.disk().newerRecords.get()
      for container in facts.snapshot.containers where newer.contains(container.id) {
        if facts.isNextUnknown { throw .replaced }
        found.hit(facts.name(of: container), "")
      }
    },
  ]
}
