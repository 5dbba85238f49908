internal import CRIMessages
internal import CRIProtobuf
internal import CRIRules
internal import CRISnapshot

/// The scenarios in which everything must survive: the same sandboxes and the same containers.
extension Verifier {
  mutating func checkKeptObjects() {
    checkSandboxes()
    checkContainers()
  }

  private mutating func checkSandboxes() {
    let now = Dictionary(after.sandboxes.map { ($0.id, $0) }, uniquingKeysWith: { first, _ in first })
    for old in before.sandboxes {
      let object = ObjectName.pod(old)
      let isExplained = !old.isReady || deadBefore.contains(old.id) || hasEnded(old)
      if !isExplained, !after.isUnchecked(.pod, old.id), reportIfItHadEnded(old, now[old.id]) { continue }
      if outlivedBefore.contains(old.id), !after.isUnchecked(.pod, old.id), reportOutlived(old, now[old.id]) {
        continue
      }
      switch (old.isReady, now[old.id]) {
      case (true, let found)
      where deadBefore.contains(old.id) && !hasEnded(old) && !after.isUnchecked(.pod, old.id):
        reportDead(old, found)
      case (true, let found?) where !found.isReady && hasEnded(old): reportEnd(of: old, found)
      case (true, let found?):
        if !found.isReady, let successor = successor(of: old) {
          report(.podReplaced, object, .id(old.id), successor)
        } else {
          check(SandboxRules.table, old, found) { _ in object }
        }
      case (let wasReady, nil) where after.isUnchecked(.pod, old.id):
        // The list contains the sandbox's state even if its details could not be read.
        if wasReady, isDown(.pod, old.id, of: old.pod), successor(of: old) == nil {
          report(.podState, object, .podState(.ready), .podState(.notReady))
        }
      case (true, nil) where hasEnded(old) || expectedChanges.isYoung(old.status.createdAt): reportEnd(of: old, nil)
      case (true, nil):
        let successor = successor(of: old)
        report(
          successor == nil ? .podMissing : .podReplaced, object, .id(old.id),
          successor ?? .lostRecord(process(of: old.id, old.facts.pid)))
      case (false, let found?) where found.isReady: report(.podCameBack, object, .status(.notReady), .status(.ready))
      case (false, nil):
        if !reportIfItRunsAgain(old) {
          report(wasKubeletDown ? .podRecordLost : .podCollected, object, .status(.notReady), .status(.gone))
        }
      case (false, _): break
      }
    }
  }

  /// Reports a sandbox whose pause process had exited before the change.
  private mutating func reportDead(_ old: SandboxRecord, _ found: SandboxRecord?) {
    let object = ObjectName.pod(old)
    guard let found, found.isReady else {
      let now = successor(of: old) ?? (found == nil ? .none : .status(.notReady))
      report(.podDeadBefore, object, .status(.gone), now)
      return
    }
    if found.facts.pid == old.facts.pid, found.observed?.process?.value?.alive == nil {
      report(.podDeadUnnoticed, object, .status(.gone), .status(.goneUnnoticed))
    }
    check(SandboxRules.table, old, found) { _ in object }
  }

  /// Reports a sandbox that was not ready before the change, although containers in it were running.
  /// - Returns: Whether this explains its state after the change.
  private mutating func reportOutlived(_ old: SandboxRecord, _ found: SandboxRecord?) -> Bool {
    if hasEnded(old.pod) || found?.isReady == true { return false }
    let successor = successor(of: old)
    // Without kubelet, nothing removes the record of a sandbox.
    if found == nil, successor == nil, wasKubeletDown { return false }
    let now = successor ?? .status(found == nil ? .gone : .notReady)
    report(.podNotReadyBefore, .pod(old), .status(.notReady), now)
    return true
  }

  /// Whether kubelet may have ended a container, because its sandbox was not ready before the change.
  private func mayBeEnded(_ old: ContainerRecord) -> Bool {
    guard outlivedBefore.contains(old.sandboxID), let sandbox = sandboxBefore[old.sandboxID] else { return false }
    return !wasKubeletDown || successor(of: sandbox) != nil
  }

  /// Returns the ready sandbox with which kubelet has already replaced this one, or nil if it has not.
  private func successor(of old: SandboxRecord) -> FindingValue? {
    let successor = sandboxesAfter[old.pod.uid]?.first { $0.isReady && $0.id != old.id }
    return successor.map {
      .successor(id: $0.id, attempt: old.status.metadata?.attempt ?? 0, next: $0.status.metadata?.attempt ?? 0)
    }
  }

  private func hasEnded(_ old: SandboxRecord) -> Bool { hasEnded(old.pod) || hasCompletedSince(old) }

  private func hasEnded(_ pod: PodName) -> Bool { expectedChanges.isDeleted(pod) || expectedChanges.isFinished(pod) }

