internal import CRIHTTP2
internal import CRISystem

/// One call on its way: what the connection's thread tells it, and what its caller waits for.
///
/// Its messages wait in a queue until the caller takes them; a full queue holds the runtime back by flow control.
final class Call: StreamHandler {
  /// Whole messages that may wait before the stream's window is left to close, in bytes.
  private static let highWater = 1 << 20

  typealias Next = Result<[UInt8]?, RPCError>

  private struct State {
    var reader: ResponseReader
    var key: UInt64?
    var isCancelled = false
    var queue: [[UInt8]] = []
    var queuedBytes = 0
    var withheld = 0
    var waiter: CheckedContinuation<Next, Never>?
    /// How it ended: nil while it runs, `.success` in order.
    var end: Result<Void, RPCError>?
    /// The stream was refused unseen, so that it may be sent again.
    var wasRefused = false
  }

  private let state: Locked<State>
  private let connection: Connection

  init(_ reader: ResponseReader, on connection: Connection) {
    state = Locked(State(reader: reader))
    self.connection = connection
  }

  func start(_ headers: [Header], body: [UInt8], deadline: ContinuousClock.Instant?) {
    let key = connection.request(headers, body: body, deadline: deadline, handler: self)
    let isCancelled = state.withLock { state in
      state.key = key
      return state.isCancelled
    }
    // Cancelled before there was a stream: the caller has gone, the runtime must know.
    if isCancelled { connection.cancel(key) }
  }

  /// The next message, nil after the last. One caller at a time.
  func next() async throws(RPCError) -> [UInt8]? {
    let result: Next = await withTaskCancellationHandler {
      await withCheckedContinuation { continuation in
        let (ready, consumed) = state.withLock { state -> (Next?, (UInt64, Int)?) in
          let ready = Self.take(&state)
          if ready == nil { state.waiter = continuation }
          return (ready, Self.release(&state))
        }
        if let (key, count) = consumed { connection.consumed(count, on: key) }
        if let ready { continuation.resume(returning: ready) }
      }
    } onCancel: {
      cancel()
    }
    return try result.get()
  }

  /// Ends the call; the caller hears of it at once, the runtime by RST_STREAM.
  func cancel() {
    reset { .failure(.cancelled(method: $0.reader.method)) }
  }

  var wasRefused: Bool { state.withLock { $0.wasRefused } }

  // MARK: From the connection's thread

  func received(headers: [Header], endStream: Bool) {
    let failure: RPCError? = state.withLock { state in
      do throws(RPCError) {
        try state.reader.take(headers: headers, endStream: endStream)
        return nil
      } catch {
        return error
      }
    }
    if let failure { abort(failure) }
  }

  func received(data: [UInt8]) -> Bool {
    let outcome = state.withLock { state -> (resume: (() -> Void)?, failure: RPCError?, taken: Bool) in
      guard state.end == nil else { return (nil, nil, true) }
      do throws(RPCError) {
        let messages = try state.reader.take(data: data)
        state.queue += messages
        state.queuedBytes += messages.reduce(0) { $0 + $1.count }
        let isFull = state.queuedBytes > Self.highWater
        if isFull { state.withheld += data.count }
        guard let waiter = state.waiter, let ready = Self.take(&state) else { return (nil, nil, !isFull) }
        state.waiter = nil
        return ({ waiter.resume(returning: ready) }, nil, !isFull)
      } catch {
        return (nil, error, true)
      }
    }
    outcome.resume?()
    if let failure = outcome.failure { abort(failure) }
    return outcome.taken
  }

  func closed(_ failure: StreamFailure?) {
    finish { state in
      if failure == .refused { state.wasRefused = true }
      return state.reader.end(failure).map { .failure($0) } ?? .success(())
    }
  }

  // MARK: Endings

  private func abort(_ failure: RPCError) { reset { _ in .failure(failure) } }

  /// Ends the call from our side, the stream with it.
  private func reset(_ end: (inout State) -> Result<Void, RPCError>) {
    var key: UInt64?
    finish { state in
      key = state.key
      // Without a key the stream is just being opened: `start` sees this and resets it.
      state.isCancelled = true
      return end(&state)
    }
    if let key { connection.cancel(key) }
  }

  /// The first ending counts.
  private func finish(_ end: (inout State) -> Result<Void, RPCError>) {
    let resume: (() -> Void)? = state.withLock { state in
      guard state.end == nil else { return nil }
      let outcome = end(&state)
      state.end = outcome
      // A failure outruns what is queued: half an answer is none.
      if case .failure = outcome { state.queue = [] }
      guard let waiter = state.waiter, let ready = Self.take(&state) else { return nil }
      state.waiter = nil
      return { waiter.resume(returning: ready) }
    }
    resume?()
  }

  private static func take(_ state: inout State) -> Next? {
    if !state.queue.isEmpty {
      let message = state.queue.removeFirst()
      state.queuedBytes -= message.count
      return .success(message)
    }
    return state.end.map { $0.map { nil } }
  }

  private static func release(_ state: inout State) -> (UInt64, Int)? {
    guard state.withheld > 0, state.queuedBytes <= highWater, let key = state.key else { return nil }
    defer { state.withheld = 0 }
    return (key, state.withheld)
  }
}
