internal import CRIMessages
internal import CRIRules
public import CRISnapshot

/// What kubelet will do to a pod that the change loses, according to its specification: the one that the user supplied,
/// or the manifest of a static pod.
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
  /// Whether kubelet ends the pod instead if it runs during the change, because it then remembers that the pod has run.
  /// At its next restart, it recreates the pod.
  public var endsIfKubeletRuns: Bool
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
    let newest = Dictionary(containers.map { ($0.name, $0) }) {
      $0.status.createdAt > $1.status.createdAt ? $0 : $1
    }
    let exits = newest.mapValues { $0.status.state == .exited ? $0.status.exitCode : nil }
    // A container that was only created has not run.
    let ran = exits.filter { newest[$0.key]?.status.state != .created }
    func reaction(_ remembered: [String: Int32?]?) -> Action {
      let decision = specification.decision(
        exits: isForgotten ? [:] : exits, isFirst: isForgotten, remembered: remembered)
      return decision == .recreate ? .recreate : .kill
    }
    action = reaction(sandbox.isStatic ? nil : ran)
    endsIfKubeletRuns = action == .recreate && reaction(ran) == .kill
  }

  /// The rules whose violation means that the runtime has no record of the sandbox.
  static let forgetting: Set<RuleID> = [
    .runtimeWipe, .podRecordOnDisk, .podUIDOnDisk, .recordDirectory, .recordRestorable,
    .runtimeStorageConfigured,
  ]
}
