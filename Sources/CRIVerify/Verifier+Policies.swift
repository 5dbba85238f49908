internal import CRIRules
internal import CRISnapshot

/// What the pods' specifications say about their containers.
extension Verifier {
  /// Whether a container is known to be an init container, which ends before the next one is started.
  func isInitial(_ old: ContainerRecord) -> Bool {
    guard let sandbox = sandboxBefore[old.sandboxID] else { return false }
    return specifications[sandbox]?[old.name]?.kind == .initial
  }

  /// Whether kubelet does not recreate a pod that has no ready sandbox, because no container of it may be started again.
  func endsForGood(_ old: SandboxRecord, _ kubelet: Kubelet) -> Bool {
    guard specifications[old] != nil, !after.hasUnchecked(.pod) else { return false }
    return kubelet.prediction(of: old).action == .kill
  }

  /// Whether all regular containers of a pod have exited with 0, so that the pod has completed.
  func hasCompletedItsWork(_ old: SandboxRecord) -> Bool {
    let own = (sandboxesAfter[old.pod.uid] ?? []).flatMap { containersAfter[$0.id] ?? [] }
    let containers = PodContainers.newest(own).values
    return !containers.isEmpty && containers.allSatisfy(hasEndedWell)
  }
}
