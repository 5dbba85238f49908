internal import CRIMessages
internal import CRIProtobuf
internal import CRIRules
internal import CRISnapshot

/// The pods that had completed before the change. kubelet does not remember anything about a static pod: without the
/// runtime's records, it runs the pod again. A completed pod from the API server stays completed, because the API
/// server has its status.
extension Verifier {
  mutating func checkCompletedPods() {
    for earlier in before.sandboxes where !earlier.isReady {
      // If the runtime keeps its objects, the check of the missing sandboxes reports those that are gone.
      let isSuspect = after.listed.contains(earlier.id) ? hasLostItsContainers(earlier) : !scenario.keepsObjects
      if isSuspect { _ = reportIfItRunsAgain(earlier) }
    }
  }

  /// Reports a completed static pod that has no record left or is running again.
  /// - Parameter earlier: A sandbox that was not ready and is no longer listed.
  /// - Returns: Whether the pod was reported.
  mutating func reportIfItRunsAgain(_ earlier: SandboxRecord) -> Bool {
    guard earlier.isStatic, !isOutdated(earlier), !specifications.hasLostManifest(earlier), hasCompleted(earlier),
      !expectedChanges.isDeleted(earlier.pod), !after.hasUnchecked(.pod)
    else {
      return false
    }
    let siblings = sandboxesAfter[earlier.pod.uid] ?? []
    // kubelet keeps the newest sandbox of a pod, and removes the older ones. A newer one has run since the snapshot.
    if siblings.contains(where: { !$0.isReady && $0.status.createdAt <= before.taken && !hasLostItsContainers($0) }) {
      return false
    }
    let object = ObjectName.pod(earlier)
    let newer = siblings.filter { $0.id != earlier.id }
    guard let next = newer.max(by: { $0.status.createdAt < $1.status.createdAt }) else {
      let left: FindingValue = after.listed.contains(earlier.id) ? .status(.withoutContainers) : .none
      report(kubeletHasRunThroughout ? .podRunsAgainLater : .podRunsAgain, object, .id(earlier.id), left)
      return true
    }
    report(
      .podRunsAgain, object, .id(earlier.id),
      .successor(
        id: next.id, attempt: earlier.status.metadata?.attempt ?? 0, next: next.status.metadata?.attempt ?? 0))
    return true
  }

  /// Whether kubelet's process is the same as before, so that it remembers which static pods have completed.
  private var kubeletHasRunThroughout: Bool {
    after.observed?.kubelet?.wasRestarted(since: before.observed?.kubelet) == false
  }

  /// Whether the manifest of a static pod was changed before the first snapshot: its hash is the pod's UID, so that the
  /// new version is a different pod of the same name.
  private func isOutdated(_ earlier: SandboxRecord) -> Bool {
    before.sandboxes.contains { other in
      other.isStatic && other.pod.uid != earlier.pod.uid && other.pod.name == earlier.pod.name
        && other.pod.namespace == earlier.pod.namespace && other.status.createdAt > earlier.status.createdAt
    }
  }

  /// Whether a sandbox is left without any record of a container, which kubelet itself never causes: it keeps the last
  /// container of each name.
  private func hasLostItsContainers(_ sandbox: SandboxRecord) -> Bool {
    !after.hasUnchecked(.container) && containersBefore[sandbox.id]?.isEmpty == false
      && (containersAfter[sandbox.id] ?? []).isEmpty
  }

  /// Whether the pod had completed in its newest sandbox, which was not ready.
  private func hasCompleted(_ earlier: SandboxRecord) -> Bool {
    let own = sandboxesBefore[earlier.pod.uid] ?? []
    return !own.contains { $0.isReady } && hadEnded(earlier)
  }

  /// The UIDs of the pods for which kubelet has nothing left to do.
  var endedPods: Set<String> {
    expectedChanges.ended.union(findings.filter { $0.rule.id == .podEndedBefore }.compactMap { $0.object.pod?.uid })
  }

