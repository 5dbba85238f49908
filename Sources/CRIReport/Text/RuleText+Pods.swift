internal import CRIRules

extension RuleText {
  /// Why the rules about pods matter.
  static func podReason(_ id: RuleID) -> String? {
    switch id {
    case .podMetadata: "kubelet knows a pod by its uid"
    case .podAttempt: "it grows when kubelet makes the pod anew"
    case .podCreated: "kubelet takes the newest sandbox for the pod's"
    case .podSurvivor: "the runtime takes a sandbox for ready that the reboot has ended"
    case .podIP: "peers and Services know the pod by it, and kubelet kills a pod that has none"
    case .podNoIP: "it had none before the change either, and kubelet kills such a pod"
    case .podNewIP: "kubelet kills a pod that has none"
    case .podAdditionalIPs: "the pod's other family, in Services and its status"
    case .podFamilies: "the pod's other family, in Services and its status"
    case .podNamespaces: "kubelet replaces a pod whose network mode changed"
    case .podLabels: "kubelet finds a pod's sandbox by its labels"
    case .podNewLabels: "kubelet finds a pod's sandbox by its labels"
    case .podAnnotations: "static pods, CNI and NRI plugins read them"
    case .podNewAnnotations: "CNI and NRI plugins read them"
    case .podHandler: "another OCI runtime cannot manage the pod's containers"
    case .podNetns: "the pod lives in another network, or in none"
    case .podNetnsClosed: "the runtime says that it is gone"
    case .podPID: "the pause process holds the pod's namespaces"
    case .podCNI: "the runtime cannot undo a network that it forgot"
    case .podNewCNI: "the runtime cannot undo a network that it does not know"
    case .podProcess: "the pause process holds the pod's namespaces"
    case .podNetnsInode: "the pod's network is gone, or another's"
    case .podState: "kubelet replaces a sandbox that is not ready"
    case .podMissing: "the runtime forgot a sandbox whose processes may still run"
    case .podReplaced: "kubelet stopped its containers and recreated the pod"
    case .podSuccessor: "the pod has no ready sandbox: kubelet did not make it anew"
    case .podSeveralReady: "kubelet kills a pod that has two ready sandboxes"
    case .podDuplicateIP: "two pods answer to one address"
    case .podOutsideCIDR: "it is in no subnet of CNI's configuration: others may route it away"
    case .podNetworkGone: "the network behind the pod's address is gone"
    case .podNetworkMismatch: "runtime, kernel and CNI do not agree on the pod's network"
    case .podNetworkAlready: "the pod's network was wrong before the change too"
    case .podClock: "later than now: kubelet picks the wrong sandbox for ever"
    case .podCollected: "a sandbox that was not ready is gone, as kubelet's garbage collection does"
    case .podDeleted: "kubelet has no directory for the pod any more: it was deleted or drained"
    case .podFinished: "a Job's pod that has ended, by itself or with the node: its Job makes another where one is due"
    case .podYoung: "it was made less than ten seconds before the snapshot, and is gone"
    case .podCameBack: "a sandbox that was stopped is ready again"
    default: nil
    }
  }
}
