internal import CRI
internal import CRISystem

/// Determines the delay before the next poll of a runtime that is not ready.
///
/// A runtime that responds is polled so often that the delay in noticing its readiness is at most a twentieth of the
/// time that it has responded so far. A runtime that does not respond is polled at growing intervals, and immediately
/// when its socket is replaced.
struct PollInterval {
  private static let first = Duration.milliseconds(15)

  private let path: String
  private let longest: Duration
  private var failures: Backoff
  /// The time of the first of several consecutive responses.
  private var respondingSince: ContinuousClock.Instant?
  private var replacement: ReplacementWatch?

  /// - Parameter longest: The longest delay after a poll without a response.
  init(_ endpoint: Endpoint, longest: Duration) { self.init(endpoint.path, longest) }

  private init(_ path: String, _ longest: Duration) {
    self.path = path
    self.longest = longest
    failures = Backoff(first: Self.first, limit: longest)
  }

  /// Starts over, because the runtime was ready or its socket is missing.
  mutating func reset() { self = PollInterval(path, longest) }

  /// Returns the delay after a response that says that the runtime is not ready.
  mutating func afterResponse(at now: ContinuousClock.Instant) -> Duration {
    failures.reset()
    let since = respondingSince ?? now
    respondingSince = since
    return min(max((now - since) / 20, Self.first), .milliseconds(500))
  }

  /// Returns the delay after a failure, or after an error that looks permanent.
  mutating func afterFailure() -> Duration {
    respondingSince = nil
    return failures.delay()
  }

  /// Waits for the delay, or until another server replaces the socket.
  mutating func pause(_ delay: Duration) async {
    let watch = replacement ?? ReplacementWatch(path)
    replacement = watch
    guard let watch else { return await CRISystem.pause(delay) }
    if await watch.pause(atMost: delay) { reset() }
  }
}
