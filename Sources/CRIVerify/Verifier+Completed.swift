internal import CRIMessages
internal import CRIProtobuf
internal import CRIRules
internal import CRISnapshot

/// The pods that had completed before the change. kubelet does not remember anything about a static pod: without the
/// runtime's records, it runs the pod again. A completed pod from the API server stays completed, because the API
/// server has its status.
extension Verifier {
  mutating func checkCompletedPods() {
    for earlier in before.sandboxes where !earlier.isReady && !after.listed.contains(earlier.id) {
      _ = reportIfItRunsAgain(earlier)
    }
  }

  /// Reports a completed static pod that has no record left or is running again.
  /// - Parameter earlier: A sandbox that was not ready and is no longer listed.
  /// - Returns: Whether the pod was reported.
  mutating func reportIfItRunsAgain(_ earlier: SandboxRecord) -> Bool {
    guard earlier.isStatic, hasCompleted(earlier), !expectedChanges.isDeleted(earlier.pod), !after.hasUnchecked(.pod)
    else {
      return false
    }
    let siblings = after.sandboxes.filter { $0.pod.uid == earlier.pod.uid }
    // kubelet keeps the newest sandbox of a pod, and removes the older ones. A newer one has run since the snapshot.
    if siblings.contains(where: { !$0.isReady && $0.status.createdAt <= before.taken }) { return false }
    let object = ObjectName.pod(earlier)
    guard let next = siblings.max(by: { $0.status.createdAt < $1.status.createdAt }) else {
      report(.podRunsAgain, object, .id(earlier.id), .none)
      return true
    }
    report(
      .podRunsAgain, object, .id(earlier.id),
      .successor(
        id: next.id, attempt: earlier.status.metadata?.attempt ?? 0, next: next.status.metadata?.attempt ?? 0))
    return true
  }

  /// Whether the pod's restart policy is known not to restart any of its containers, and the pod had no other ready
  /// sandbox.
  private func hasCompleted(_ earlier: SandboxRecord) -> Bool {
    let own = before.sandboxes.filter { $0.pod.uid == earlier.pod.uid }
    let isNewest = !own.contains { $0.isReady || $0.status.createdAt > earlier.status.createdAt }
    guard isNewest, let specification = specifications[earlier] else { return false }
    let containers = PodContainers.newest(before.containers.filter { $0.sandboxID == earlier.id }).filter {
      specification[$0.key]?.kind ?? .regular == .regular
    }
    return !containers.isEmpty
      && containers.allSatisfy { name, container in
        container.hasEnded
          && RestartDecision(
            of: specification[name], specification.restartPolicy, exitCode: container.status.exitCode) == .leave
      }
  }
}
