internal import CRIHTTP2
internal import CRISystem

/// One call on its way: what the connection's thread tells it, and what its caller waits for.
///
/// Its messages wait in a queue until the caller takes them; a full queue holds the runtime back by flow control.
final class Call: StreamHandler {
  /// Messages that may wait before the stream's window is left to close, in bytes.
  private static let highWater = 1 << 20
  /// What a waiting message costs besides its bytes, so that empty ones are counted too.
  private static let overhead = 64

  typealias Next = Result<[UInt8]?, RPCError>

  private struct State {
    var reader: ResponseReader
    var stream: (connection: Connection, key: UInt64)?
    var queue = Queue<[UInt8]>()
    var queuedBytes = 0
    /// Bytes that the runtime may not replace yet.
    var withheld = 0
    var waiter: CheckedContinuation<Next, Never>?
    /// How it ended: nil while it runs, `.success` in order.
    var end: Result<Void, RPCError>?
    var isSecondTry = false
  }

  private let request: Request
  private let connect: @Sendable () throws(StreamFailure) -> Connection
  private let state: Locked<State>

  init(
    _ request: Request, _ reader: ResponseReader,
    connect: @escaping @Sendable () throws(StreamFailure) -> Connection
  ) {
    self.request = request
    self.connect = connect
    state = Locked(State(reader: reader))
  }

  /// Sends the request. Whatever fails is heard from `next`.
  func start() {
    let connection: Connection
    do throws(StreamFailure) {
      connection = try connect()
    } catch {
      return closed(error)
    }
    let key = connection.makeKey()
    let isOver = state.withLock { state in
      state.stream = (connection, key)
      return state.end != nil
    }
    if isOver { return }
    connection.request(key, request.headers, body: request.body, deadline: request.deadline, handler: self)
    // Ended while the stream was being opened: that reset came too early for it.
    if state.withLock({ $0.end != nil }) { connection.cancel(key) }
  }

  /// The next message, nil after the last. One caller at a time.
  func next() async throws(RPCError) -> [UInt8]? {
    let result: Next = await withTaskCancellationHandler {
      await withCheckedContinuation { continuation in
        let (ready, stream, consumed) = state.withLock { state in
          let ready = Self.take(&state)
          if ready == nil { state.waiter = continuation }
          return (ready, state.stream, Self.release(&state))
        }
        if consumed > 0, let (connection, key) = stream { connection.consumed(consumed, on: key) }
        if let ready { continuation.resume(returning: ready) }
      }
    } onCancel: {
      cancel()
    }
    return try result.get()
  }

  /// Ends the call; the caller hears of it at once, the runtime by RST_STREAM.
  func cancel() { abort(.cancelled(method: request.method)) }

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
    let (resume, failure, isTaken) = state.withLock { state -> ((() -> Void)?, RPCError?, Bool) in
      guard state.end == nil else { return (nil, nil, true) }
      var messages: [[UInt8]] = []
      var failure: RPCError?
      do throws(RPCError) {
        try state.reader.take(data: data, &messages)
      } catch {
        failure = error
      }
      for message in messages {
        state.queue.append(message)
        state.queuedBytes += message.count + Self.overhead
      }
      let resume = messages.isEmpty ? nil : Self.wake(&state)
      let isFull = state.queuedBytes > Self.highWater
      if isFull { state.withheld += data.count }
      return (resume, failure, !isFull)
    }
    resume?()
    if let failure { abort(failure) }
    return isTaken
  }

  func closed(_ failure: StreamFailure?) {
    // Refused unseen: once more, on a new connection where this one ends (RFC 9113, section 8.7).
    let mayTryAgain = failure == .refused || failure == .reset(.refusedStream)
    let triesAgain = state.withLock { state in
      guard mayTryAgain, state.end == nil, !state.isSecondTry, state.reader.isUntouched else { return false }
      state.isSecondTry = true
      return true
    }
    if triesAgain { return start() }
    finish { state in state.reader.end(failure).map { .failure($0) } ?? .success(()) }
  }

  // MARK: Endings

  /// Ends the call from our side, the stream with it.
  private func abort(_ failure: RPCError) {
    if let (connection, key) = finish({ _ in .failure(failure) }) { connection.cancel(key) }
  }

  /// The first ending counts.
  /// - Returns: the stream that this ended.
  @discardableResult
  private func finish(_ end: (inout State) -> Result<Void, RPCError>) -> (Connection, UInt64)? {
    let (stream, resume) = state.withLock { state -> ((Connection, UInt64)?, (() -> Void)?) in
      guard state.end == nil else { return (nil, nil) }
      let outcome = end(&state)
      state.end = outcome
      // Who has left or run out of time hears so at once; any other end comes after what came before it.
      switch outcome {
      case .failure(.cancelled), .failure(.deadlineExceeded): state.queue.removeAll()
      default: break
      }
      return (state.stream, Self.wake(&state))
    }
    resume?()
    return stream
  }

  /// What to do for the caller that waits, outside the lock.
  private static func wake(_ state: inout State) -> (() -> Void)? {
    guard let waiter = state.waiter, let ready = take(&state) else { return nil }
    state.waiter = nil
    return { waiter.resume(returning: ready) }
  }

  private static func take(_ state: inout State) -> Next? {
    if let message = state.queue.popFirst() {
      state.queuedBytes -= message.count + overhead
      return .success(message)
    }
    return state.end.map { $0.map { nil } }
  }

  /// - Returns: the bytes that the runtime may send again.
  private static func release(_ state: inout State) -> Int {
    guard state.queuedBytes <= highWater else { return 0 }
    defer { state.withheld = 0 }
    return state.withheld
  }
}
