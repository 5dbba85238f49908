internal import CRIMessages
internal import CRIProtobuf
internal import CRISnapshot

/// What must hold whichever pods there are: addresses, images, processes; and what nobody could look at.
extension Verifier {
  mutating func checkReadySandboxes() {
    let ready = after.sandboxes.filter(\.isReady)
    for (_, several) in Dictionary(grouping: ready, by: \.pod.uid) where several.count > 1 {
      let count = before.sandboxes.count { $0.isReady && $0.pod.uid == several[0].pod.uid }
      report(SandboxRules.several, .pod(several[0]), "\(count) ready", "\(several.count) ready")
    }
    let earlier = NetworkView(before)
    let now = NetworkView(after)
    var absent: [PodName] = []
    for sandbox in ready {
      let object = ObjectName.pod(sandbox)
      if sandbox.status.createdAt > after.taken {
        report(SandboxRules.future, object, "\(sandbox.status.createdAt)", "now is \(after.taken)")
      }
      checkNetwork(of: sandbox, earlier, now, &absent)
      let subnets = after.runtime.settings?.networks?.flatMap(\.subnets) ?? []
      if !sandbox.isHostNetwork, let address = IPAddress(sandbox.ip),
        subnets.contains(where: { $0.address.isIPv4 == address.isIPv4 }),
        !subnets.contains(where: { $0.contains(address) }), !earlier.isOutside(sandbox.id)
      {
        let words = subnets.map { "\($0)" }.joined(separator: ", ")
        report(SandboxRules.outside, object, words, sandbox.ip)
      }
    }
    absent.removeAll { !scope.contains($0) }
    guard !absent.isEmpty else { return }
    let names = absent.count > 3 ? "\(absent.count) pods" : absent.map { "\($0)" }.sorted().joined(separator: ", ")
    unchecked.append(
      Unread(what: "networks of \(names)", why: "their network namespaces were not there before the change either"))
  }

  /// - Parameter absent: of these there is nothing to compare.
  private mutating func checkNetwork(
    of sandbox: SandboxRecord, _ earlier: NetworkView, _ now: NetworkView, _ absent: inout [PodName]
  ) {
    guard let fault = now.fault(of: sandbox.id) else { return }
    let object = ObjectName.pod(sandbox)
    // Of a sandbox that was there before, what was wrong with it then is not lost now.
    let isOld = scenario.keepsObjects && earlier.fault(of: sandbox.id)?.kind == fault.kind
    switch (now.isAlive(sandbox.id), scenario.keepsObjects ? earlier.isAlive(sandbox.id) : nil) {
    case (false, false) where isOld: absent.append(sandbox.pod)
    // That it went between the two is the finding of the namespace's own rule.
    case (false, true): break
    default:
      report(isOld ? SandboxRules.already : Self.rule(for: fault.kind), object, isOld ? "the same" : "ok", fault.words)
    }
  }

  private static func rule(for kind: NetworkVerdict.Kind) -> Rule {
    switch kind {
    case .gone: SandboxRules.gone
    case .duplicate: SandboxRules.duplicate
    default: SandboxRules.mismatch
    }
  }

  mutating func checkImages() {
    if after.lacks(.image) { return }
    let readySandboxes = Set(before.sandboxes.filter(\.isReady).map(\.id))
    let users = before.containers.filter { readySandboxes.contains($0.sandboxID) }
    let asked = Set(users.compactMap(\.status.image?.image))
    let used = asked.union(users.flatMap { [$0.status.imageRef, $0.status.imageID] })
    // Before 1.7 containerd pins nothing: a way back to it is no fault of this image.
    let isOlder = before.runtime.version != after.runtime.version && !after.images.contains(where: \.pinned)
    let isExpected = isOlder && NodeRules.imageUnpinned.scenarios.contains(scenario)
    let unpinned = isExpected ? NodeRules.imageUnpinned : NodeRules.imagePinned
    let now = Dictionary(after.images.map { ($0.plainID, $0) }, uniquingKeysWith: { first, _ in first })
    for was in before.images {
      let object = ObjectName(.image, name: was.repoTags.first ?? was.repoDigests.first ?? "", id: was.id)
      guard let found = now[was.plainID] else {
        // A pinned one is the pause image: without it no pod starts. Another runtime has another.
        let isNeeded = was.pinned && scenario != .migrate
        let isUsed = isNeeded || ([was.id] + was.repoTags + was.repoDigests).contains(where: used.contains)
        // By which names it is looked for: those that pods ask by, or any where they ask by its id.
        let names = Set(was.repoTags + was.repoDigests)
        let wanted = names.intersection(asked)
        let heir = after.images.first {
          let its = Set($0.repoTags + $0.repoDigests)
          return wanted.isEmpty ? !its.isDisjoint(with: was.repoTags) : its.isSuperset(of: wanted)
        }
        if isUsed, let heir {
          report(NodeRules.imageReplaced, object, was.id, "\(heir.id) has its name")
          if was.pinned && !heir.pinned { report(unpinned, object, "pinned", "not pinned") }
        } else {
          report(isUsed ? NodeRules.imageMissing : NodeRules.imageCollected, object, was.id, "none")
        }
        continue
      }
      let (old, new) = (
        (was.repoTags + was.repoDigests).sorted(), (found.repoTags + found.repoDigests).sorted()
      )
      if old != new { report(NodeRules.imageNames, object, Words.value(old), Words.value(new)) }
      if was.pinned && !found.pinned { report(unpinned, object, "pinned", "not pinned") }
    }
  }

