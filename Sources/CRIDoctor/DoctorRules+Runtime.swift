internal import CRIMessages
internal import CRIPreflight
internal import CRIProtobuf
internal import CRIRules
internal import CRISnapshot

extension DoctorRules {
  static let runtime: [DoctorCheck] = [
    DoctorCheck(.runtimeUnreachable) { (facts, found) throws(UnknownReason) in
      if let message = facts.unreachable { found.add(ObjectName(.runtime), .failure(message: message)) }
    },
    DoctorCheck(.runtimeCallHangs) { (facts, found) throws(UnknownReason) in
      let state = facts.daemon.value?.state
      for call in facts.calls where call.outcome == .hanging {
        found.add(
          ObjectName(.runtime),
          .hangingCall(
            method: call.method, call.duration, daemonState: state.flatMap { "TtDZX".contains($0) ? $0 : nil }))
      }
    },
    DoctorCheck(.runtimeCallFails) { (facts, found) throws(UnknownReason) in
      for call in facts.calls {
        if case .failed(let message) = call.outcome {
          found.add(ObjectName(.runtime), .failedCall(method: call.method, message: message))
        }
      }
    },
    DoctorCheck(.runtimeCallSlow) { (facts, found) throws(UnknownReason) in
      for call in facts.calls
      where call.outcome == .answered && !call.isPartOfRelist && call.duration >= DoctorLimits.slowCall {
        found.add(ObjectName(.runtime), .slowCall(method: call.method, call.duration))
      }
    },
    DoctorCheck(.runtimeNotReady) { (facts, found) throws(UnknownReason) in
      let condition = try facts.conditions().first { $0.type == "RuntimeReady" }
      guard let condition else { throw UnknownReason(.notReported) }
      guard !condition.status else { return }
      found.add(
        ObjectName(.runtime),
        .condition(type: condition.type, reason: condition.reason, message: condition.message))
    },
    DoctorCheck(.runtimeWarning) { (facts, found) throws(UnknownReason) in
      for condition in try facts.conditions()
      where !condition.status && condition.type != "RuntimeReady" && condition.type != "NetworkReady" {
        found.add(
          ObjectName(.runtime),
          .condition(type: condition.type, reason: condition.reason, message: condition.message))
      }
    },
    DoctorCheck(.runtimeOpenFiles) { (facts, found) throws(UnknownReason) in
      let daemon = try facts.daemon.get()
      guard let limit = daemon.openFileLimit else { return }
      let count = try daemon.openFiles.get()
      if isClose(count, to: limit) { found.add(ObjectName(.runtime), .use(count, limit: limit)) }
    },
    DoctorCheck(.runtimeThreads) { (facts, found) throws(UnknownReason) in
      let (count, limit) = (try facts.daemon.get().threads, DoctorLimits.goThreads)
      if isClose(count, to: limit) { found.add(ObjectName(.runtime), .use(count, limit: limit)) }
    },
    DoctorCheck(.runtimeRecentlyRestarted) { (facts, found) throws(UnknownReason) in
      let age = try facts.daemon.get().age
      guard age < DoctorLimits.recentRestart else { return }
      // A runtime on a node that has just booted was started, not restarted: it has no older ready pods.
      let hasOlderPod = try facts.sandboxes().contains { $0.isReady && facts.age(of: $0.status.createdAt) > age }
      if hasOlderPod { found.add(ObjectName(.runtime), .started(ago: age)) }
    },
    DoctorCheck(.runtimeOutdatedProgram, as: .runtimeProgramReplaced, needs: { $0.unreachable == nil }),
    DoctorCheck(.runtimeRootHidden) { (facts, found) throws(UnknownReason) in
      guard let containerd = facts.node.containerd, let path = try containerd.hiddenDatabase.get() else { return }
      found.add(ObjectName(.runtime), .path(path))
    },
    DoctorCheck(.runtimeOCIProgramMissing, as: .runtimeOCIProgram, needs: { $0.node.containerd != nil }),
    DoctorCheck(.runtimeKnownDefect) { (facts, found) throws(UnknownReason) in
      guard let product = Advisory.Product(rawValue: facts.snapshot.runtime.name) else { return }
      guard let version = facts.node.version else {
        throw UnknownReason(.unknownVersionForm, message: facts.snapshot.runtime.version)
      }
      // A defect with a condition may not concern this node; preflight examines that.
      for match in Advisories.matching(product, version, scenarios: [.always, .restart])
      where match.concern == .running && !match.advisory.affectsEveryVersion && match.advisory.condition == nil {
        found.add(ObjectName(.runtime), .defect(match.advisory.id, reference: match.advisory.reference))
      }
    },
  ]

  static let kubelet: [DoctorCheck] = [
    DoctorCheck(.kubeletNotRunning) { (facts, found) throws(UnknownReason) in
      guard try facts.mayHaveKubelet() else { return }
      guard let processes = facts.snapshot.observed?.kubelet?.processes else { throw UnknownReason.notExamined }
      if try processes.get().isEmpty { found.add(ObjectName(.node)) }
    },
    DoctorCheck(
      .kubeletOtherCgroupDriver, as: .kubeletCgroupDriver,
      needs: { facts throws(UnknownReason) in try facts.mayHaveKubelet() }),
    DoctorCheck(
      .kubeletOtherRuntime, as: .kubeletEndpoint, needs: { facts throws(UnknownReason) in try facts.mayHaveKubelet() }),
    DoctorCheck(.kubeletRelistSlow) { (facts, found) throws(UnknownReason) in
      let lists = facts.calls.filter { $0.isPartOfRelist && $0.outcome == .answered }
      let duration = lists.map(\.duration).reduce(Duration.zero, +)
      if duration >= DoctorLimits.slowCall { found.add(ObjectName(.runtime), .relist(duration)) }
    },
  ]

  static func isClose(_ count: Int, to limit: Int) -> Bool {
    limit > 0 && count >= limit / 100 * DoctorLimits.closePercent + limit % 100 * DoctorLimits.closePercent / 100
  }
}

extension ObservedCall {
  /// Whether kubelet makes the call every second to find out what changed (PLEG, `relist`).
  var isPartOfRelist: Bool { method == "ListPodSandbox" || method == "ListContainers" }
}

extension DoctorFacts {
  /// The conditions that the runtime reports.
  /// - Throws: The reason why they are unknown.
  func conditions() throws(UnknownReason) -> [RuntimeCondition] {
    if let reason = unreadStatus { throw reason }
    return snapshot.runtime.conditions
  }

  /// Whether kubelet belongs on this node: its directory exists, or it runs, or it has created a pod.
  func mayHaveKubelet() throws(UnknownReason) -> Bool {
    if snapshot.observed?.kubelet?.processes?.value?.isEmpty == false { return true }
    let isOfKubelet = snapshot.sandboxes.contains { $0.status.annotations["kubernetes.io/config.seen"] != nil }
    if isOfKubelet { return true }
    return try hasKubeletDirectory.get()
  }
}
