internal import CRIMessages
internal import CRIProtobuf
internal import CRISnapshot

/// Where pods are made anew: each is followed by its uid, its containers by their names.
extension Verifier {
  mutating func checkRenewedPods() {
    checkEndedContainers()
    let heirs = Dictionary(grouping: after.sandboxes.filter(\.isReady), by: \.pod.uid)
    var seen: Set<String> = []
    var waiting = 0
    for was in before.sandboxes where was.isReady && seen.insert(was.pod.uid).inserted {
      let heir = heirs[was.pod.uid]?.max { $0.status.createdAt < $1.status.createdAt }
      if let heir {
        check(SandboxRules.table, was, heir) { _ in ObjectName.pod(heir) }
        checkContainers(of: was, heir)
      } else if let rule = excuse(for: was) {
        report(rule, .pod(was), "ready", "gone")
      } else if isKubeletStopped || after.unread.contains(where: { $0.kind == .pod }) {
        waiting += 1
      } else {
        let left = after.sandboxes.contains { $0.pod.uid == was.pod.uid }
        report(SandboxRules.successor, .pod(was), "ready", left ? "not ready" : "none")
      }
    }
    guard waiting > 0 else { return }
    isIncomplete = true
    let why =
      isKubeletStopped
      ? "kubelet does not run, which makes them: verify after it has started" : "not every pod could be read"
    unchecked.append(Unread(what: "new sandboxes of \(waiting) pods", why: why))
  }

  /// It is at home on this node: what it has not made yet is not lost.
  private var isKubeletStopped: Bool {
    let (was, now) = (before.truth?.kubelet, after.truth?.kubelet)
    let isInstalled = was?.processes?.value?.isEmpty == false || was?.podFolders != nil || now?.podFolders != nil
    return isInstalled && now?.processes?.value?.isEmpty == true
  }

  private func excuse(for was: SandboxRecord) -> Rule? {
    if excuses.isDeleted(was.pod) { return SandboxRules.deleted }
    // Its pod may have come to its end at any time since, and nothing is left of it to tell.
    if excuses.isJob(was.pod) { return SandboxRules.finished }
    return excuses.isYoung(was.status.createdAt) ? SandboxRules.young : nil
  }

  private mutating func checkContainers(of was: SandboxRecord, _ heir: SandboxRecord) {
    let now = Dictionary(
      after.containers.filter { $0.sandboxID == heir.id }.map { ($0.name, $0) },
      uniquingKeysWith: { $0.status.createdAt > $1.status.createdAt ? $0 : $1 })
    for container in before.containers where container.sandboxID == was.id && container.isRunning {
      let object = ObjectName(.container, pod: heir.pod, name: container.name, id: now[container.name]?.id ?? "")
      guard let found = now[container.name] else {
        if after.unread.contains(where: { $0.kind == .container }) { continue }
        report(ContainerRules.successor, object, "running", "none")
        continue
      }
      if !found.isRunning {
        let isDone = excuses.isJob(was.pod) && found.status.state == .exited && found.status.exitCode == 0
        let words =
          found.status.state == .exited ? "exited \(found.status.exitCode)" : Words.value(found.status.state)
        report(isDone ? ContainerRules.finished : ContainerRules.successor, object, "running", words)
      }
      check(ContainerRules.table, container, found) { _ in object }
    }
  }

  /// What a runtime keeps of containers that had ended before.
  private mutating func checkEndedContainers() {
    let now = Dictionary(after.containers.map { ($0.id, $0) }, uniquingKeysWith: { first, _ in first })
    for was in before.containers where was.status.state == .exited {
      guard let found = now[was.id] else { continue }
      let object = name(of: was)
      check(ContainerRules.table, was, found) { _ in object }
    }
  }
}