  mutating func checkOrphans() {
    guard let orphans = after.truth?.orphans?.value else { return }
    let earlier = Set(before.truth?.orphans?.value?.map(\.pid) ?? [])
    let names =
      Dictionary(before.sandboxes.map { ($0.id, ObjectName.pod($0)) }, uniquingKeysWith: { first, _ in first })
      .merging(before.containers.map { ($0.id, name(of: $0)) }) { first, _ in first }
    for orphan in orphans {
      let object = names[orphan.id] ?? ObjectName(.runtime, id: orphan.id)
      // A shim or conmon alone does no work any more.
      let isHarmless = orphan.processes.isEmpty && orphan.kind != .container
      let isOld = earlier.contains(orphan.pid)
      report(
        isHarmless ? NodeRules.leftover : isOld ? NodeRules.orphanAlready : NodeRules.orphan, object,
        isOld ? "the same" : "listed", "\(orphan.kind.rawValue) \(orphan.pid) of \(Words.id(orphan.id))")
    }
  }

  mutating func listUnchecked() {
    unchecked += unread
    // What could be read at neither time is told once.
    let now = Set(after.notChecked)
    unchecked += after.notChecked
    unchecked += before.notChecked.filter { !now.contains($0) }.map { Unread(what: "\($0.what) (before)", why: $0.why) }
    if before.truth == nil || after.truth == nil {
      let side = before.truth == nil ? after.truth == nil ? "either snapshot" : "the snapshot before" : "the one after"
      unchecked.append(
        Unread(
          what: "processes, network namespaces and the addresses in them",
          why: "\(side) has only what the runtime answers"))
    }
    let ready = before.sandboxes.filter { $0.isReady && scope.contains($0.pod) }
    let noPID = ready.filter { $0.facts.pid == nil && !$0.facts.hasNoPause }.count
    if noPID > 0 && scenario.keepsObjects {
      unchecked.append(
        Unread(what: "pause process of \(noPID) of \(ready.count) pods", why: "the runtime tells no pid"))
    }
    if before.daemon.wasReplaced(by: after.daemon) == nil && scenario != .reboot {
      unchecked.append(
        Unread(what: "that the daemon was restarted", why: "its process cannot be seen from here"))
    }
    if before.host.bootID == nil || after.host.bootID == nil {
      let negation = scenario == .reboot ? "" : "not "
      unchecked.append(Unread(what: "that the node was \(negation)rebooted", why: "the boot id could not be read"))
    }
    if after.runtime.handlers.isEmpty && !before.runtime.handlers.isEmpty {
      unchecked.append(Unread(what: "handlers of RuntimeClasses", why: "this version of the runtime lists none"))
    }
    if after.runtime.settings != nil, after.pauseImage == nil, !after.sandboxes.isEmpty {
      unchecked.append(
        Unread(what: "that the image of pause containers is there", why: "the runtime does not tell which it is"))
    }
    if scenario == .kubeletRestart, !wasKubeletStopped,
      after.truth?.kubelet?.wasRestarted(since: before.truth?.kubelet) == nil
    {
      unchecked.append(Unread(what: "that kubelet was restarted", why: "its process cannot be seen from here"))
    }
  }
}

/// What is wrong with the networks of a snapshot's pods, as far as kernel and CNI were asked.
private struct NetworkView {
  private var faults: [String: (kind: NetworkVerdict.Kind, words: String)] = [:]
  private var outside: Set<String> = []
  private var namespaces: [String: Bool] = [:]

  init(_ snapshot: Snapshot) {
    let book = AddressBook(snapshot.sandboxes, snapshot.containers)
    let containers = Dictionary(grouping: snapshot.containers, by: \.sandboxID)
    let subnets = snapshot.runtime.settings?.networks?.flatMap(\.subnets) ?? []
    for sandbox in snapshot.sandboxes where sandbox.isReady && !sandbox.isHostNetwork {
      let verdict = NetworkVerdict(of: sandbox, containers: containers[sandbox.id] ?? [], book: book)
      // That the runtime has no address is the finding of the address's own rule.
      faults[sandbox.id] = verdict.fault
      namespaces[sandbox.id] = (sandbox.truth?.namespace?.value).map { if case .alive = $0 { true } else { false } }
      if let address = IPAddress(sandbox.ip), !subnets.contains(where: { $0.contains(address) }) {
        outside.insert(sandbox.id)
      }
    }
  }

  func fault(of id: String) -> (kind: NetworkVerdict.Kind, words: String)? { faults[id] }
  func isOutside(_ id: String) -> Bool { outside.contains(id) }
  /// Whether its network namespace is there; nil where nobody could look.
  func isAlive(_ id: String) -> Bool? { namespaces[id] }
}
