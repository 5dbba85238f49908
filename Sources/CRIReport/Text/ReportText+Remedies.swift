package import CRIVerify

/// The remedies in the last line of verify's report. What to do about kubelet depends on whether it is running.
extension ReportText {
  package func remedy(_ remedy: Remedy, _ kubelet: KubeletActivity = .unknown) -> String {
    worded(Self.text(of: remedy, kubelet))
  }

  /// What must not happen to kubelet before the loss is dealt with.
  private static func donts(_ kubelet: KubeletActivity) -> String {
    kubelet == .running ? "do not restart kubelet" : "do not start kubelet"
  }

  /// How to make sure that kubelet does not act.
  private static func stop(_ kubelet: KubeletActivity) -> String {
    switch kubelet {
    case .running: "stop kubelet now"
    case .stopped: "keep kubelet stopped"
    case .unknown: "keep kubelet stopped, or stop it now"
    }
  }

  /// What keeps the pods' work going before kubelet acts. A drain cannot end while kubelet is stopped.
  private static func drain(_ kubelet: KubeletActivity, or alternative: String) -> String {
    kubelet == .stopped
      ? "cordon the node, and start replacements for these pods on other nodes first"
      : "drain the node, or \(alternative)"
  }

  static func text(of remedy: Remedy, _ kubelet: KubeletActivity) -> String {
    switch remedy {
    case .judgeContainers: "containers were restarted: check what they did in the meantime"
    case .judgePods: "pods were stopped and recreated: check what they did in the meantime"
    case .waitForKubelet:
      kubelet == .stopped
        ? "kubelet is not running, so it has not recreated these pods: start it, and verify again with --wait"
        : "kubelet has not recreated these pods: see its log, and wait longer with --wait"
    case .recreateForgottenPods:
      "\(donts(kubelet)): its next start kills these pods; \(drain(kubelet, or: "recreate them one by one")) "
        + "(containerd#7843)"
    case .repairCNI:
      "\(donts(kubelet)): repair CNI until cri preflight finds nothing, and restart the runtime again, which restores "
        + "the addresses"
    case .endOrphans:
      "\(stop(kubelet)): it starts a second copy of what is still running; "
        + (kubelet == .stopped ? "cordon" : "drain") + " the node, and end these processes first"
    case .restoreNodeName:
      "\(donts(kubelet)): set the earlier host name again (hostnamectl set-hostname), or start kubelet with the earlier name "
        + "(--hostname-override)"
    case .keepKubeletStopped:
      kubelet == .stopped
        ? "keep kubelet stopped: it acts on this as soon as it starts; cordon the node, and start replacements for these pods on "
          + "other nodes first"
        : "\(stop(kubelet)): it acts as soon as it notices this; drain the node first"
    case .recreatePods:
      "\(donts(kubelet)): its next start kills these pods; \(drain(kubelet, or: "recreate them one by one"))"
    case .restartContainers:
      "\(donts(kubelet)): its next start restarts these containers; "
        + drain(kubelet, or: "restart them one by one")
    case .findCause:
      "kubelet restarts these containers\(kubelet == .stopped ? " when it starts" : "") if their restartPolicy allows it; "
        + "find out why they ended before you continue with other nodes"
    case .recreateBrokenPods:
      "recreate these pods: neither the runtime nor kubelet notices that their network is broken"
    case .restartUnwatched: "restart these containers at a convenient time: until then, they run without a monitor"
    case .stopDeadObjects:
      "stop these pods or containers (cri stopp, cri stop), so that kubelet starts them again: they had ended before the "
        + "change"
    case .stopCopies:
      "stop the older copies (cri stop): two copies of the same container run at the same time"
    case .repairNetwork: "repair the CNI configuration: until then, the node is NotReady and accepts no pods"
    case .repeatWork:
      "some pods or containers have ended, and their restartPolicy does not start them again: repeat their work where it is needed"
    case .expectForgottenPods:
      "these pods have ended, and the static ones without records run again when kubelet restarts: remove their manifests if "
        + "they must not run twice, and repeat the work of the others where it is needed"
    case .letKubeletRecreate:
      "nothing of these pods is running, and kubelet recreates them\(kubelet == .stopped ? " when it starts" : ""); find out "
        + "why they ended before you continue with other nodes"
    case .removeManifests:
      kubelet == .running
        ? "these completed pods run again, now or when kubelet restarts: remove their manifests if they must not run twice"
        : "these completed pods run again when kubelet starts: remove their manifests first if they must not run twice"
    case .pullImages: "pull the images again before a pod needs them"
    case .restartRuntime: "restart the runtime: it is still running an executable that was replaced or deleted"
    case .learnCause: "find the cause before you continue with other nodes"
    case .understandFirst: "\(donts(kubelet)) until you have found the cause"
    }
  }
}
