internal import CRISystem

/// Waits until a session of `attach` has no more output, before the end of its input is sent.
///
/// containerd ends the session when its input ends, unless the container was created with `stdin_once` and without
/// `tty`. The response to the last input would then be lost (containerd, `pkg/cri/io/container_io.go`, `Attach`).
final class OutputIdleWait: Sendable {
  /// A container that writes nothing for this long has probably responded.
  private static let quietTime = Duration.seconds(1)
  /// The maximum wait, for a container that never stops writing.
  private static let longestWait = Duration.seconds(10)

  private let lastOutput = Locked(ContinuousClock.now)

  /// Call this for each piece of output.
  func noteOutput() { lastOutput.withLock { $0 = .now } }

  /// Returns when there has been no output for a second, after 10 seconds at the latest, or when the task is cancelled.
  func wait() async {
    let start = ContinuousClock.now
    while !Task.isCancelled {
      let quietSince = max(start, lastOutput.withLock { $0 })
      let end = min(quietSince + Self.quietTime, start + Self.longestWait)
      guard .now < end else { return }
      await pause(end - .now)
    }
  }
}
