internal import CRIRules

extension RuleText {
  /// Why the rules about containers matter.
  static func containerReason(_ id: RuleID) -> String? {
    switch id {
    case .containerCreatedState: "the container was created but had not been started"
    case .containerExitCode: "kubelet runs a finished job again if its exit code is lost"
    case .containerExitReason: "the reason why the container exited is lost"
    case .containerFinished: "the time when the container exited is lost"
    case .containerPID: "the runtime reports a different process for the container, or none"
    case .containerCreated: "the container's age is lost"
    case .containerStarted: "the container was started again, or its checkpoint is lost"
    case .containerAttempt: "kubelet increments the attempt when it starts the container again"
    case .containerRestartCount: "kubelet counts the container's restarts here"
    case .containerHash: "kubelet restarts a container whose hash differs"
    case .containerEndedHash: "kubelet compares the hash of running containers only"
    case .containerName: "kubelet identifies a container by its name"
    case .containerSandbox: "the container now belongs to a different sandbox"
    case .containerLabels: "kubelet finds a pod's containers by their labels"
    case .containerAnnotations: "kubelet reads grace periods and hooks from the annotations"
    case .containerNewHash: "the pod's specification or kubelet has changed"
    case .containerNoHash: "kubelet restarts a container without a hash again and again"
    case .containerImage: "this is the image that the pod requested"
    case .containerImageRef: "this identifies the image that the container runs"
    case .containerNewImageRef: "this identifies the image that the container runs"
    case .containerImageID: "this identifies the image that the container runs"
    case .containerLogPath: "log shippers and kubectl logs read the log at this path"
    case .containerLogLayout: "log shippers look for logs in /var/log/pods"
    case .containerMounts: "kubelet reads termination messages through the mounts"
    case .containerNewMounts: "the container lacks a mount that it had before"
    case .containerResources: "kubelet uses these values to resize the pod"
    case .containerUser: "the container runs as this user"
    case .containerStopSignal: "the runtime stops the container with this signal"
    case .containerProcess: "the process is not running, although the runtime reports the container as running"
    case .containerMonitor: "the container's output is no longer read, and its exit status will be lost"
    case .containerLogFile: "the log file no longer exists, so the container's output cannot be read"
    case .containerExec: "the runtime cannot start a process in the container: kubectl exec and exec probes fail"
    case .containerCgroup: "the container's limits and statistics are those of a different cgroup"
    case .containerState: "kubelet restarts a container that is not running, if restartPolicy allows it"
    case .containerMissing: "the runtime has lost the container: kubelet starts a new one"
    case .containerReplaced: "the container ended and was started again"
    case .containerSuccessor: "the container was running before, but none with its name is running in the recreated pod"
    case .containerForgotten:
      "the pod's last container with this name is gone: kubelet itself never removes it, and starts the container again"
    case .containerCollected: "a container that had exited is gone, as after kubelet's garbage collection"
    case .containerRecordLost:
      "the record of a container that had exited is gone although kubelet, which removes such records, was not running"
    case .containerRunsAgain:
      "the container had completed before the change, and kubelet has run it again without its record"
    case .containerFinishedJob: "the container has completed, and its Job or its restart policy does not run it again"
    case .containerInitialised:
      "the init container has finished its work, and kubelet continues with the next container"
    case .containerEndedAgain:
      "the container had already ended again and again before the change, and has ended in the same way since"
    case .containerYoung: "the container was created less than ten seconds before the snapshot, and is gone"
    case .containerDeadBefore:
      "the container was lost before the change: its process had already ended, although the runtime still reported it as running"
    case .containerDeadUnnoticed:
      "the container was lost before the change: its process has ended, and neither the runtime nor kubelet has noticed"
    case .containerSeveralRunning:
      "two copies of the container run at the same time, and kubelet manages only the newest"
    case .containerWithoutSandbox:
      "the container is running, but its sandbox is gone: kubelet finds no sandbox for the pod, and creates a second copy"
    default: nil
    }
  }
}
