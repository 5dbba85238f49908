internal import CRIHTTP2
internal import CRISystem

/// A call in progress. It passes messages from the connection's thread to the caller.
///
/// Messages are queued until the caller takes them. While the queue is full, flow control stops the runtime from
/// sending.
final class Call: StreamHandler {
  /// The size of the queue, in bytes, above which the runtime receives no more flow-control credit.
  private static let queueLimit = 1 << 20
  /// The cost of a queued message in addition to its bytes, so that empty messages count too.
  private static let overhead = 64

  // These are not `Result`s, because the Swift runtime would have to look up the conformance of `RPCError` to `Error`
  // when the first call starts, which takes 1 % of the run time of `cri ps`.
  private enum Next: Sendable {
    case message([UInt8])
    case end(Outcome)
  }

  private enum Outcome: Sendable {
    case success
    case failure(RPCError)
  }

  private struct State {
    var reader: ResponseReader
    var stream: (connection: Connection, key: UInt64)?
    var queue = Queue<[UInt8]>()
    var queuedBytes = 0
    /// Received bytes for which the runtime has not been given credit.
    var withheldCredit = 0
    var waiter: CheckedContinuation<Next, Never>?
    /// The outcome of the call; nil while it is in progress.
    var outcome: Outcome?
    var isRetry = false
  }

  private let request: Request
  /// Called when the call has ended, before the caller continues.
  private let onEnd: (@Sendable (RPCError?) -> Void)?
  private let connect: @Sendable () throws(StreamFailure) -> Connection
  private let state: Locked<State>

  init(
    _ request: Request, _ reader: ResponseReader, onEnd: (@Sendable (RPCError?) -> Void)?,
    connect: @escaping @Sendable () throws(StreamFailure) -> Connection
  ) {
    self.request = request
    self.onEnd = onEnd
    self.connect = connect
    state = Locked(State(reader: reader))
  }

  /// Sends the request. `next` reports any failure.
  func start() {
    let connection: Connection
    do throws(StreamFailure) {
      connection = try connect()
    } catch {
      return closed(error)
    }
    let key = connection.makeKey()
    let hasEnded = state.withLock { state in
      state.stream = (connection, key)
      return state.outcome != nil
    }
    if hasEnded { return }
    connection.request(
      key, request.headers, body: request.body, deadline: request.limit.deadline,
      responseDeadline: request.limit.firstResponseDeadline, heartbeat: request.keepAlive?.limits, handler: self)
    // If the call ended while the stream was being opened, the reset came too early and must be repeated.
    if state.withLock({ $0.outcome != nil }) { connection.cancel(key) }
  }

  /// Returns the next message; nil after the last one. Only one task at a time may wait.
  func next() async throws(RPCError) -> [UInt8]? {
    let result: Next = await withTaskCancellationHandler {
      await withCheckedContinuation { continuation in
        let (ready, stream, credit) = state.withLock { state in
          let ready = Self.takeNext(&state)
          if ready == nil { state.waiter = continuation }
          return (ready, state.stream, Self.releaseCredit(&state))
        }
        if credit > 0, let (connection, key) = stream { connection.consumed(credit, on: key) }
        if let ready { continuation.resume(returning: ready) }
      }
    } onCancel: {
      cancel()
    }
    switch result {
    case .message(let message): return message
    case .end(.success): return nil
    case .end(.failure(let error)): throw error
    }
  }

  /// Cancels the call. The caller receives `.cancelled` immediately; the runtime receives RST_STREAM.
  func cancel() { abort(.cancelled(method: request.method)) }

  // MARK: Called on the connection's thread

  func received(headers: [Header], endStream: Bool) {
    let failure: RPCError? = state.withLock { state in
      do throws(RPCError) {
        try state.reader.append(headers: headers, endStream: endStream)
        return nil
      } catch {
        return error
      }
    }
    if let failure { abort(failure) }
  }

  func received(data: [UInt8]) -> Bool {
    let (resume, failure, isConsumed) = state.withLock { state -> ((() -> Void)?, RPCError?, Bool) in
      guard state.outcome == nil else { return (nil, nil, true) }
      var messages: [[UInt8]] = []
      var failure: RPCError?
      do throws(RPCError) {
        try state.reader.append(data: data, &messages)
      } catch {
        failure = error
      }
      for message in messages {
        state.queue.append(message)
        state.queuedBytes += message.count + Self.overhead
      }
      let resume = messages.isEmpty ? nil : Self.resumeWaiter(&state)
      let isFull = state.queuedBytes > Self.queueLimit
      if isFull { state.withheldCredit += data.count }
      return (resume, failure, !isFull)
    }
    resume?()
    if let failure { abort(failure) }
    return isConsumed
  }

  var hasResponse: Bool { state.withLock { $0.reader.hasMessage } }

  func closed(_ failure: StreamFailure?) {
    // Retry once if the runtime did not process the request (RFC 9113, section 8.7).
    let isRetryable =
      switch failure {
      case .refused, .reset(.refusedStream), .notSent: true
      default: false
      }
    let shouldRetry = state.withLock { state in
      guard isRetryable, state.outcome == nil, !state.isRetry, state.reader.isUntouched else { return false }
      state.isRetry = true
      return true
    }
    if shouldRetry { return start() }
    finish { state in state.reader.end(failure).map { .failure($0) } ?? .success }
  }

  // MARK: Ending the call

  /// Ends the call with a failure, and resets its stream.
  private func abort(_ failure: RPCError) {
    if let (connection, key) = finish({ _ in .failure(failure) }) { connection.cancel(key) }
  }

  /// Ends the call, unless it has already ended.
  /// - Returns: The stream of the call; nil if the call had already ended.
  @discardableResult
  private func finish(_ end: (inout State) -> Outcome) -> (Connection, UInt64)? {
    let (stream, resume) = state.withLock { state -> ((Connection, UInt64)?, (() -> Void)?) in
      guard state.outcome == nil else { return (nil, nil) }
      let outcome = end(&state)
      // Inside the lock, because the caller may take the outcome as soon as it can.
      if let onEnd { if case .failure(let error) = outcome { onEnd(error) } else { onEnd(nil) } }
      state.outcome = outcome
      // Cancellation and timeout are reported immediately; any other outcome follows the queued messages.
      if case .failure(let error) = outcome, error.code == .cancelled || error.code == .deadlineExceeded {
        state.queue.removeAll()
      }
      return (state.stream, Self.resumeWaiter(&state))
    }
    resume?()
    return stream
  }

  /// - Returns: A closure that resumes the waiting task, to be called outside the lock; nil if no task can be resumed.
  private static func resumeWaiter(_ state: inout State) -> (() -> Void)? {
    guard let waiter = state.waiter, let ready = takeNext(&state) else { return nil }
    state.waiter = nil
    return { waiter.resume(returning: ready) }
  }

  /// - Returns: The next message, or the outcome after the last one; nil if the caller has to wait.
  private static func takeNext(_ state: inout State) -> Next? {
    if let message = state.queue.popFirst() {
      state.queuedBytes -= message.count + overhead
      return .message(message)
    }
    return state.outcome.map { .end($0) }
  }

  /// - Returns: The number of bytes for which to give the runtime credit now.
  private static func releaseCredit(_ state: inout State) -> Int {
    guard state.queuedBytes <= queueLimit else { return 0 }
    defer { state.withheldCredit = 0 }
    return state.withheldCredit
  }
}
