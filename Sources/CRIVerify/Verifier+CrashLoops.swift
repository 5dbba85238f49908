internal import CRIMessages
internal import CRIProtobuf
internal import CRISnapshot

/// Containers that kept exiting before the change, so that another exit says nothing about the change.
///
/// An exit counts as a repetition only if the container had already been restarted, if it ran only briefly each time,
/// and if it has exited as before, with its own exit code and reason. Without its own exit code, the exit counts only
/// if the container had been restarted several times. Any other exit may be a loss.
extension Verifier {
  /// Finds out whether a container that kept exiting, in a sandbox that was kept, has exited again in the same way.
  /// - Parameter found: The same container after the change; nil if the runtime no longer lists it.
  /// - Returns: The container that has exited as before; nil if this container has not exited, or not in this way.
  func repeatedEnd(of old: ContainerRecord, _ found: ContainerRecord?) -> ContainerRecord? {
    guard let earlier = lastEnd(before: old), found?.isRunning != true, !after.isUnchecked(.container, old.id),
      sandboxesAfter[sandboxBefore[old.sandboxID]?.pod.uid ?? ""]?.contains(where: {
        $0.id == old.sandboxID && $0.isReady
      }) == true
    else { return nil }
    let later = (containersAfter[old.sandboxID] ?? []).filter {
      $0.name == old.name && $0.status.createdAt > old.status.createdAt
    }
    // kubelet removes an exited container only if a newer one with the same name has exited too.
    let end = found ?? later.filter(\.hasEnded).max { $0.status.createdAt < $1.status.createdAt }
    guard let end, Self.hasEnded(end, as: earlier), ([old, end] + later).contains(where: { $0.restarts > 0 }) else {
      return nil
    }
    // The record of a container whose process is still running was lost.
    if found == nil, case .running = process(of: old.id, old.pid) { return nil }
    return end
  }

  /// Whether a container kept exiting, and the one with the same name in the recreated pod exits in the same way.
  func endsAsBefore(_ old: ContainerRecord, _ now: ContainerRecord) -> Bool {
    guard old.restarts > 0, let earlier = lastEnd(before: old) else { return false }
    return Self.hasEnded(now, as: earlier)
  }

  /// The container whose exit made kubelet start this one, if both have run only briefly.
  private func lastEnd(before old: ContainerRecord) -> ContainerRecord? {
    guard old.isRunning, old.restarts > 0, old.status.startedAt + PodContainers.stableTime > before.taken else {
      return nil
    }
    let earlier = (containersBefore[old.sandboxID] ?? []).filter {
      $0.name == old.name && $0.hasEnded && $0.status.createdAt < old.status.createdAt
    }
    return earlier.max { $0.status.createdAt < $1.status.createdAt }.flatMap { $0.hasRunBriefly ? $0 : nil }
  }

  private static func hasEnded(_ container: ContainerRecord, as earlier: ContainerRecord) -> Bool {
    guard container.hasEnded, container.hasRunBriefly, earlier.hasOwnExitCode else { return false }
    // The exit code is lost if the daemon was down. After several restarts, the exit is assumed to be like the others.
    if !container.hasOwnExitCode { return container.restarts > 1 && earlier.status.exitCode != 0 }
    return container.status.exitCode == earlier.status.exitCode && container.status.reason == earlier.status.reason
  }
}

extension ContainerRecord {
  /// The number of times that kubelet has restarted the container.
  fileprivate var restarts: Int { max(Int(status.metadata?.attempt ?? 0), restartCount.flatMap { Int($0) } ?? 0) }

  /// Whether the container exited before kubelet would have regarded it as stable.
  fileprivate var hasRunBriefly: Bool { status.startedAt + PodContainers.stableTime > status.finishedAt }
}
