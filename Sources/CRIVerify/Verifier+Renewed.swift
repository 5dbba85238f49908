internal import CRIMessages
internal import CRIProtobuf
internal import CRIRules
internal import CRISnapshot

/// The scenarios in which kubelet recreates pods: a pod is identified by its UID, its containers by their names.
extension Verifier {
  mutating func checkRenewedPods() {
    checkEndedContainers()
    let successors = Dictionary(grouping: after.sandboxes.filter(\.isReady), by: \.pod.uid)
    var seen: Set<String> = []
    var waiting = 0
    for was in before.sandboxes where was.isReady && seen.insert(was.pod.uid).inserted {
      let successor = successors[was.pod.uid]?.max { $0.status.createdAt < $1.status.createdAt }
      if let successor {
        check(SandboxRules.table, was, successor) { _ in ObjectName.pod(successor) }
        checkContainers(of: was, successor)
      } else if let rule = excuse(for: was) {
        report(rule, .pod(was), .status(.ready), .status(.gone))
      } else if isKubeletStopped || after.hasUnchecked(.pod) {
        waiting += 1
      } else {
        let left = after.sandboxes.contains { $0.pod.uid == was.pod.uid }
        report(.podSuccessor, .pod(was), .status(.ready), left ? .status(.notReady) : .none)
      }
    }
    guard waiting > 0 else { return }
    isIncomplete = true
    unchecked.append(
      Unchecked(
        .successors(count: waiting), UnknownReason(isKubeletStopped ? .kubeletStopped : .podsUnchecked)))
  }

  /// kubelet is installed here and stopped, so a pod that it has not recreated yet is not lost.
  private var isKubeletStopped: Bool {
    let (was, now) = (before.observed?.kubelet, after.observed?.kubelet)
    let isInstalled =
      was?.processes?.value?.isEmpty == false || was?.podDirectories != nil || now?.podDirectories != nil
    return isInstalled && now?.processes?.value?.isEmpty == true
  }

  private func excuse(for was: SandboxRecord) -> RuleID? {
    if excuses.isDeleted(was.pod) { return .podDeleted }
    // The Job may have ended since, and nothing is left that would show it.
    if excuses.isJob(was.pod) { return .podFinished }
    return excuses.isYoung(was.status.createdAt) ? .podYoung : nil
  }

  private mutating func checkContainers(of was: SandboxRecord, _ successor: SandboxRecord) {
    let now = Dictionary(
      after.containers.filter { $0.sandboxID == successor.id }.map { ($0.name, $0) },
      uniquingKeysWith: { $0.status.createdAt > $1.status.createdAt ? $0 : $1 })
    for container in before.containers where container.sandboxID == was.id && container.isRunning {
      let object = ObjectName(.container, pod: successor.pod, name: container.name, id: now[container.name]?.id ?? "")
      guard let found = now[container.name] else {
        if after.hasUnchecked(.container) { continue }
        report(.containerSuccessor, object, .status(.running), .none)
        continue
      }
      if !found.isRunning {
        let isDone = excuses.isJob(was.pod) && found.status.state == .exited && found.status.exitCode == 0
        let state = found.status.state
        report(
          isDone ? .containerFinishedJob : .containerSuccessor, object, .status(.running),
          state == .exited ? found.exit : .containerState(state))
      }
      check(ContainerRules.table, container, found) { _ in object }
    }
  }

  /// Checks the containers that had ended before and that the runtime keeps.
  private mutating func checkEndedContainers() {
    let now = Dictionary(after.containers.map { ($0.id, $0) }, uniquingKeysWith: { first, _ in first })
    for was in before.containers where was.status.state == .exited {
      guard let found = now[was.id] else { continue }
      let object = name(of: was)
      check(ContainerRules.table, was, found) { _ in object }
    }
  }
}
