internal import CRIMessages
internal import CRIProtobuf
internal import CRIRules
internal import CRISnapshot

/// The scenarios in which kubelet recreates pods: a pod is identified by its UID, and its containers are identified by
/// their names.
extension Verifier {
  mutating func checkRenewedPods() {
    checkEndedContainers()
    let sandboxes = Dictionary(after.sandboxes.map { ($0.id, $0) }, uniquingKeysWith: { first, _ in first })
    let successors = Dictionary(grouping: after.sandboxes.filter(\.isReady), by: \.pod.uid)
    var seen: Set<String> = []
    var waiting = 0
    var undecided: [[RestartPolicy]: [PodName]] = [:]
    let kubelet = Kubelet(before: before, after: after)
    for old in before.sandboxes
    where (old.isReady || outlivedBefore.contains(old.id)) && seen.insert(old.pod.uid).inserted {
      let was = FindingValue.status(old.isReady ? .ready : .notReady)
      let hasSandbox = sandboxesAfter[old.pod.uid] != nil
      let successor = successors[old.pod.uid]?.max { $0.status.createdAt < $1.status.createdAt }
      if reportIfItHadEnded(old, sandboxes[old.id]) {
        continue
      } else if let successor {
        check(SandboxRules.table, old, successor) { _ in ObjectName.pod(successor) }
        checkContainers(of: old, successor)
      } else if !expectedChanges.isDeleted(old.pod), endsForGood(old, kubelet) {
        report(
          hasCompletedItsWork(old) ? .podFinished : .podEnded, .pod(old), was,
          .status(hasSandbox ? .notReady : .gone))
      } else if let rule = excuse(for: old, kubelet) {
        report(rule, .pod(old), was, .status(hasSandbox ? .notReady : .gone))
      } else if isKubeletStopped || after.hasUnchecked(.pod) {
        waiting += 1
      } else if case let policies = endingPolicies(of: old, kubelet), !policies.isEmpty {
        if scope.contains(old.pod) { undecided[policies, default: []].append(old.pod) }
      } else {
        report(.podSuccessor, .pod(old), was, hasSandbox ? .status(.notReady) : .none)
      }
    }
    for (policies, pods) in undecided.sorted(by: { $0.key.count < $1.key.count }) {
      isIncomplete = true
      unchecked.append(
        Unchecked(
          .endings(pods.sorted { "\($0)" < "\($1)" }, policies: policies), UnknownReason(.restartPolicyUnknown)))
    }
    guard waiting > 0 else { return }
    isIncomplete = true
    unchecked.append(
      Unchecked(
        .successors(count: waiting), UnknownReason(isKubeletStopped ? .kubeletStopped : .podsUnchecked)))
  }

  /// Reports that all pods are gone, unless the minor version has changed, in which case CRI-O removes them itself.
  mutating func checkWipe() {
    let (old, now) = (RuntimeVersion(before.runtime.version), RuntimeVersion(after.runtime.version))
    if let old, let now, !old.isSameMinor(as: now) { return }
    guard before.hasLostAllPods(in: after) else { return }
    report(
      .runtimeWiped, ObjectName(.runtime), .number(Int64(before.sandboxes.count(where: \.isReady))), .number(0))
  }

  /// Whether kubelet is installed but stopped, in which case a pod that it has not recreated yet is not lost.
  private var isKubeletStopped: Bool {
    let (old, now) = (before.observed?.kubelet, after.observed?.kubelet)
    let isInstalled =
      old?.processes?.value?.isEmpty == false || old?.podDirectories != nil || now?.podDirectories != nil
    return isInstalled && now?.processes?.value?.isEmpty == true
  }

  private func excuse(for old: SandboxRecord, _ kubelet: Kubelet) -> RuleID? {
    if expectedChanges.isDeleted(old.pod) { return .podDeleted }
    // The Job may have ended since then, and there is no record left that would show this. If the policy is known,
    // kubelet is expected to recreate the pod.
    let isOpen = specifications[old] == nil || kubelet.prediction(of: old).action == .kill
    if isOpen, !isKubeletStopped, expectedChanges.isJob(old.pod) { return .podFinished }
    return expectedChanges.isYoung(old.status.createdAt) ? .podYoung : nil
  }

  private mutating func checkContainers(of old: SandboxRecord, _ successor: SandboxRecord) {
    let now = Dictionary(
      (containersAfter[successor.id] ?? []).map { ($0.name, $0) },
      uniquingKeysWith: { $0.status.createdAt > $1.status.createdAt ? $0 : $1 })
    for container in containersBefore[old.id] ?? [] where container.isRunning {
      let object = ObjectName(.container, pod: successor.pod, name: container.name, id: now[container.name]?.id ?? "")
      guard let found = now[container.name] else {
        if after.hasUnchecked(.container) { continue }
        report(.containerSuccessor, object, .status(.running), .none)
        continue
      }
      if !found.isRunning {
        let isDone = (expectedChanges.isJob(old.pod) || isLeft(found, of: old)) && hasEndedWell(found)
        let isInitialised = hasEndedWell(found) && isInitial(container)
        let isCrashLoop = endsAsBefore(container, found)
        let state = found.status.state
        report(
          isDone
            ? .containerFinishedJob
            : isInitialised ? .containerInitialised : isCrashLoop ? .containerEndedAgain : .containerSuccessor, object,
          .status(.running),
          state == .exited ? found.exit : .containerState(state))
      }
      check(ContainerRules.table, container, found) { _ in object }
    }
  }

  /// Checks the containers that had exited before the change and that the runtime keeps.
  private mutating func checkEndedContainers() {
    let now = Dictionary(after.containers.map { ($0.id, $0) }, uniquingKeysWith: { first, _ in first })
    for old in before.containers where old.status.state == .exited {
      guard let found = now[old.id] else { continue }
      let object = name(of: old)
      check(ContainerRules.table, old, found) { _ in object }
    }
  }
}
