internal import CRIMessages
internal import CRIProtobuf
internal import CRIRules
internal import CRISnapshot

/// The checks that do not compare a pod with itself: networks, images and processes, and the list of unchecked entries.
extension Verifier {
  mutating func checkReadySandboxes() {
    let ready = after.sandboxes.filter(\.isReady)
    for (_, duplicates) in Dictionary(grouping: ready, by: \.pod.uid) where duplicates.count > 1 {
      let count = (sandboxesBefore[duplicates[0].pod.uid] ?? []).count(where: \.isReady)
      report(.podSeveralReady, .pod(duplicates[0]), .readySandboxes(count), .readySandboxes(duplicates.count))
    }
    let created = Dictionary(
      before.sandboxes.map { ($0.id, $0.status.createdAt) }, uniquingKeysWith: { first, _ in first })
    let earlier = NetworkView(before)
    let now = NetworkView(after)
    var notCompared: [PodName] = []
    for sandbox in ready {
      let object = ObjectName.pod(sandbox)
      if sandbox.status.createdAt > after.taken {
        // A time that is the same as before is no loss: it was already in the future, or the clock was set back since.
        let isUnchanged = created[sandbox.id] == sandbox.status.createdAt
        report(
          isUnchanged ? .podClockSetBack : .podClock, object, .time(sandbox.status.createdAt), .now(after.taken))
      }
      checkNetwork(of: sandbox, earlier, now, &notCompared)
      if podsBefore[sandbox.id] == nil, sandbox.hasLostAddress, !after.isUnchecked(.pod, sandbox.id) {
        report(.podNoIP, object, .none, .none)
      }
      let subnets = after.runtime.settings?.networks?.flatMap(\.subnets) ?? []
      if !sandbox.isHostNetwork, let address = IPAddress(sandbox.ip),
        subnets.contains(where: { $0.address.isIPv4 == address.isIPv4 }),
        !subnets.contains(where: { $0.contains(address) }), !earlier.isOutside(sandbox.id)
      {
        report(.podOutsideCIDR, object, .texts(subnets.map { "\($0)" }), .addresses([sandbox.ip]))
      }
    }
    notCompared.removeAll { !scope.contains($0) }
    guard !notCompared.isEmpty else { return }
    unchecked.append(Unchecked(.networks(notCompared.sorted { "\($0)" < "\($1)" }), UnknownReason(.goneBefore)))
  }

  /// - Parameter notCompared: Receives the pod if its network was already gone, so that it cannot be compared.
  private mutating func checkNetwork(
    of sandbox: SandboxRecord, _ earlier: NetworkView, _ now: NetworkView, _ notCompared: inout [PodName]
  ) {
    guard let fault = now.fault(of: sandbox.id) else { return }
    let object = ObjectName.pod(sandbox)
    // If the sandbox existed before, a fault that existed then does not count as a loss.
    let earlierFault = scenario.keepsObjects ? earlier.fault(of: sandbox.id) : nil
    // The other pods of a shared address may change, but an interface that was down before and is gone now is a loss.
    let earlierReasons = Set(earlierFault?.reasons ?? [])
    let isOld =
      earlierFault?.kind == fault.kind && (fault.kind == .duplicate || earlierReasons.isSuperset(of: fault.reasons))
    let later = fault.reasons.filter { !earlierReasons.contains($0) }
    let reasons = isOld || later.isEmpty ? fault.reasons : later
    switch (now.isAlive(sandbox.id), scenario.keepsObjects ? earlier.isAlive(sandbox.id) : nil) {
    case (false, false) where isOld: notCompared.append(sandbox.pod)
    // The rule about the namespace reports that it disappeared.
    case (false, true): break
    default:
      // If the network was not read before the change, it is unknown whether it was intact then.
      let wasRead = !scenario.keepsObjects || earlier.isAlive(sandbox.id) != nil
      report(
        isOld ? .podNetworkFaultyBefore : Self.rule(for: fault.kind), object,
        .status(isOld ? .unchanged : wasRead ? .good : .unknown), .network(reasons))
    }
  }

  private static func rule(for kind: NetworkVerdict.Kind) -> RuleID {
    switch kind {
    case .gone: .podNetworkGone
    case .duplicate: .podDuplicateIP
    default: .podNetworkMismatch
    }
  }

