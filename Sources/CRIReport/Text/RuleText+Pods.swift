internal import CRIRules

extension RuleText {
  /// Why the rules about pods matter.
  static func podReason(_ id: RuleID) -> String? {
    switch id {
    case .podMetadata: "kubelet identifies a pod by its UID"
    case .podAttempt: "kubelet increments the attempt when it recreates the pod"
    case .podCreated: "kubelet treats the newest sandbox as the pod's current one"
    case .podSurvivor: "the runtime still reports the sandbox as ready, although it cannot have survived the reboot"
    case .podIP: "peers and Services reach the pod by this address, and kubelet kills a pod without an address"
    case .podNoIP: "the earlier snapshot contains no address of the pod either, and kubelet kills a pod without one"
    case .podNewIP: "kubelet kills a pod without an address"
    case .podAdditionalIPs: "Services and the pod's status use the additional addresses"
    case .podFamilies: "Services and the pod's status use the addresses of both families"
    case .podNamespaces: "kubelet recreates a pod whose network mode has changed"
    case .podLabels: "kubelet finds a pod's sandbox by its labels"
    case .podNewLabels: "kubelet finds a pod's sandbox by its labels"
    case .podAnnotations: "kubelet (for static pods), CNI plugins and NRI plugins read the annotations"
    case .podNewAnnotations: "CNI plugins and NRI plugins read the annotations"
    case .podHandler: "a different OCI runtime cannot manage the pod's containers"
    case .podNetns: "the runtime reports a different network namespace for the pod, or none"
    case .podNetnsClosed: "the runtime reports that the pod's network namespace no longer exists"
    case .podPID: "the pause process keeps the pod's namespaces alive"
    case .podCNI: "the runtime needs the CNI result to remove the pod's network"
    case .podNewCNI: "the runtime needs the CNI result to remove the pod's network"
    case .podProcess: "the pause process keeps the pod's namespaces alive"
    case .podNetnsInode: "the pod's network namespace is gone or was replaced"
    case .podState: "kubelet replaces a sandbox that is not ready"
    case .podMissing: "the runtime has lost the sandbox: kubelet creates a new one"
    case .podReplaced: "kubelet stopped the pod's containers and recreated the pod"
    case .podSuccessor: "the pod has no ready sandbox: kubelet has not recreated the pod"
    case .podSeveralReady: "kubelet kills a pod that has more than one ready sandbox"
    case .podDuplicateIP: "two pods have the same address"
    case .podOutsideCIDR:
      "the address is not in any subnet of the CNI configuration: packets to it may be routed elsewhere"
    case .podNetworkGone: "the network behind the pod's address is gone or down"
    case .podNetworkMismatch: "the runtime, the kernel and CNI disagree about the pod's network"
    case .podNetworkFaultyBefore: "the pod's network was already faulty before the change"
    case .podClock:
      "the time is in the future: kubelet treats this sandbox as the newest even after it has created a new one"
    case .podClockSetBack:
      "the pod's creation time has not changed, but is in the future: the node's clock was set back"
    case .podCollected: "a sandbox that was not ready is gone, as after kubelet's garbage collection"
    case .podRecordLost:
      "the record of a sandbox that was not ready is gone although kubelet, which removes such records, was not running"
    case .podDeleted:
      "kubelet no longer has a directory for the pod: the pod was deleted, the manifest of a static pod was changed or removed, "
        + "or the node was drained"
    case .podFinished:
      "the pod has ended: it has completed, or was stopped (a container that exits with 0 when it is stopped counts as completed)"
    case .podCutOff:
      "the pod has ended while kubelet recreated other pods: if kubelet has stopped it, its work was interrupted, although "
        + "Kubernetes counts a container that exits with 0 as completed"
    case .podYoung: "the pod was created less than ten seconds before the snapshot, and no longer has a ready sandbox"
    case .podCameBack: "a sandbox that was not ready is ready again"
    case .podRunsAgain:
      "the pod had completed before the change, and kubelet runs it again, because the runtime has lost its records"
    case .podRunsAgainLater:
      "the pod had completed before the change, and the runtime has lost its records: kubelet remembers it until its next "
        + "restart, and then runs it again"
    case .podEndedBefore:
      "the pod had ended before the change: all of its containers had exited, and its restart policy restarts none of "
        + "them"
    case .podEnded: "because of its restart policy, kubelet does not recreate the pod, whose work was interrupted"
    case .podDeadBefore:
      "the pod was lost before the change: its pause process had already ended, although the runtime still reported it as ready"
    case .podDeadUnnoticed:
      "the pod was lost before the change: its pause process has ended, and neither the runtime nor kubelet has noticed"
    case .podNotReadyBefore:
      "the pod was lost before the change: its sandbox was not ready, although containers in it were running"
    default: nil
    }
  }
}
