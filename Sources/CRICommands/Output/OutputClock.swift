internal import CRICommandLine

/// Ends the rendering of an answer that takes longer than `--timeout` allows: what a runtime says must not keep a command
/// busy for longer than the runtime itself may take.
struct OutputClock: Sendable {
  private let timeout: Duration
  private let deadline: ContinuousClock.Instant

  /// Starts now.
  init(within timeout: Duration) {
    self.timeout = timeout
    deadline = .now + timeout
  }

  /// To be asked between the parts of the output.
  func check() throws(Failure) {
    guard deadline <= .now else { return }
    throw Failure(
      .late,
      "the answer was not sorted and written within \(timeout); allow more with --timeout, or select fewer objects")
  }
}
