internal import CRIMessages
internal import CRISnapshot

extension ContainerRecord {
  /// How the container has ended.
  var exit: FindingValue { hasOwnExitCode ? .exited(status.exitCode) : .exitedUnseen(status.exitCode) }

  /// Whether the exit code is that of the container's process. If it exits while the daemon is down, containerd sets
  /// the exit code 255 and the reason `Unknown` (`unknownExitCode`), and CRI-O sets -1, so if the restart policy is
  /// OnFailure, kubelet repeats work that was already finished.
  var hasOwnExitCode: Bool {
    !(status.exitCode == 255 && status.reason == "Unknown" || status.exitCode == -1)
  }
}
