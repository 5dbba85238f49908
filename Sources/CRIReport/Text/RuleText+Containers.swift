internal import CRIRules

extension RuleText {
  /// Why the rules about containers matter.
  static func containerReason(_ id: RuleID) -> String? {
    switch id {
    case .containerCreatedState: "it was created and not started"
    case .containerExitCode: "kubelet runs a finished job again when its code is lost"
    case .containerExitReason: "why it ended is lost"
    case .containerFinished: "when it ended is lost"
    case .containerPID: "another process, or none, runs in its place"
    case .containerCreated: "its age is lost"
    case .containerStarted: "it was started again, or its checkpoint is lost"
    case .containerAttempt: "it grows when kubelet starts a container again"
    case .containerRestartCount: "kubelet's count of restarts"
    case .containerHash: "kubelet restarts a container whose hash differs"
    case .containerEndedHash: "kubelet compares it only where a container runs"
    case .containerName: "kubelet knows a container by its name"
    case .containerSandbox: "it belongs to another pod now"
    case .containerLabels: "kubelet finds a pod's containers by their labels"
    case .containerAnnotations: "kubelet reads grace periods and hooks from them"
    case .containerNewHash: "kubelet has another specification"
    case .containerNoHash: "kubelet restarts a container without one, again and again"
    case .containerImage: "what the pod asked for"
    case .containerImageRef: "what it runs"
    case .containerNewImageRef: "what it runs"
    case .containerImageID: "what it runs"
    case .containerLogPath: "log shippers and kubectl logs follow it"
    case .containerLogLayout: "log shippers look for it in /var/log/pods"
    case .containerMounts: "kubelet reads termination messages through them"
    case .containerNewMounts: "it lacks a volume that it had"
    case .containerResources: "kubelet resizes pods from here"
    case .containerUser: "who it runs as"
    case .containerStopSignal: "how it is stopped"
    case .containerProcess: "it does not run, whatever the runtime says"
    case .containerMonitor: "its output is no longer read, and its exit status is lost"
    case .containerLogFile: "what it writes is nowhere to be read"
    case .containerExec: "the runtime does not reach its shim: kubectl exec and probes fail"
    case .containerCgroup: "limits and statistics are of another place"
    case .containerState: "kubelet goes by it: what does not run it starts again as restartPolicy says"
    case .containerMissing: "the runtime forgot a container whose process may still run: kubelet starts a second"
    case .containerReplaced: "it ended, and was started again"
    case .containerSuccessor: "it ran before, and none of its name runs in the new pod"
    case .containerForgotten:
      "kubelet never collects the last container of a name in a pod that lives, and runs it again"
    case .containerCollected: "a container that had ended is gone, as kubelet's garbage collection does"
    case .containerFinishedJob: "a Job's container that came to its end"
    case .containerYoung: "it was made less than ten seconds before the snapshot, and is gone"
    default: nil
    }
  }
}
