internal import CRIMessages
internal import CRIProtobuf
internal import CRIRules
internal import CRISnapshot

/// The pods that had completed before the change. kubelet remembers nothing about a static pod: without its records, it runs
/// the pod again. A completed pod of the API server stays completed, because its status there says so.
extension Verifier {
  mutating func checkCompletedPods() {
    for was in before.sandboxes where !was.isReady && !after.listed.contains(was.id) { _ = reportIfItRunsAgain(was) }
  }

  /// Reports a completed static pod of which nothing is left, or which runs again.
  /// - Parameter was: A sandbox that was not ready and is not listed any more.
  /// - Returns: Whether it was reported.
  mutating func reportIfItRunsAgain(_ was: SandboxRecord) -> Bool {
    guard was.isStatic, hasCompleted(was), !excuses.isDeleted(was.pod), !after.hasUnchecked(.pod) else { return false }
    let siblings = after.sandboxes.filter { $0.pod.uid == was.pod.uid }
    // kubelet keeps the newest sandbox of a pod, and removes the older ones.
    if siblings.contains(where: { !$0.isReady }) { return false }
    let object = ObjectName.pod(was)
    guard let next = siblings.first else {
      report(.podRunsAgain, object, .id(was.id), .none)
      return true
    }
    report(
      .podRunsAgain, object, .id(was.id),
      .successor(
        id: next.id, attempt: was.status.metadata?.attempt ?? 0, next: next.status.metadata?.attempt ?? 0))
    return true
  }

  /// Whether the pod's policy is known to start none of its containers again, and it had no other sandbox that was ready.
  private func hasCompleted(_ was: SandboxRecord) -> Bool {
    let own = before.sandboxes.filter { $0.pod.uid == was.pod.uid }
    let isNewest = !own.contains { $0.isReady || $0.status.createdAt > was.status.createdAt }
    guard isNewest, let policy = specifications[was]?.restartPolicy, policy != .always else { return false }
    let containers = PodContainers.newest(before.containers.filter { $0.sandboxID == was.id }).values
    return !containers.isEmpty
      && containers.allSatisfy { $0.hasEnded && (policy == .never || $0.status.exitCode == 0) }
  }
}
