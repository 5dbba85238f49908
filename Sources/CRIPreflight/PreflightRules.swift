internal import CRIJSON
internal import CRIMessages
internal import CRIProtobuf
internal import CRIRules
internal import CRISnapshot

/// What preflight looks at, one row a rule: containerd's, CRI-O's, and those that hold for any runtime.
public enum PreflightRules {
  static let checks: [PreflightCheck] = containerd + records + crio + any

  /// That kubelet's pods are in another runtime.
  static let otherRuntime = "N5"

  /// All of them, for a reader.
  public static let table: [PreflightRule] = checks.map(\.rule)
}

extension PreflightRules {
  static let any: [PreflightCheck] = [
    PreflightCheck(
      "N1", .containerd, .major, .nothing, "the pods' network is not ready",
      because: "pods cannot start, and kubelet keeps the node NotReady", instead: "bring the network provider up first"
    ) { (facts, found) throws(Unchecked) in
      guard facts.snapshot.runtime.condition("NetworkReady") == false else { return }
      found.hit(ObjectName(.runtime), facts.words(ofCondition: "NetworkReady"))
    },
    PreflightCheck(
      "N2", .containerd, .major, .nothing, "no CNI configuration is there",
      because: "the runtime reads it anew when it starts: no pod gets a network then",
      instead: "restore the network provider's configuration first"
    ) { (facts, found) throws(Unchecked) in
      guard try facts.networkConfigurations.get().isEmpty else { return }
      found.hit(ObjectName(.node), facts.configuration.networkDirectory.value ?? "")
    },
    PreflightCheck(
      "N3", nil, .major, .nothing, "kubelet and the runtime have different cgroup drivers",
      because: "pods are put into cgroups that kubelet does not know, and restart in masses (containerd#7276)",
      instead: "give both the same driver, on a drained node"
    ) { (facts, found) throws(Unchecked) in
      guard !facts.configuration.servesCgroupDriver else { return }
      try facts.compareDrivers(&found)
    },
    PreflightCheck(
      "N4", nil, .minor, .nothing, "kubelet's configuration names another cgroup driver than the runtime has",
      because: "kubelet from 1.31 follows the runtime, an older one does not and kills pods",
      instead: "give both the same driver, on a drained node"
    ) { (facts, found) throws(Unchecked) in
      guard facts.configuration.servesCgroupDriver else { return }
      try facts.compareDrivers(&found)
    },
    PreflightCheck(
      otherRuntime, nil, .major, .nothing, "kubelet uses another runtime than this one",
      because: "what is said here does not concern kubelet's pods",
      instead: "name kubelet's socket with --runtime-endpoint"
    ) { (facts, found) throws(Unchecked) in
      guard let endpoint = try facts.kubelet.endpoint.get(), !facts.kubelet.usesOurEndpoint else { return }
      found.hit(ObjectName(.node), "kubelet \(endpoint), asked \(facts.snapshot.daemon.socket)")
    },
    PreflightCheck(
      "N6", nil, .major, .nothing, "the image of the pause containers is absent",
      because: "no pod can start without it, also none that has to be recreated", instead: "pull it first"
    ) { (facts, found) throws(Unchecked) in
      let image = try facts.configuration.pauseImage.get()
      let images = try facts.images()
      guard !image.isEmpty, !images.contains(where: { $0.isCalled(image) }) else { return }
      found.hit(ObjectName(.image, name: image), "not in the runtime's list")
    },
    PreflightCheck(
      "N7", .crio, .minor, .nothing, "it is created and not started",
      because: "a container that is being started during the restart can be lost (cri-o#10343)",
      instead: "wait until it runs, or remove it where it failed to start"
    ) { (facts, found) throws(Unchecked) in facts.containersBeforeStart(&found) },
    PreflightCheck(
      "N8", nil, .major, .nothing, "its program was replaced and is still running",
      because: "a restart is an upgrade then, and until it new shims or monitors meet an old daemon (containerd#10984)",
      instead: "restart it as the upgrade that it is, where nothing else here speaks against it: --to VERSION tells"
    ) { (facts, found) throws(Unchecked) in
      guard facts.snapshot.daemon.executable != nil else {
        throw Unchecked(why: "the daemon's process cannot be seen from here")
      }
      if let program = facts.snapshot.daemon.replacedProgram { found.hit(ObjectName(.runtime), program) }
    },
    PreflightCheck(
      "N9", nil, .info, .nothing, "pods that are not ready are still there",
      because: "what is left of a pod: a start has to go through it, and its name stays taken",
      instead: "nothing; kubelet removes it, or crictl rmp does"
    ) { (facts, found) throws(Unchecked) in
      // Once for all of them: a node that lives has many.
      let names = facts.snapshot.sandboxes.filter { !$0.isReady }.map { "\($0.pod)" }
      guard !names.isEmpty else { return }
      let rest = names.count > 5 ? " and \(names.count - 5) more" : ""
      found.hit(ObjectName(.runtime), names.prefix(5).joined(separator: ", ") + rest)
    },
    PreflightCheck(
      "N10", nil, .major, .nothing, "it was made later than now",
      because:
        "the clock is behind: kubelet takes an older sandbox for the newest and recreates the pod again and again",
      instead: "set the clock first"
    ) { (facts, found) throws(Unchecked) in
      // The clock was read after the list.
      for record in facts.snapshot.sandboxes where record.status.createdAt > facts.now {
        found.hit(.pod(record), "\(record.status.createdAt)")
      }
    },
    PreflightCheck(
      "N11", nil, .major, .nothing, "its image is absent from the runtime",
      because: "it runs, but once it has to be made again it is pulled anew: not where the node has no registry",
      instead: "pull the image first: --pull tries it"
    ) { (facts, found) throws(Unchecked) in
      let images = try facts.images()
      let pulled = Set((facts.pulls ?? []).filter { $0.error == nil }.map(\.image))
      for container in facts.snapshot.containers where container.isRunning && !facts.isHere(container, images) {
        let image = container.status.image?.image ?? ""
        if !pulled.contains(image) { found.hit(facts.name(of: container), image) }
      }
    },
    PreflightCheck(
      "N12", nil, .major, .nothing, "it is absent and cannot be pulled",
      because: "pods with it do not start again (kubelet's credentials were not used)",
      instead: "make the registry answer, or import the image, first"
    ) { (facts, found) throws(Unchecked) in
      for pull in facts.pulls ?? [] {
        if let error = pull.error { found.hit(ObjectName(.image, name: pull.image), error) }
      }
    },
    PreflightCheck(
      "N13", nil, .info, .nothing, "the image of the pause containers is not pinned",
      because: "kubelet removes it when the disk is full, and no pod can start then",
      instead:
        "nothing on containerd 1.x, which pins none that it has already; else name the right image in its configuration"
    ) { (facts, found) throws(Unchecked) in
      let image = try facts.configuration.pauseImage.get()
      let here = try facts.images().filter { $0.isCalled(image) }
      guard !here.isEmpty, !here.contains(where: \.pinned) else { return }
      found.hit(ObjectName(.image, name: image), "")
    },
    PreflightCheck(
      "N14", .containerd, .info, .nothing, "it warns of what a later version removes",
      because: "what is configured or used so is gone once that version runs",
      instead: "see whether the target is that version, and change what uses it (ctr deprecations list)"
    ) { (facts, found) throws(Unchecked) in
      guard facts.target != nil else { return }
      for warning in facts.deprecations { found.hit(ObjectName(.runtime), warning) }
    },
    PreflightCheck(
      // No loss by the change: kubelet does it at its next look at the pod, whether the runtime restarts or not.
      "N15", nil, .critical, .nothing, "it has several ready sandboxes",
      because: "kubelet kills them all and makes the pod anew when it next looks at it (C2)",
      instead: "stop and remove those that are not the newest (crictl stopp, crictl rmp), or let kubelet do it first"
    ) { (facts, found) throws(Unchecked) in
      let read = facts.readySandboxes.map { (id: $0.id, pod: $0.pod) }
      let others = facts.snapshot.unread.filter { $0.kind == .pod && $0.isLive == true }
      let ready = (read + others.compactMap { gap in gap.pod.map { (gap.id, $0) } }).filter { !$0.pod.uid.isEmpty }
      let pods = Dictionary(grouping: ready, by: \.pod.uid)
      for (id, pod) in ready {
        // Once a pod, in the list's order.
        guard let twins = pods[pod.uid], twins.count > 1, twins[0].id == id else { continue }
        let ids = twins.map { Words.id($0.id) }.joined(separator: ", ")
        found.hit(ObjectName(.pod, pod: pod, id: id), "\(twins.count): \(ids)")
      }
    },
  ]
}

