internal import CRIGRPC
internal import CRIMessages
internal import CRIProtobuf

/// How long one call may take, according to its options and those of its client.
struct CallBounds: Sendable {
  /// The time for the whole call; nil for no limit.
  private let timeout: Duration?
  /// The time until the first response; nil for no limit other than `timeout`.
  private let firstResponseTimeout: Duration?
  private let keepAlive: KeepAlive?
  private let options: CallOptions
  /// The time at which the call must be complete and its response decoded; nil for no limit.
  let deadline: ContinuousClock.Instant?
  /// The time until which to wait for a runtime that is not ready; nil for no limit.
  let readyDeadline: ContinuousClock.Instant?

  /// Starts the clock.
  /// - Parameter end: The time at which the last of several calls must be complete; nil for no limit.
  init<Request: CMessage>(
    _ request: Request, _ options: CallOptions, _ client: Client.Options, isStreaming: Bool = false,
    end: ContinuousClock.Instant? = nil
  ) {
    let usual = client.timeout
    var (whole, first, ready): (Duration?, Duration?, Duration?) = (nil, nil, usual)
    switch (options.timeout.kind, CallKind(request)) {
    case (.never, _): ready = nil
    case (.after(let time), _): (whole, ready) = (time, time)
    case (.usual, .unbounded): break
    case (.usual, .usual) where isStreaming: first = usual
    case (.usual, .usual): whole = usual
    case (.usual, .bounded(let time)):
      whole = usual.map { $0 + time }
      ready = whole
    }
    let now = ContinuousClock.now
    deadline = [whole.map { now + $0 }, end].compactMap { $0 }.min()
    readyDeadline = [ready.map { now + $0 }, end].compactMap { $0 }.min()
    timeout = whole
    firstResponseTimeout = first
    self.options = options
    // A call with a short timeout needs no keep-alive check.
    keepAlive = client.keepAlive.flatMap { keepAlive in whole.map { $0 > keepAlive.first } ?? true ? keepAlive : nil }
  }

  /// The options of one attempt that starts now.
  var channelOptions: Channel.Options {
    let now = ContinuousClock.now
    return Channel.Options(
      timeout: deadline.map { max($0 - now, .zero) }, firstResponseTimeout: firstResponseTimeout, keepAlive: keepAlive,
      metadata: options.metadata, maxMessageSize: options.maxMessageSize)
  }

  /// Whether to wait for a runtime that is not ready.
  var waitsForReady: Bool { options.waitForReady }

  /// The keys of maps that are decoded; nil for all.
  var mapKeys: [String]? { options.mapKeys }

  /// The error for a call that did not complete in time.
  func deadlineExceeded(_ method: String) -> RPCError { .deadlineExceeded(method: method, timeout: timeout) }

  /// The error, with the timeout of the whole call instead of the time that remained for the last attempt.
  func completed(_ error: RPCError) -> RPCError {
    guard case .deadlineExceeded(let method, _) = error.cause, timeout != nil else { return error }
    return deadlineExceeded(method)
  }
}

/// The time that a call may take by default.
private enum CallKind {
  case usual
  /// The timeout in its request, in addition to the usual time.
  case bounded(Duration)
  /// No limit as long as the runtime is alive.
  case unbounded

  init<Request: CMessage>(_ request: Request) {
    switch request {
    case let request as StopContainerRequest: self = .bounded(Self.seconds(request.timeout))
    case let request as ExecSyncRequest: self = .bounded(Self.seconds(request.timeout))
    case is PullImageRequest, is GetEventsRequest: self = .unbounded
    default: self = .usual
    }
  }

  /// At most a century, because a sum of durations must not overflow.
  private static func seconds(_ count: Int64) -> Duration { .seconds(min(max(count, 0), 100 * 365 * 86_400)) }
}
