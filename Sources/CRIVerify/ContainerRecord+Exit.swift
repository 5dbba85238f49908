internal import CRIMessages
internal import CRISnapshot

extension ContainerRecord {
  /// How the container has ended. If its process exits while the daemon is down, containerd sets the exit code 255 and
  /// the reason `Unknown` (`unknownExitCode`), and CRI-O sets -1, so if the restart policy is OnFailure, kubelet
  /// repeats work that was already finished.
  var exit: FindingValue {
    let code = status.exitCode
    return code == 255 && status.reason == "Unknown" || code == -1 ? .exitedUnseen(code) : .exited(code)
  }
}
