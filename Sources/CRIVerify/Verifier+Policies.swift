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

  /// Whether kubelet does not recreate a pod that has no ready sandbox, because no container of it may be started again.
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

  /// Whether all regular containers of a pod have exited with 0, so that the pod has completed.
  func hasCompletedItsWork(_ old: SandboxRecord) -> Bool {
    let own = (sandboxesAfter[old.pod.uid] ?? []).flatMap { containersAfter[$0.id] ?? [] }
    let containers = PodContainers.newest(own).values
    return !containers.isEmpty && containers.allSatisfy(hasEndedWell)
  }
}
