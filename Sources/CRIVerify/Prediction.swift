public import CRIRules
public import CRISnapshot

/// What kubelet will do to a pod, computed from the runtime's responses in the same way as kubelet does.
///
/// Source: kubelet's `PodSandboxChanged` (rules C1 to C5, in the function's order) and `computePodActions` (A1 to A3,
/// B1 to B5, B7, B8), and `HandlePodCleanups` (M1 to M3).
public struct Prediction: Hashable, Sendable {
  /// What kubelet does to a pod.
  public enum Action: String, Hashable, Sendable, CaseIterable {
    /// kubelet does nothing.
    case keep
    /// The pod stays, and kubelet restarts some of its containers.
    case restartContainers = "restart-containers"
    /// kubelet stops all containers, and the pod receives a new sandbox and a new address. If the restartPolicy is
    /// unknown and turns out to be Never, kubelet only kills the pod.
    case recreate
    /// kubelet stops all containers, and the pod ends.
    case kill
  }

  /// The time at which kubelet acts.
  public enum Trigger: String, Hashable, Sendable {
    /// The runtime's lists show a changed state, so kubelet reacts within about a second.
    case immediate
    /// The lists look unchanged, but a container of the pod keeps crashing, so kubelet reacts at the next crash.
    case atNextEvent = "at-next-event"
    /// The lists look unchanged, so kubelet reacts when it restarts, or at the pod's next event.
    case atKubeletRestart = "at-kubelet-restart"
  }

  /// The pod.
  public var pod: PodName
  /// What kubelet does to the pod.
  public var action: Action
  /// The rule that decides; nil if kubelet keeps the pod.
  public var rule: KubeletRule?
  /// The outcome for a pod whose sandbox has changed; otherwise nil.
  public var outcome: KubeletOutcome?
  /// The policy in the specification that the user supplied, or in the pod's manifest on the node; nil if it is
  /// unknown.
  public var restartPolicy: RestartPolicy?
  /// The field on which the decision depends.
  public var field: RuleField?
  /// The value before the change that makes kubelet act; nil if there is none.
  public var before: FindingValue?
  /// The value after the change that makes kubelet act; nil if there is none.
  public var after: FindingValue?
  /// The time at which kubelet acts; nil if it keeps the pod.
  public var trigger: Trigger?
  /// The containers that kubelet restarts.
  public var containers: [String]
  /// What kubelet does under each policy, if the policy is unknown and decides; otherwise empty.
  public var alternatives: [Alternative] = []
  /// The running containers that kubelet does not start again in the new sandbox if they exit with 0 when it stops the
  /// old one, because the init containers come first. Kubernetes counts such a container as completed.
  public var completedIfStopped: [String] = []
  /// Whether Kubernetes counts the pod as completed if its running containers exit with 0 when kubelet stops them.
  public var mayCountAsCompleted = false
  /// The completed containers that kubelet runs once more, because their records are gone.
  public var repeated: [String] = []
  /// The containers that ended during the change and that kubelet does not start again, because their restart policy is
  /// known and does not allow it, although it keeps the pod.
  public var leftEnded: [String] = []
  /// Whether the pod was ready before the change. If it was not, containers were running in a sandbox that was not
  /// ready.
  public var wasReady = true
  /// Whether neither a ready sandbox nor a running container of the pod is left, so that kubelet stops nothing.
  public var isDown = false
  /// Whether all containers of the pod have ended, so that kubelet stops at most an empty sandbox.
  public var isIdle = false
  /// Whether the pod has a ready sandbox that kubelet has created since the earlier snapshot.
  public var isRecreated = false
  /// Whether kubelet has ended a static pod, but runs it again after its own restart, because it then knows only the
  /// runtime's records, which are gone.
  public var runsAgainLater = false
  /// Whether the outcome depends on an unknown restartPolicy, because some policies prevent kubelet from restarting
  /// exited containers (B4) or from recreating the pod.
  public var dependsOnPolicy = false
  /// Whether the pod may end instead: if the unknown restartPolicy does not allow the containers to be restarted and no
  /// other container is left to run (B7), or if all its containers complete when kubelet stops the old sandbox.
  public var mayEnd = false
  /// Whether some of the containers may be init containers, which kubelet does not restart while the others are
  /// running.
  public var dependsOnKind = false
  /// The kind of the object that controls the pod, such as `Job`; nil if it is unknown or if no object controls the
  /// pod.
  public var owner: String?

  /// Whether the pod has ended and kubelet has nothing left to stop or start.
  public var hasEnded: Bool { action == .kill && isDown }

  /// What kubelet does under some of the policies that an unknown one may be.
  public struct Alternative: Hashable, Sendable {
    /// The policies, in the order of `RestartPolicy`.
    public var policies: [RestartPolicy]
    /// What kubelet does to the pod.
    public var action: Action
    /// The rule that decides; nil if kubelet keeps the pod.
    public var rule: KubeletRule?
    /// The containers that kubelet restarts, or that have ended.
    public var containers: [String]
    /// The time at which kubelet acts; nil if it keeps the pod.
    public var trigger: Trigger?
  }

  package init(pod: PodName, restartPolicy: RestartPolicy?) {
    self.pod = pod
    self.restartPolicy = restartPolicy
    action = .keep
    containers = []
  }
}
