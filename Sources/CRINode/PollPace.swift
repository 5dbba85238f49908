internal import CRI
internal import CRISystem

/// How soon a runtime that is not ready is asked again.
///
/// A runtime that answers is asked often, so that the end of its recovery is noticed within a twentieth of the time that
/// it took. One that does not answer is asked less and less, until its socket is replaced, which wakes at once.
struct PollPace {
  private static let first = Duration.milliseconds(15)

  private let path: String
  private let longest: Duration
  private var failures: Backoff
  /// When the first of several answers in a row came.
  private var answersSince: ContinuousClock.Instant?
  private var replacement: ReplacementWatch?

  /// - Parameter longest: the longest delay after no answer.
  init(_ endpoint: Endpoint, longest: Duration) { self.init(endpoint.path, longest) }

  private init(_ path: String, _ longest: Duration) {
    self.path = path
    self.longest = longest
    failures = Backoff(first: Self.first, limit: longest)
  }

  /// Begins again: the runtime was ready, or its socket is missing.
  mutating func reset() { self = PollPace(path, longest) }

  /// The delay after an answer that says that the runtime is not ready.
  mutating func afterAnswer(at now: ContinuousClock.Instant) -> Duration {
    failures.reset()
    let since = answersSince ?? now
    answersSince = since
    return min(max((now - since) / 20, Self.first), .milliseconds(500))
  }

  /// The delay after no answer, or one that looks permanent.
  mutating func afterFailure() -> Duration {
    answersSince = nil
    return failures.delay()
  }

  /// Waits; not so long where another server takes the socket's place.
  mutating func pause(_ delay: Duration) async {
    let watch = replacement ?? ReplacementWatch(path)
    replacement = watch
    guard let watch else { return await CRISystem.pause(delay) }
    if await watch.pause(atMost: delay) { reset() }
  }
}
