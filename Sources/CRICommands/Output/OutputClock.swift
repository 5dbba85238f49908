internal import CRICommandLine

/// Ends rendering that takes longer than `--timeout`: a runtime's response must not keep a command busy for longer than
/// the runtime itself may take.
struct OutputClock: Sendable {
  private let timeout: Duration
  let deadline: ContinuousClock.Instant

  /// Starts the clock.
  init(within timeout: Duration) {
    self.timeout = timeout
    deadline = .now + timeout
  }

  /// Called between the parts of the output.
  func check() throws(Failure) {
    guard deadline <= .now else { return }
    throw Failure(
      .timedOut,
      "the response was not sorted and written within \(timeout); specify a longer --timeout, or select fewer objects")
  }
}
