internal import CRIMessages
internal import CRIProtobuf
internal import CRISnapshot

/// Where everything must live on: the same sandboxes, the same containers.
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
        if !found.isReady, let heir = heir(of: was) {
          report(SandboxRules.replaced, object, Words.id(was.id), heir)
        } else {
          check(SandboxRules.table, was, found) { _ in object }
        }
      case (let wasReady, nil) where after.lacks(.pod, was.id):
        // Its state is in the list also where its details are not answered.
        if wasReady, isDown(.pod, was.id, of: was.pod), heir(of: was) == nil {
          report(SandboxRules.state.rule, object, "ready", "not ready")
        }
      case (true, nil) where isAtItsEnd(was.pod) || excuses.isYoung(was.status.createdAt): reportEnd(of: was, nil)
      case (true, nil):
        let heir = heir(of: was)
        report(heir == nil ? SandboxRules.missing : SandboxRules.replaced, object, Words.id(was.id), heir ?? "none")
      case (false, let found?) where found.isReady: report(SandboxRules.cameBack, object, "not ready", "ready")
      case (false, nil): report(SandboxRules.collected, object, "not ready", "gone")
      case (false, _): break
      }
    }
  }

  /// A pod whose sandbox is gone, or is not ready, may have a new one: then kubelet has replaced it already.
  private func heir(of was: SandboxRecord) -> String? {
    let heir = after.sandboxes.first { $0.pod.uid == was.pod.uid && $0.isReady && $0.id != was.id }
    return heir.map {
      "\(Words.id($0.id)), attempt \(was.status.metadata?.attempt ?? 0) → \($0.status.metadata?.attempt ?? 0)"
    }
  }

  private func isAtItsEnd(_ pod: PodName) -> Bool { excuses.isDeleted(pod) || excuses.isFinished(pod) }

  /// Whether the list says of what could not be read that it does not live, and nothing else excuses it.
  private func isDown(_ kind: ObjectName.Kind, _ id: String, of pod: PodName?) -> Bool {
    // How a Job's containers have ended their status would tell.
    if let pod, isAtItsEnd(pod) || excuses.isJob(pod) { return false }
    return after.gap(kind, id)?.isLive == false
  }

  private mutating func reportEnd(of was: SandboxRecord, _ now: SandboxRecord?) {
    let rule =
      excuses.isDeleted(was.pod)
      ? SandboxRules.deleted : excuses.isFinished(was.pod) ? SandboxRules.finished : SandboxRules.young
    report(rule, .pod(was), "ready", now == nil ? "gone" : "not ready")
  }

  private mutating func checkContainers() {
    let now = Dictionary(after.containers.map { ($0.id, $0) }, uniquingKeysWith: { first, _ in first })
    for was in before.containers {
      let object = name(of: was)
      // Of a pod that was deleted one line is enough.
      if let pod = object.pod, excuses.isDeleted(pod) { continue }
      if let found = now[was.id] {
        if let pod = object.pod, excuses.isJob(pod), was.isRunning, hasEndedWell(found) {
          report(ContainerRules.finished, object, "running", "exited 0")
        } else if was.isRunning, !found.isRunning, let heir = heir(of: was) {
          report(ContainerRules.replaced, object, Words.id(was.id), heir)
        } else {
          check(ContainerRules.table, was, found) { _ in object }
        }
      } else if after.lacks(.container, was.id) {
        if was.isRunning, isDown(.container, was.id, of: object.pod), heir(of: was) == nil {
          report(ContainerRules.state.rule, object, "running", "not running")
        }
      } else if was.status.state == .exited {
        let ended = "exited \(was.status.exitCode)"
        if isLastOfItsName(was) {
          report(ContainerRules.forgotten, object, ended, "none")
        } else {
          report(ContainerRules.collected, object, ended, "gone")
        }
      } else if was.isRunning, let heir = heir(of: was) {
        // What ended was collected already.
        report(ContainerRules.replaced, object, Words.id(was.id), heir)
      } else {
        let rule = excuses.isYoung(was.status.createdAt) ? ContainerRules.young : ContainerRules.missing
        report(rule, object, Words.value(was.status.state), "none")
      }
    }
  }

  /// One that runs in its place, in its sandbox or in the one that its pod has now.
  private func heir(of was: ContainerRecord) -> String? {
    let pod = podsBefore[was.sandboxID]?.uid
    let places = Set(after.sandboxes.filter { $0.isReady && $0.pod.uid == pod }.map(\.id)).union([was.sandboxID])
    let heir = after.containers.first { next in
      places.contains(next.sandboxID) && next.name == was.name && next.isRunning
        && !before.containers.contains { $0.id == next.id }
    }
    return heir.map {
      "\(Words.id($0.id)), attempt \(was.status.metadata?.attempt ?? 0) → \($0.status.metadata?.attempt ?? 0)"
    }
  }

  private func hasEndedWell(_ container: ContainerRecord) -> Bool {
    container.status.state == .exited && container.status.exitCode == 0
  }

  /// Whether an ended container was the newest of its name in a pod that is ready all the time, and nothing follows it.
  private func isLastOfItsName(_ was: ContainerRecord) -> Bool {
    let isReady = [before, after].allSatisfy { $0.sandboxes.contains { $0.id == was.sandboxID && $0.isReady } }
    func isSibling(_ other: ContainerRecord) -> Bool {
      other.sandboxID == was.sandboxID && other.name == was.name && other.id != was.id
    }
    return isReady && !after.containers.contains(where: isSibling)
      && !before.containers.contains { isSibling($0) && $0.status.createdAt > was.status.createdAt }
  }
}