  mutating func checkImages() {
    if after.imagesAreUnchecked { return }
    let readySandboxes = Set(before.sandboxes.filter(\.isReady).map(\.id))
    let users = before.containers.filter { readySandboxes.contains($0.sandboxID) }
    let plain = ImageReference.plain
    let requested = Set(users.compactMap(\.status.image?.image).map(plain))
    let references = users.flatMap { [$0.status.imageRef, $0.status.imageID] }
    let used = requested.union(references).union(references.map(plain))
    // containerd before 1.7 does not pin images, so a missing pin is expected after a downgrade to it.
    let isOlder = before.runtime.version != after.runtime.version && !after.images.contains(where: \.pinned)
    let isExpected = isOlder && RuleID.imageUnpinned.rule.scenarios.contains(scenario)
    let unpinned: RuleID = isExpected ? .imageUnpinned : .imagePinned
    let now = Dictionary(after.images.map { ($0.plainID, $0) }, uniquingKeysWith: { first, _ in first })
    let successors = ImageSuccessors(after.images)
    for old in before.images {
      let object = ObjectName(.image, name: old.repoTags.first ?? old.repoDigests.first ?? "", id: old.id)
      guard let found = now[old.plainID] else {
        // A pinned image is the pause image, without which pods cannot start. A different runtime uses a different one.
        let isNeeded = old.pinned && scenario != .migrate
        let isUsed = isNeeded || ([old.id] + old.names).contains { used.contains($0) || used.contains(plain($0)) }
        // The names by which the image is looked up: those that pods use, or any of its names if pods use its ID.
        let names = Set(old.names.map(plain))
        let wanted = names.intersection(requested)
        let successor =
          wanted.isEmpty ? successors.first(withAny: old.repoTags.map(plain)) : successors.first(withAll: wanted)
        if isUsed, let successor {
          report(.imageReplaced, object, .text(old.id), .imageSuccessor(id: successor.id))
          if old.pinned && !successor.pinned { report(unpinned, object, .status(.pinned), .status(.notPinned)) }
        } else {
          report(isUsed ? .imageMissing : .imageCollected, object, .text(old.id), .none)
        }
        continue
      }
      let (namesBefore, namesAfter) = (old.names.sorted(), found.names.sorted())
      if Set(namesBefore.map(plain)) != Set(namesAfter.map(plain)) {
        report(.imageNames, object, namesBefore.findingValue, namesAfter.findingValue)
      }
      if old.pinned && !found.pinned { report(unpinned, object, .status(.pinned), .status(.notPinned)) }
    }
  }

  mutating func checkOrphans() {
    guard let orphans = after.observed?.orphans?.value else { return }
    let earlier = Set(before.observed?.orphans?.value?.map(\.pid) ?? [])
    let ready = Set(after.sandboxes.filter(\.isReady).compactMap { $0.status.metadata?.uid })
    let known = after.observed?.kubelet?.podDirectories?.value ?? []
    let running = after.runningCopies
    let names =
      Dictionary(before.sandboxes.map { ($0.id, ObjectName.pod($0)) }, uniquingKeysWith: { first, _ in first })
      .merging(before.containers.map { ($0.id, name(of: $0)) }) { first, _ in first }
    // A node may have both runtimes: a conmon belongs to CRI-O, and a shim to containerd.
    let runtime = RuntimeProduct(rawValue: after.runtime.name)
    var isUnknownToKubelet = false
    for orphan in orphans where runtime == nil || orphan.kind.product == runtime {
      let object = names[orphan.id] ?? ObjectName(.runtime, id: orphan.id)
      // A shim or conmon without child processes no longer does anything.
      let isHarmless = orphan.processes.isEmpty && orphan.kind != .container
      // kubelet still knows the pod, and starts it, or the container of a pod that is ready, again beside these
      // processes.
      let isStartedAgain =
        orphan.podUID.map { uid in
          let isReplaced = orphan.container.map { running[ContainerKey(podUID: uid, name: $0)] != nil } ?? true
          return known.contains(uid) && (!ready.contains(uid) || !isReplaced)
        } == true
      let isOld = earlier.contains(orphan.pid)
      // The process belongs to a pod, but nothing is known about kubelet's pods, for example because its unit runs a
      // script.
      let knowsPods = after.observed?.kubelet?.podDirectories?.value?.isEmpty == false
      if isOld, !isHarmless, orphan.podUID != nil, !knowsPods { isUnknownToKubelet = true }
      report(
        isHarmless ? .runtimeLeftover : isOld && !isStartedAgain ? .runtimeOrphanBefore : .runtimeOrphan, object,
        .status(isOld ? .notListed : .listed), .orphan(orphan))
    }
    if isUnknownToKubelet {
      isIncomplete = true
      hasUnknownPods = true
      unchecked.append(
        Unchecked(
          .source(.kubeletPodDirectories),
          UnknownReason(
            .kubeletNotConfigured,
            path: after.observed?.kubelet?.rootDirectory.map { "\($0)/pods" } ?? "/var/lib/kubelet/pods")))
    }
  }

