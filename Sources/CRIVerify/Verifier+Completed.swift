internal import CRIMessages
internal import CRIProtobuf
internal import CRIRules
internal import CRISnapshot

/// The pods that had completed before the change. kubelet remembers nothing about a static pod: without its records, it runs
/// the pod again. A completed pod of the API server stays completed, because its status there says so.
extension Verifier {
  mutating func checkCompletedPods() {
    for earlier in before.sandboxes where !earlier.isReady && !after.listed.contains(earlier.id) {
      _ = reportIfItRunsAgain(earlier)
    }
  }

  /// Reports a completed static pod of which nothing is left, or which runs again.
  /// - Parameter earlier: A sandbox that was not ready and is no longer listed.
  /// - Returns: Whether it was reported.
  mutating func reportIfItRunsAgain(_ earlier: SandboxRecord) -> Bool {
    guard earlier.isStatic, hasCompleted(earlier), !expectedChanges.isDeleted(earlier.pod), !after.hasUnchecked(.pod)
    else {
      return false
    }
    let siblings = after.sandboxes.filter { $0.pod.uid == earlier.pod.uid }
    // kubelet keeps the newest sandbox of a pod, and removes the older ones.
    if siblings.contains(where: { !$0.isReady }) { return false }
    let object = ObjectName.pod(earlier)
    guard let next = siblings.first else {
      report(.podRunsAgain, object, .id(earlier.id), .none)
      return true
    }
    report(
      .podRunsAgain, object, .id(earlier.id),
      .successor(
        id: next.id, attempt: earlier.status.metadata?.attempt ?? 0, next: next.status.metadata?.attempt ?? 0))
    return true
  }

  /// Whether the pod's policy is known to start none of its containers again, and it had no other sandbox that was ready.
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
