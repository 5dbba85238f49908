internal import CRIRules

extension RuleText {
  /// Why the rules about the node matter.
  static func nodeReason(_ id: RuleID) -> String? {
    switch id {
    case .runtimeName: "a different runtime responds"
    case .runtimeVersion: "the version has changed, which a restart should not do"
    case .runtimeRebootedVersion: "a different version has been running since the reboot"
    case .runtimeReady: "kubelet marks the node NotReady"
    case .runtimeNetwork: "kubelet refuses to start pods that need a network"
    case .runtimeNetworkNotReadyBefore:
      "the network was not ready before either: kubelet refuses to start pods that need a network"
    case .runtimeCondition: "the runtime reports a new problem or warning"
    case .runtimeHandlers: "the runtime can no longer manage pods that use this handler"
    case .runtimeUnusedHandlers: "the handler is gone, but no ready pod used it"
    case .runtimeFeatures: "pods that need these features cannot start"
    case .runtimeUsedHandlers: "pods that use this handler cannot start"
    case .runtimeCgroupDriver: "pods are killed if kubelet has a different cgroup driver"
    case .runtimeCNI: "new pods get a different network from existing pods"
    case .runtimePauseImage: "no pod can start until the image is pulled"
    case .runtimeOCI: "a different OCI runtime cannot manage the running containers"
    case .runtimeOCIPath: "the runtime now uses a different executable with the same name"
    case .runtimeOCIVersion: "containers that are created from now on use this version"
    case .runtimeDaemon: "the runtime was restarted too: verify its restart"
    case .runtimeAPI: "kubelet 1.26 and later use only v1"
    case .runtimeOldAPI: "kubelet before 1.23 and older agents use only v1alpha2"
    case .runtimeDroppedAPI: "kubelet before 1.23 and older agents use only v1alpha2"
    case .runtimeBinary: "the daemon is still running an executable that was replaced or deleted: restart it"
    case .hostBoot: "the node was rebooted, which is not part of this scenario"
    case .nodeName:
      "kubelet registers the node under the new name when it starts: it kills the pods of the old one, and starts only "
        + "static pods again"
    case .runtimeOrphan: "the process is still running, but the runtime has lost it: kubelet starts a second one"
    case .runtimeOrphanBefore:
      "the process is running, but was not listed before the change either: a second one may be running"
    case .runtimeLeftover: "the runtime does not list this process, but it is harmless"
    case .imageMissing: "the image must be pulled again, because a ready pod uses it or because it was pinned"
    case .imageReplaced: "pods that use the image get a different one at their next start"
    case .imageCollected: "the image is gone, but no ready pod used it"
    case .imageNames: "the image now has different names"
    case .imagePinned: "kubelet may delete an image that is not pinned; without the pause image, no pod can start"
    case .runtimeWiped:
      "the runtime has removed or lost all of its pods, and a change of its minor version is not the reason"
    case .imageUnpinned: "this version does not pin images: kubelet may delete the image when the disk is full"
    default: nil
    }
  }
}