  /// Reports a pod that had ended in a sandbox that was still ready, which kubelet stops regardless of the change.
  /// - Parameters:
  ///   - earlier: A sandbox that was ready before the change.
  ///   - now: The same sandbox after it; nil if the runtime no longer lists it.
  /// - Returns: Whether the pod was reported, so that its sandbox is not a loss.
  mutating func reportIfItHadEnded(_ earlier: SandboxRecord, _ now: SandboxRecord?) -> Bool {
    guard now?.isReady != true, hadEnded(earlier), !expectedChanges.isDeleted(earlier.pod) else { return false }
    let object = ObjectName.pod(earlier)
    let siblings = sandboxesAfter[earlier.pod.uid] ?? []
    if let next = siblings.filter({ $0.status.createdAt > before.taken }).max(by: {
      $0.status.createdAt < $1.status.createdAt
    }) {
      report(
        .podRunsAgain, object, .id(earlier.id),
        .successor(
          id: next.id, attempt: earlier.status.metadata?.attempt ?? 0, next: next.status.metadata?.attempt ?? 0))
      return true
    }
    // kubelet remembers nothing about a static pod, and the API server has the status of any other pod.
    if earlier.isStatic, !specifications.hasLostManifest(earlier), siblings.isEmpty, !after.hasUnchecked(.pod) {
      report(kubeletHasRunThroughout ? .podRunsAgainLater : .podRunsAgain, object, .id(earlier.id), .none)
      return true
    }
    report(.podEndedBefore, object, .status(.ready), .status(now == nil ? .gone : .notReady))
    return true
  }

  /// Whether all containers of a sandbox had exited before the change, and the pod's restart policy is known not to
  /// restart any of them.
  func hadEnded(_ earlier: SandboxRecord) -> Bool {
    let own = sandboxesBefore[earlier.pod.uid] ?? []
    let isNewest = !own.contains { $0.status.createdAt > earlier.status.createdAt }
    // The details of a container that could not be read may show that it was running.
    let isUnchecked = before.unchecked.contains {
      $0.object?.kind == .container && $0.isLive != false && $0.object?.pod?.uid ?? earlier.pod.uid == earlier.pod.uid
    }
    guard isNewest, !isUnchecked, let specification = specifications[earlier] else { return false }
    let all = containersBefore[earlier.id] ?? []
    if all.contains(where: \.isRunning) { return false }
    let newest = PodContainers.newest(all)
    func isLeft(_ name: String, _ container: ContainerRecord) -> Bool {
      container.hasEnded
        && RestartDecision(
          of: specification[name], specification.restartPolicy, exitCode: container.status.exitCode) == .leave
    }
    // A failed init container that is not restarted ends the pod before the other containers run.
    let hasFailed = newest.contains { name, container in
      specification[name]?.kind == .initial && container.status.exitCode != 0 && isLeft(name, container)
    }
    let containers = newest.filter { specification[$0.key]?.kind ?? .regular == .regular }
    return hasFailed || !containers.isEmpty && containers.allSatisfy(isLeft)
  }

  /// Reports the completed containers that have run again beside the others, because kubelet recreated the pod without
  /// their records.
  mutating func checkCompletedContainers() {
    for earlier in before.sandboxes where earlier.isReady && !hadEnded(earlier) {
      guard let specification = specifications[earlier], !expectedChanges.isDeleted(earlier.pod) else { continue }
      let renewed = (sandboxesAfter[earlier.pod.uid] ?? []).filter {
        $0.id != earlier.id && $0.status.createdAt > earlier.status.createdAt
      }
      let others = renewed.flatMap { containersAfter[$0.id] ?? [] }.filter { !containerIDsBefore.contains($0.id) }
      for (name, old) in PodContainers.newest(containersBefore[earlier.id] ?? []).sorted(by: { $0.key < $1.key }) {
        guard old.hasEnded, let item = specification[name], item.kind == .regular,
          RestartDecision(of: item, specification.restartPolicy, exitCode: old.status.exitCode) == .leave,
          let next = PodContainers.newest(others)[name]
        else { continue }
        let object = ObjectName(.container, pod: earlier.pod, name: name, id: next.id)
        let now = next.hasEnded ? next.exit : .containerState(next.status.state)
        report(.containerRunsAgain, object, .exited(old.status.exitCode), now)
      }
    }
  }
}
