public import CRIRules
public import CRISnapshot

/// What kubelet will do with a pod, computed as kubelet does it, from what the runtime answers.
///
/// Source: kubelet's `PodSandboxChanged` (rules C1 to C5, in its order) and `computePodActions` (A1 to A3, B1 to B5).
public struct Prediction: Hashable, Sendable {
  public enum Action: String, Hashable, Sendable, CaseIterable {
    /// Nothing.
    case keep
    /// The pod stays, some of its containers are started again.
    case restartContainers = "restart-containers"
    /// All containers are stopped and the pod gets a new sandbox and a new address. Where its restartPolicy is not known
    /// and is Never, it is only killed.
    case recreate
    /// All containers are stopped, and the pod ends.
    case kill
  }

  public enum Trigger: String, Hashable, Sendable {
    /// Kubelet sees a changed state in the runtime's lists, within a second or so.
    case immediate
    /// The lists look unchanged: kubelet looks again when it restarts, or at the pod's next event.
    case atKubeletRestart = "at-kubelet-restart"
  }

  public var pod: PodName
  public var action: Action
  /// nil if the pod is kept.
  public var rule: KubeletRule?
  /// nil unless the sandbox changed.
  public var outcome: KubeletOutcome?
  /// As the pod's manifest on the node has it; nil where that is not known, as it is of all but static pods.
  public var restartPolicy: RestartPolicy?
  /// The field that decides, with its value before and after.
  public var field: RuleField?
  public var before: FindingValue?
  public var after: FindingValue?
  /// nil where the pod is kept.
  public var trigger: Trigger?
  /// The containers that are started again.
  public var containers: [String]
  /// Whether some of them have ended, and are started again only as restartPolicy says, which is not known (B4).
  public var dependsOnPolicy = false

  init(pod: PodName, restartPolicy: RestartPolicy?) {
    self.pod = pod
    self.restartPolicy = restartPolicy
    action = .keep
    containers = []
  }
}
