internal import CRIRules

extension RuleText {
  /// Why the rules about the node matter.
  static func nodeReason(_ id: RuleID) -> String? {
    switch id {
    case .runtimeName: "another runtime answers"
    case .runtimeVersion: "a restart changes no version"
    case .runtimeRebootedVersion: "another version runs since the reboot"
    case .runtimeReady: "kubelet marks the node NotReady"
    case .runtimeNetwork: "kubelet refuses pods that need a network"
    case .runtimeNetworkAlready: "it was not ready before either: kubelet refuses pods that need a network"
    case .runtimeCondition: "the runtime has something to say"
    case .runtimeHandlers: "pods of that RuntimeClass cannot be managed"
    case .runtimeUnusedHandlers: "no pod has that RuntimeClass now"
    case .runtimeFeatures: "pods that need them cannot be started"
    case .runtimeUsedHandlers: "pods of that RuntimeClass cannot start"
    case .runtimeCgroupDriver: "another one than kubelet's kills pods"
    case .runtimeCNI: "new pods get another network than old ones"
    case .runtimePauseImage: "no pod starts until it is pulled"
    case .runtimeOCI: "another one cannot manage the containers that run"
    case .runtimeOCIPath: "another file of that name is used from now on"
    case .runtimeOCIVersion: "it is used from the next container on"
    case .runtimeDaemon: "the runtime was restarted too: verify that"
    case .runtimeAPI: "kubelet from 1.26 speaks only v1"
    case .runtimeOldAPI: "kubelet before 1.23 and older agents speak only v1alpha2"
    case .runtimeDroppedAPI: "kubelet before 1.23 and older agents speak only v1alpha2"
    case .runtimeBinary: "the daemon is older than the shims and tools beside it: restart it"
    case .hostBoot: "the node was rebooted: a restart was expected"
    case .runtimeOrphan: "it lives, and the runtime forgot it: kubelet starts a second"
    case .runtimeOrphanAlready:
      "it lives, and the runtime did not list it before the change either: a second may run beside it"
    case .runtimeLeftover: "a process that the runtime does not list, and that does no harm"
    case .imageMissing: "it must be pulled again: a ready pod uses it, or it is pinned"
    case .imageReplaced: "what a ready pod uses is another image from its next start on"
    case .imageCollected: "an image that no ready pod uses is gone"
    case .imageNames: "the image is found by other names"
    case .imagePinned: "kubelet may delete it; without the pause image no pod starts"
    case .imageUnpinned: "this version pins no image: kubelet may delete it when the disk is full"
    default: nil
    }
  }
}