  /// Whether an object without details is not alive according to the list, and no excuse applies.
  private func isDown(_ kind: ObjectName.Kind, _ id: String, of pod: PodName?) -> Bool {
    // The status of a Job's containers would show how they ended, but could not be read.
    if let pod, hasEnded(pod) || expectedChanges.isJob(pod) { return false }
    return after.uncheckedDetails(kind, id)?.isLive == false
  }

  /// Whether kubelet has replaced any pod since the earlier snapshot, as it does after a loss.
  private var kubeletHasReplacedPods: Bool {
    before.sandboxes.contains { old in
      old.isReady && successor(of: old) != nil
        && sandboxesAfter[old.pod.uid]?.contains { $0.id == old.id && $0.isReady } != true
    }
  }

  private mutating func reportEnd(of old: SandboxRecord, _ now: SandboxRecord?) {
    let completed: RuleID = now?.isReady == false && kubeletHasReplacedPods ? .podCutOff : .podFinished
    let rule: RuleID =
      expectedChanges.isDeleted(old.pod)
      ? .podDeleted : expectedChanges.isFinished(old.pod) || hasCompletedSince(old) ? completed : .podYoung
    report(rule, .pod(old), .status(.ready), .status(now == nil ? .gone : .notReady))
  }

  private mutating func checkContainers() {
    let table =
      before.observed?.cgroupNamespace == after.observed?.cgroupNamespace
      ? ContainerRules.table : ContainerRules.otherCgroupNamespaceTable
    let now = Dictionary(after.containers.map { ($0.id, $0) }, uniquingKeysWith: { first, _ in first })
    for old in before.containers {
      let object = name(of: old)
      // One finding is enough for a deleted pod.
      if let pod = object.pod, expectedChanges.isDeleted(pod) { continue }
      // The finding about the sandbox explains that the container does not run any more.
      if mayBeEnded(old), now[old.id]?.isRunning != true { continue }
      let isWellEnded = now[old.id].map { hasCompleted($0) } ?? false
      if deadBefore.contains(old.id), !isWellEnded, !after.isUnchecked(.container, old.id) {
        reportDead(old, now[old.id], object, table)
      } else if let end = repeatedEnd(of: old, now[old.id]) {
        report(.containerEndedAgain, object, .status(.running), end.exit)
        if let found = now[old.id] { check(table, old, found, without: [.containerState]) { _ in object } }
      } else if let found = now[old.id] {
        if old.isRunning, !found.isRunning, let successor = successor(of: old) {
          report(.containerReplaced, object, .id(old.id), successor)
        } else if old.isRunning, hasEndedWell(found), isInitial(old) {
          report(.containerInitialised, object, .status(.running), .exited(0))
        } else if old.isRunning, isWellEnded {
          report(.containerFinishedJob, object, .status(.running), .exited(0))
        } else {
          check(table, old, found) { _ in object }
        }
      } else if after.isUnchecked(.container, old.id) {
        if old.isRunning, isDown(.container, old.id, of: object.pod), successor(of: old) == nil {
          report(.containerState, object, .status(.running), .status(.notRunning))
        }
      } else if old.status.state == .exited {
        let ended = FindingValue.exited(old.status.exitCode)
        if let next = repetition(of: old) {
          let object = ObjectName(.container, pod: object.pod, name: old.name, id: next.id)
          report(.containerRunsAgain, object, ended, next.hasEnded ? next.exit : .containerState(next.status.state))
        } else if isLatestWithItsName(old) || hasRunAgain(old), !isDoneInitialising(old), !isOverForGood(old) {
          report(.containerForgotten, object, ended, .none)
        } else {
          report(wasKubeletDown ? .containerRecordLost : .containerCollected, object, ended, .status(.gone))
        }
      } else if old.isRunning, let successor = successor(of: old) {
        // Exited containers have already been handled.
        report(.containerReplaced, object, .id(old.id), successor)
      } else {
        let isYoung = expectedChanges.isYoung(old.status.createdAt)
        report(
          isYoung ? .containerYoung : .containerMissing, object, .containerState(old.status.state),
          isYoung ? .none : .lostRecord(process(of: old.id, old.isRunning ? old.pid : nil)))
      }
    }
  }

  /// Reports a container whose process had exited before the change.
  private mutating func reportDead(
    _ old: ContainerRecord, _ found: ContainerRecord?, _ object: ObjectName, _ table: [Check<ContainerRecord>]
  ) {
    guard let found, found.isRunning else {
      let end = found.map { $0.hasEnded ? $0.exit : .containerState($0.status.state) } ?? .none
      report(.containerDeadBefore, object, .status(.gone), successor(of: old) ?? end)
      if let found {
        check(table, old, found, without: [.containerState, .containerStarted]) { _ in object }
      }
      return
    }
    if found.pid == old.pid, found.observed?.process?.value?.alive == nil {
      report(.containerDeadUnnoticed, object, .status(.gone), .status(.goneUnnoticed))
    }
    check(table, old, found) { _ in object }
  }

