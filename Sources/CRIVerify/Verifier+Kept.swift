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
    for was in before.sandboxes {
      let object = ObjectName.pod(was)
      switch (was.isReady, now[was.id]) {
      case (true, let found?) where !found.isReady && isAtItsEnd(was.pod): reportEnd(of: was, found)
      case (true, let found?):
        if !found.isReady, let successor = successor(of: was) {
          report(.podReplaced, object, .id(was.id), successor)
        } else {
          check(SandboxRules.table, was, found) { _ in object }
        }
      case (let wasReady, nil) where after.isUnchecked(.pod, was.id):
        // The list has its state even if its details could not be read.
        if wasReady, isDown(.pod, was.id, of: was.pod), successor(of: was) == nil {
          report(.podState, object, .podState(.ready), .podState(.notReady))
        }
      case (true, nil) where isAtItsEnd(was.pod) || excuses.isYoung(was.status.createdAt): reportEnd(of: was, nil)
      case (true, nil):
        let successor = successor(of: was)
        report(successor == nil ? .podMissing : .podReplaced, object, .id(was.id), successor ?? .none)
      case (false, let found?) where found.isReady: report(.podCameBack, object, .status(.notReady), .status(.ready))
      case (false, nil): report(.podCollected, object, .status(.notReady), .status(.gone))
      case (false, _): break
      }
    }
  }

  /// If a pod's sandbox is gone or not ready, kubelet may have replaced it already.
  private func successor(of was: SandboxRecord) -> FindingValue? {
    let successor = after.sandboxes.first { $0.pod.uid == was.pod.uid && $0.isReady && $0.id != was.id }
    return successor.map {
      .successor(id: $0.id, attempt: was.status.metadata?.attempt ?? 0, next: $0.status.metadata?.attempt ?? 0)
    }
  }

  private func isAtItsEnd(_ pod: PodName) -> Bool { excuses.isDeleted(pod) || excuses.isFinished(pod) }

  /// Whether the list says that an object without details is not alive, and no excuse applies.
  private func isDown(_ kind: ObjectName.Kind, _ id: String, of pod: PodName?) -> Bool {
    // How a Job's containers ended would be in their status, which could not be read.
    if let pod, isAtItsEnd(pod) || excuses.isJob(pod) { return false }
    return after.uncheckedDetails(kind, id)?.isLive == false
  }

  private mutating func reportEnd(of was: SandboxRecord, _ now: SandboxRecord?) {
    let rule: RuleID =
      excuses.isDeleted(was.pod) ? .podDeleted : excuses.isFinished(was.pod) ? .podFinished : .podYoung
    report(rule, .pod(was), .status(.ready), .status(now == nil ? .gone : .notReady))
  }

  private mutating func checkContainers() {
    let now = Dictionary(after.containers.map { ($0.id, $0) }, uniquingKeysWith: { first, _ in first })
    for was in before.containers {
      let object = name(of: was)
      // One line is enough for a deleted pod.
      if let pod = object.pod, excuses.isDeleted(pod) { continue }
      if let found = now[was.id] {
        if let pod = object.pod, excuses.isJob(pod), was.isRunning, hasEndedWell(found) {
          report(.containerFinishedJob, object, .status(.running), .exited(0))
        } else if was.isRunning, !found.isRunning, let successor = successor(of: was) {
          report(.containerReplaced, object, .id(was.id), successor)
        } else {
          check(ContainerRules.table, was, found) { _ in object }
        }
      } else if after.isUnchecked(.container, was.id) {
        if was.isRunning, isDown(.container, was.id, of: object.pod), successor(of: was) == nil {
          report(.containerState, object, .status(.running), .status(.notRunning))
        }
      } else if was.status.state == .exited {
        let ended = FindingValue.exited(was.status.exitCode)
        if isLastOfItsName(was) {
          report(.containerForgotten, object, ended, .none)
        } else {
          report(.containerCollected, object, ended, .status(.gone))
        }
      } else if was.isRunning, let successor = successor(of: was) {
        // Ended containers have been handled already.
        report(.containerReplaced, object, .id(was.id), successor)
      } else {
        let rule: RuleID = excuses.isYoung(was.status.createdAt) ? .containerYoung : .containerMissing
        report(rule, object, .containerState(was.status.state), .none)
      }
    }
  }

  /// Returns the container that replaced it, in the same sandbox or in the pod's new one.
  private func successor(of was: ContainerRecord) -> FindingValue? {
    let pod = podsBefore[was.sandboxID]?.uid
    let paths = Set(after.sandboxes.filter { $0.isReady && $0.pod.uid == pod }.map(\.id)).union([was.sandboxID])
    let successor = after.containers.first { next in
      paths.contains(next.sandboxID) && next.name == was.name && next.isRunning
        && !before.containers.contains { $0.id == next.id }
    }
    return successor.map {
      .successor(id: $0.id, attempt: was.status.metadata?.attempt ?? 0, next: $0.status.metadata?.attempt ?? 0)
    }
  }

  private func hasEndedWell(_ container: ContainerRecord) -> Bool {
    container.status.state == .exited && container.status.exitCode == 0
  }

  /// Whether an ended container was the newest of its name in a pod that stayed ready, and has no successor.
  private func isLastOfItsName(_ was: ContainerRecord) -> Bool {
    let isReady = [before, after].allSatisfy { $0.sandboxes.contains { $0.id == was.sandboxID && $0.isReady } }
    func isSibling(_ other: ContainerRecord) -> Bool {
      other.sandboxID == was.sandboxID && other.name == was.name && other.id != was.id
    }
    return isReady && !after.containers.contains(where: isSibling)
      && !before.containers.contains { isSibling($0) && $0.status.createdAt > was.status.createdAt }
  }
}
