/// The times at which a call fails.
struct CallLimit: Sendable {
  /// The timeout for the whole call; nil for no limit.
  let timeout: Duration?
  /// The timeout for the first response message; nil for no limit.
  let firstResponseTimeout: Duration?
  /// The time at which the call must be complete; nil for no limit.
  let deadline: ContinuousClock.Instant?
  /// The time at which the first response message must have arrived; nil for no limit.
  let firstResponseDeadline: ContinuousClock.Instant?

  /// Starts the clock.
  init(_ options: Channel.Options) {
    let now = ContinuousClock.now
    timeout = options.timeout
    firstResponseTimeout = options.firstResponseTimeout
    deadline = options.timeout.map { now + $0 }
    firstResponseDeadline = options.firstResponseTimeout.map { now + $0 }
  }

  /// The timeout that has elapsed when a call fails at a deadline.
  func elapsed(hasResponse: Bool) -> Duration? {
    let pending = hasResponse ? nil : firstResponseTimeout
    return [timeout, pending].compactMap { $0 }.min()
  }
}