  /// What remains of an object that the runtime no longer lists, according to its shim or conmon.
  /// - Parameter pid: Its process before the change; nil if it had none.
  func process(of id: String, _ pid: Int32?) -> LostProcess {
    guard let orphans = after.observed?.orphans?.value else { return .unknown }
    if let pid, orphans.contains(where: { $0.processes.contains(pid) }) { return .running(pid) }
    let own = orphans.first { $0.id == id && !$0.processes.isEmpty }
    return own.flatMap(\.processes.first).map { .running($0) } ?? .notFound
  }

  /// Returns the running container that replaced this one, in the same sandbox or in the pod's new one.
  private func successor(of old: ContainerRecord) -> FindingValue? {
    let pod = podsBefore[old.sandboxID]?.uid
    let ready = (pod.flatMap { sandboxesAfter[$0] } ?? []).filter { $0.isReady && $0.id != old.sandboxID }.map(\.id)
    let containers = ([old.sandboxID] + ready).flatMap { containersAfter[$0] ?? [] }
    let successor = containers.first {
      $0.name == old.name && $0.isRunning && !containerIDsBefore.contains($0.id)
    }
    return successor.map {
      .successor(id: $0.id, attempt: old.status.metadata?.attempt ?? 0, next: $0.status.metadata?.attempt ?? 0)
    }
  }

  /// Whether a container has exited with 0, and its Job or its known restart policy does not run it again.
  private func hasCompleted(_ container: ContainerRecord) -> Bool {
    guard hasEndedWell(container), let sandbox = sandboxBefore[container.sandboxID] else { return false }
    return expectedChanges.isJob(sandbox.pod) || isLeft(container, of: sandbox)
  }

  func hasEndedWell(_ container: ContainerRecord) -> Bool {
    container.status.state == .exited && container.status.exitCode == 0
  }

  /// Whether a container belongs to a pod from the API server that had ended before the change: its status is in the
  /// API server, so kubelet does not run it again.
  private func isOverForGood(_ old: ContainerRecord) -> Bool {
    guard let sandbox = sandboxBefore[old.sandboxID], !sandbox.isStatic else {
      return false
    }
    return hadEnded(sandbox) && !hasRunAgain(old)
  }

  /// Whether a container is known to be an init container of a pod in which other containers are running, so that
  /// kubelet does not need it.
  private func isDoneInitialising(_ old: ContainerRecord) -> Bool {
    guard isInitial(old) else { return false }
    return containersAfter[old.sandboxID]?.contains(where: \.isRunning) ?? false
  }

  /// Whether a container had completed according to its known policy, and another one with its name has been created in
  /// its pod since the earlier snapshot.
  private func hasRunAgain(_ old: ContainerRecord) -> Bool {
    guard let sandbox = sandboxBefore[old.sandboxID],
      let specification = specifications[sandbox], let item = specification[old.name], item.kind == .regular,
      RestartDecision(of: item, specification.restartPolicy, exitCode: old.status.exitCode) == .leave
    else { return false }
    return isNewestBefore(old)
      && (containersAfter[old.sandboxID] ?? []).contains {
        $0.name == old.name && $0.status.createdAt > before.taken
      }
  }

  /// The container that kubelet has started again in the same sandbox, without the record of a completed one: its
  /// attempt did not increase.
  private func repetition(of old: ContainerRecord) -> ContainerRecord? {
    guard let sandbox = sandboxBefore[old.sandboxID], !isInitial(old), isNewestBefore(old) else { return nil }
    if let specification = specifications[sandbox] {
      let decision = RestartDecision(
        of: specification[old.name], specification.restartPolicy, exitCode: old.status.exitCode)
      guard decision == .leave else { return nil }
    } else if specifications.possiblePolicies(of: sandbox) == [.always] || !hasEndedWell(old) {
      return nil
    }
    return (containersAfter[old.sandboxID] ?? []).filter {
      $0.name == old.name && $0.status.createdAt > before.taken
        && $0.status.metadata?.attempt ?? 0 <= old.status.metadata?.attempt ?? 0
    }.max { $0.status.createdAt < $1.status.createdAt }
  }

  private func isNewestBefore(_ old: ContainerRecord) -> Bool {
    !(containersBefore[old.sandboxID] ?? []).contains {
      $0.name == old.name && $0.status.createdAt > old.status.createdAt
    }
  }

  /// Whether an exited container was the newest of its name in a pod that stayed ready, and has no successor.
  private func isLatestWithItsName(_ old: ContainerRecord) -> Bool {
    guard let sandbox = sandboxBefore[old.sandboxID], sandbox.isReady,
      sandboxesAfter[sandbox.pod.uid]?.contains(where: { $0.id == sandbox.id && $0.isReady }) == true
    else { return false }
    func isSibling(_ other: ContainerRecord) -> Bool { other.name == old.name && other.id != old.id }
    return !(containersAfter[sandbox.id] ?? []).contains(where: isSibling)
      && !(containersBefore[sandbox.id] ?? []).contains {
        isSibling($0) && $0.status.createdAt > old.status.createdAt
      }
  }
}