  mutating func listUnchecked() {
    unchecked += incomplete
    // An observation that is unknown in both snapshots is listed once.
    let (old, now) = (before.unchecked.filter { !$0.isRequired }, after.unchecked.filter { !$0.isRequired })
    unchecked += now
    unchecked += old.filter { !now.contains($0) }.map(\.before)
    func add(_ subject: UncheckedSubject, _ code: UnknownReason.Code, setting: RuntimeSetting? = nil) {
      unchecked.append(Unchecked(subject, UnknownReason(code, setting: setting)))
    }
    if before.observed == nil || after.observed == nil {
      add(
        .kernelFacts,
        before.observed != nil ? .runtimeOnlyAfter : after.observed != nil ? .runtimeOnlyBefore : .runtimeOnly)
    }
    let ready = before.sandboxes.filter { $0.isReady && scope.contains($0.pod) }
    let noPID = ready.filter { $0.facts.pid == nil && !$0.facts.hasNoPause }.count
    if noPID > 0 && scenario.keepsObjects {
      add(.pauseProcesses(count: noPID, of: ready.count), .notReported, setting: .pids)
    }
    addUnreportedNamespaces(of: ready)
    if before.daemon.wasReplaced(by: after.daemon) == nil && scenario != .reboot {
      add(.daemonRestart, .daemonNotVisible)
    }
    if before.host.bootID == nil || after.host.bootID == nil {
      add(.nodeReboot(isExpected: scenario == .reboot), .bootIDUnknown)
    }
    if after.runtime.handlers.isEmpty && !before.runtime.handlers.isEmpty {
      add(.runtimeHandlers, .notReported, setting: .handlers)
    }
    if after.runtime.settings != nil, after.pauseImage == nil, !after.sandboxes.isEmpty {
      add(.pauseImage, .notReported, setting: .pauseImage)
    }
    if scenario != .migrate, RenamedNode.isUnknown(before: before, after: after) {
      add(.nodeName, .kubeletNotVisible)
    }
    if scenario == .kubeletRestart, !wasKubeletStopped,
      after.observed?.kubelet?.wasRestarted(since: before.observed?.kubelet) == nil
    {
      add(.kubeletRestart, .kubeletNotVisible)
    }
  }
}

extension Orphan.Kind {
  /// The runtime that starts this kind of process.
  fileprivate var product: RuntimeProduct { self == .conmon ? .crio : .containerd }
}

/// Finds the images that have a name, without a search through all of them for each name.
private struct ImageSuccessors {
  private let images: [Image]
  private let names: [Set<String>]
  /// The positions of the images with each name.
  private var positions: [String: [Int]] = [:]

  init(_ images: [Image]) {
    self.images = images
    names = images.map { Set($0.names.map(ImageReference.plain)) }
    for (position, names) in names.enumerated() {
      for name in names { positions[name, default: []].append(position) }
    }
  }

  func first(withAny names: [String]) -> Image? {
    names.compactMap { positions[$0]?.first }.min().map { images[$0] }
  }

  func first(withAll wanted: Set<String>) -> Image? {
    // The rarest name has the fewest images.
    guard let candidates = wanted.map({ positions[$0] ?? [] }).min(by: { $0.count < $1.count }) else { return nil }
    return candidates.first { names[$0].isSuperset(of: wanted) }.map { images[$0] }
  }
}

/// The faults in the networks of a snapshot's pods, as far as the kernel's and CNI's data could be read.
private struct NetworkView {
  private var faults: [String: (kind: NetworkVerdict.Kind, reasons: [NetworkReason])] = [:]
  private var outside: Set<String> = []
  private var namespaces: [String: Bool] = [:]

  init(_ snapshot: Snapshot) {
    let book = AddressBook(snapshot.sandboxes, snapshot.containers)
    let containers = Dictionary(grouping: snapshot.containers, by: \.sandboxID)
    let subnets = snapshot.runtime.settings?.networks?.flatMap(\.subnets) ?? []
    for sandbox in snapshot.sandboxes where sandbox.isReady && !sandbox.isHostNetwork {
      let verdict = NetworkVerdict(of: sandbox, containers: containers[sandbox.id] ?? [], book: book)
      // The rule about the address reports that the runtime has no address.
      faults[sandbox.id] = verdict.fault
      namespaces[sandbox.id] = (sandbox.observed?.namespace?.value).map { if case .alive = $0 { true } else { false } }
      if let address = IPAddress(sandbox.ip), !subnets.contains(where: { $0.contains(address) }) {
        outside.insert(sandbox.id)
      }
    }
  }

  func fault(of id: String) -> (kind: NetworkVerdict.Kind, reasons: [NetworkReason])? { faults[id] }
  func isOutside(_ id: String) -> Bool { outside.contains(id) }
  /// Whether the sandbox's network namespace exists; nil if this could not be read.
  func isAlive(_ id: String) -> Bool? { namespaces[id] }
}

extension SandboxRecord {
  /// Whether kubelet kills the pod because it has no address: a ready pod with its own network always has one.
  fileprivate var hasLostAddress: Bool { isReady && !isHostNetwork && status.network?.ip.isEmpty == true }
}