extension PreflightFacts {
  /// The runtime's own words for a condition that does not hold.
  func words(ofCondition type: String) -> String {
    let condition = snapshot.runtime.conditions.first { $0.type == type }
    return [condition?.reason, condition?.message].compactMap { $0 }.filter { !$0.isEmpty }.joined(separator: ": ")
  }

  /// containerd's own words of what it serves for the last time, of newer ones since 1.6.27 and 1.7.12.
  var deprecations: [String] {
    let condition = snapshot.runtime.conditions.first { $0.type == "ContainerdHasNoDeprecationWarnings" && !$0.status }
    let warnings = condition.flatMap { try? JSON.parse($0.message) }?.objectValue
    return warnings?.compactMap { $0.value.stringValue } ?? []
  }

  func compareDrivers(_ found: inout PreflightOutcome) throws(Unchecked) {
    let (ours, kubelets) = (try configuration.cgroupDriver.get(), try kubelet.cgroupDriver.get())
    if ours != kubelets { found.hit(ObjectName(.node), "kubelet \(kubelets), runtime \(ours)") }
  }

  func containersBeforeStart(_ found: inout PreflightOutcome) {
    for container in snapshot.containers where container.status.state == .created {
      found.hit(name(of: container), "created \(container.status.createdAt)")
    }
  }

  /// The runtime's images.
  func images() throws(Unchecked) -> [Image] {
    if let unread = snapshot.unread.first(where: { $0.kind == .image && $0.id.isEmpty }) {
      throw Unchecked(why: unread.why)
    }
    return snapshot.images
  }

  func isHere(_ container: ContainerRecord, _ images: [Image]) -> Bool {
    let names = [container.status.imageID, container.status.imageRef, container.status.image?.image ?? ""]
    return images.contains { image in names.contains { !$0.isEmpty && image.isCalled($0) } }
  }

  /// The images of running containers that the runtime does not have, each once, as the containers name them.
  package var absentImages: [String] {
    guard let images = try? images() else { return [] }
    var names: [String] = []
    for container in snapshot.containers where container.isRunning && !isHere(container, images) {
      if let name = container.status.image?.image, !name.isEmpty, !names.contains(name) { names.append(name) }
    }
    return names
  }

  /// A container as the report names it.
  func name(of container: ContainerRecord) -> ObjectName {
    let pod = snapshot.sandboxes.first { $0.id == container.sandboxID }?.pod
    return ObjectName(.container, pod: pod, name: container.name, id: container.id)
  }
}
