internal import CRIMessages
internal import CRIRules
public import CRISnapshot

/// What kubelet will do to a pod that the change loses, according to the specification that the user supplied.
///
/// Source: kubelet's `computePodActions` for a pod without a usable sandbox (`CRIVerify` calls these rules A1 to A3).
public struct PodReaction: Hashable, Sendable {
  /// What kubelet does to the pod.
  public enum Action: String, Hashable, Sendable, CaseIterable {
    /// kubelet stops what is left of the pod, and recreates it.
    case recreate
    /// kubelet stops what is left of the pod, and does not recreate it.
    case kill
  }

  /// What kubelet does to the pod.
  public var action: Action
  /// The pod's restart policy.
  public var restartPolicy: RestartPolicy
  /// The kind of the object that controls the pod, such as `Job`; nil if none does.
  public var owner: String?

  /// Predicts the reaction.
  /// - Parameters:
  ///   - sandbox: The pod's sandbox before the change.
  ///   - containers: All containers in the sandbox.
  ///   - isForgotten: Whether the runtime has no record of the sandbox after the change.
  init(
    to specification: PodSpecification, _ sandbox: SandboxRecord, _ containers: [ContainerRecord], isForgotten: Bool
  ) {
    restartPolicy = specification.restartPolicy
    owner = specification.owner
    action = .recreate
    switch restartPolicy {
    case .always: break
    case .never:
      // kubelet knows that a pod from the API had run, even without a record. About a static pod, it knows only what is
      // in the record.
      if isForgotten ? !sandbox.isStatic : !containers.isEmpty { action = .kill }
    case .onFailure:
      let regular = specification.containers.filter { $0.kind == .regular }
      let areDone = regular.allSatisfy { item in
        (item.restartPolicy ?? .onFailure) == .onFailure
          && containers.contains {
            $0.name == item.name && $0.status.state == .exited && $0.status.exitCode == 0
          }
      }
      if areDone, !regular.isEmpty, !isForgotten { action = .kill }
    }
  }

  /// The rules whose violation means that the runtime has no record of the sandbox.
  static let forgetting: Set<RuleID> = [
    .runtimeWipe, .podRecordOnDisk, .podUIDOnDisk, .recordDirectory, .recordRestorable,
  ]
}
