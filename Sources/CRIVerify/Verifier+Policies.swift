internal import CRIMessages
internal import CRIRules
internal import CRISnapshot

/// What the pods' specifications say about their containers.
extension Verifier {
  /// Whether a container is known to be an init container, which ends before the next one is started.
  func isInitial(_ old: ContainerRecord) -> Bool {
    guard let sandbox = sandboxBefore[old.sandboxID] else { return false }
    return specifications[sandbox]?[old.name]?.kind == .initial
  }

  /// Whether a container has exited, and its restart policy is known not to restart it.
  func isLeft(_ container: ContainerRecord, of sandbox: SandboxRecord) -> Bool {
    guard container.hasEnded, let specification = specifications[sandbox] else { return false }
    return RestartDecision(
      of: specification[container.name], specification.restartPolicy, exitCode: container.status.exitCode) == .leave
  }

  /// Whether kubelet does not recreate a pod that has no ready sandbox, because no container of it may be started
  /// again.
  func endsForGood(_ old: SandboxRecord, _ kubelet: Kubelet) -> Bool {
    guard specifications[old] != nil, !after.hasUnchecked(.pod) else { return false }
    return kubelet.prediction(of: old).action == .kill
  }

  /// The policies with which kubelet does not recreate a pod that has no ready sandbox, if they decide and the pod's
  /// policy is unknown.
  func endingPolicies(of old: SandboxRecord, _ kubelet: Kubelet) -> [RestartPolicy] {
    guard specifications[old] == nil else { return [] }
    return kubelet.prediction(of: old).alternatives.filter { $0.action == .kill }.flatMap(\.policies)
  }

  /// Whether a pod has completed on its own since the earlier snapshot: its regular containers have exited with 0 in
  /// its sandbox, and its restart policy is known to restart none of them.
  func hasCompletedSince(_ old: SandboxRecord) -> Bool {
    guard old.isReady, !hadEnded(old), !after.hasUnchecked(.container), let specification = specifications[old] else {
      return false
    }
    func regular(_ containers: [ContainerRecord]) -> [String: ContainerRecord] {
      PodContainers.newest(containers).filter { specification[$0.key]?.kind ?? .regular == .regular }
    }
    let (earlier, now) = (regular(containersBefore[old.id] ?? []), regular(containersAfter[old.id] ?? []))
    return !now.isEmpty && Set(earlier.keys).isSubset(of: now.keys)
      && now.values.allSatisfy { hasEndedWell($0) && isLeft($0, of: old) }
  }

  /// Whether all regular containers of a pod have exited with 0, so that the pod has completed.
  func hasCompletedItsWork(_ old: SandboxRecord) -> Bool {
    let own = (sandboxesAfter[old.pod.uid] ?? []).flatMap { containersAfter[$0.id] ?? [] }
    let containers = PodContainers.newest(own).values
    return !containers.isEmpty && containers.allSatisfy(hasEndedWell)
  }
}
