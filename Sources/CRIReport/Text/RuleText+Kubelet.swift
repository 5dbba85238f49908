internal import CRIRules
internal import CRISnapshot
package import CRIVerify

/// What the reason of a rule says about kubelet's reaction. A report contains this only if the prediction about the pod
/// agrees with it.
struct KubeletClaim: Sendable {
  /// What kubelet does if the reason is true.
  let actions: Set<Prediction.Action>
  /// Whether the reason says that the outcome depends on the restartPolicy.
  let namesPolicy: Bool
  /// The reason without what it says about kubelet's reaction.
  let reason: String

  fileprivate init(_ actions: Set<Prediction.Action>, namesPolicy: Bool = false, otherwise reason: String) {
    self.actions = actions
    self.namesPolicy = namesPolicy
    self.reason = reason
  }

  /// Whether kubelet does what the reason says under each policy that the pod may have.
  fileprivate func agrees(with prediction: Prediction, about object: ObjectName) -> Bool {
    let outcomes =
      [(prediction.action, prediction.containers)] + prediction.alternatives.map { ($0.action, $0.containers) }
    let agreements = outcomes.map { action, containers in
      // A restart of other containers does not concern this one.
      actions.contains(action)
        && (action != .restartContainers || object.kind != .container || containers.contains(object.name))
    }
    return agreements.allSatisfy(\.self) || namesPolicy && agreements.contains(true)
  }
}

extension ReportText {
  /// Why a finding matters. It does not contradict the prediction about the finding's pod.
  package func reason(of finding: Finding) -> String {
    guard let claim = RuleText.claim(finding.rule.id), let reaction = finding.reaction,
      !claim.agrees(with: reaction, about: finding.object)
    else { return rule(finding.rule.id).reason }
    return worded(claim.reason)
  }
}

extension RuleText {
  /// What the reason of a verify rule says about kubelet's reaction; nil if it says nothing about it.
  static func claim(_ id: RuleID) -> KubeletClaim? {
    let (replaces, stops): (Set<Prediction.Action>, Set<Prediction.Action>) = ([.recreate], [.recreate, .kill])
    let starts: Set<Prediction.Action> = [.restartContainers, .recreate]
    return switch id {
    case .podIP: KubeletClaim(stops, otherwise: "peers and Services reach the pod by this address")
    case .podNoIP: KubeletClaim(stops, otherwise: "the earlier snapshot contains no address of the pod either")
    case .podNewIP: KubeletClaim(stops, otherwise: "nothing reaches a pod without an address")
    case .podNamespaces: KubeletClaim(replaces, otherwise: "the pod shares different namespaces with its node")
    case .podState: KubeletClaim(replaces, otherwise: "the sandbox is not ready any longer")
    case .podMissing: KubeletClaim(replaces, otherwise: "the runtime has lost the sandbox")
    case .podSeveralReady: KubeletClaim(stops, otherwise: "the pod has more than one ready sandbox")
    case .podRunsAgain:
      KubeletClaim(
        replaces, otherwise: "the pod had completed before the change, and the runtime has lost its records")
    case .podRunsAgainLater:
      KubeletClaim(
        [.kill], otherwise: "the pod had completed before the change, and the runtime has lost its records")
    case .podEnded: KubeletClaim([.kill], otherwise: "the pod has no ready sandbox, and its work was interrupted")
    case .containerExitCode: KubeletClaim(starts, otherwise: "the code with which the container exited is lost")
    case .containerHash:
      KubeletClaim(starts, otherwise: "kubelet compares the hash with that of the container's specification")
    case .containerNoHash: KubeletClaim(starts, otherwise: "the runtime does not keep the hash that kubelet compares")
    case .containerState:
      KubeletClaim(starts, namesPolicy: true, otherwise: "the container is in a different state")
    case .containerMissing: KubeletClaim(starts, otherwise: "the runtime has lost the container")
    case .containerForgotten:
      KubeletClaim(
        starts, otherwise: "the pod's last container with this name is gone, which kubelet itself never removes")
    case .containerInitialised:
      KubeletClaim([.keep, .restartContainers], otherwise: "the init container has finished its work")
    case .containerWithoutSandbox:
      KubeletClaim(replaces, otherwise: "the container is running, but its sandbox is gone")
    case .runtimeOrphan:
      KubeletClaim(starts, otherwise: "the process is still running, but the runtime has lost it")
    default: nil
    }
  }
}
