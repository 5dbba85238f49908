internal import CRISystem

/// The only state that a connection's thread shares with others: commands for it, and whether it still takes them.
final class Mailbox: Sendable {
  enum Command: Sendable {
    case request(key: UInt64, [Header], body: [UInt8], deadline: ContinuousClock.Instant?, any StreamHandler)
    case respond(key: UInt64, [Header], endStream: Bool)
    case send(key: UInt64, [UInt8], trailers: [Header]?)
    case reset(key: UInt64, ErrorCode)
    case consume(key: UInt64, Int)
    case ping(key: UInt64, Ping)
    case shutDown

    var opensStream: Bool {
      if case .request = self { true } else { false }
    }
  }

  struct Ping: Sendable {
    var deadline: ContinuousClock.Instant?
    var continuation: CheckedContinuation<Result<Duration, StreamFailure>, Never>
    var sent = ContinuousClock.now
  }

  private struct State {
    var commands: [Command] = []
    var nextKey: UInt64 = 1
    var refusal: StreamFailure?
    var isOver = false
    var peer: PeerCredentials?
  }

  private let state = Locked(State())
  private let pipe: WakePipe

  init() throws(Errno) { pipe = try WakePipe() }

  var wakeDescriptor: Int32 { pipe.descriptor }

  /// Who serves the socket; nil until connected.
  var peer: PeerCredentials? {
    get { state.withLock { $0.peer } }
    set { state.withLock { $0.peer = newValue } }
  }

  /// A number for a new stream, before HTTP/2 has one for it.
  func makeKey() -> UInt64 {
    state.withLock { state in
      defer { state.nextKey += 1 }
      return state.nextKey
    }
  }

  /// Hands a command to the thread.
  /// - Returns: why it was not taken, nil when it was.
  func post(_ command: Command) -> StreamFailure? {
    let (refusal, isFirst) = state.withLock { state -> (StreamFailure?, Bool) in
      if let refusal = state.refusal, state.isOver || command.opensStream { return (refusal, false) }
      state.commands.append(command)
      return (nil, state.commands.count == 1)
    }
    // Whoever posted the first one wakes the thread for all.
    if isFirst { pipe.wake() }
    return refusal
  }

  /// Everything that was posted since the last call. Thread only.
  func take() -> [Command] {
    pipe.drain()
    return state.withLock { state in
      defer { state.commands = [] }
      return state.commands
    }
  }

  /// Opens no new streams from now on; the open ones go on.
  func refuse(_ refusal: StreamFailure) { state.withLock { $0.refusal = $0.refusal ?? refusal } }

  /// Takes nothing more from now on; what is still inside is given back.
  func close(_ failure: StreamFailure) -> [Command] {
    state.withLock { state in
      state.refusal = failure
      state.isOver = true
      defer { state.commands = [] }
      return state.commands
    }
  }

  /// Why no new stream is opened; nil while the connection is good.
  var refusal: StreamFailure? { state.withLock { $0.refusal } }
}
