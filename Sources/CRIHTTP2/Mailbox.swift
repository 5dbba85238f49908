internal import CRISystem

/// The only state that a connection's thread shares with other threads: commands for it, and whether it accepts more.
final class Mailbox: Sendable {
  enum Command: Sendable {
    case request(key: UInt64, [Header], body: [UInt8], Limit, any StreamHandler)
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

  /// How long a request may take.
  struct Limit: Sendable {
    var deadline: ContinuousClock.Instant?
    /// The time at which the stream fails unless its handler has a response by then.
    var responseDeadline: ContinuousClock.Instant?
    /// nil if the peer is not probed.
    var heartbeat: Heartbeat.Limits?
  }

  struct Ping: Sendable {
    var deadline: ContinuousClock.Instant?
    /// Resumes the waiting task. This is not a continuation, because looking up its type would delay the first
    /// connection.
    let resume: @Sendable (Result<Duration, StreamFailure>) -> Void
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

  /// The process that serves the socket; nil until the connection is established.
  var peer: PeerCredentials? {
    get { state.withLock { $0.peer } }
    set { state.withLock { $0.peer = newValue } }
  }

  /// Returns a new key for a stream, before HTTP/2 assigns it an ID.
  func makeKey() -> UInt64 {
    state.withLock { state in
      defer { state.nextKey += 1 }
      return state.nextKey
    }
  }

  /// Sends a command to the connection's thread.
  /// - Returns: Why the command was not accepted; nil if it was.
  func post(_ command: Command) -> StreamFailure? {
    let (refusal, isFirst) = state.withLock { state -> (StreamFailure?, Bool) in
      if let refusal = state.refusal, state.isOver || command.opensStream { return (refusal, false) }
      state.commands.append(command)
      return (nil, state.commands.count == 1)
    }
    // The first command wakes the thread; later ones need not.
    if isFirst { pipe.wake() }
    return refusal
  }

  /// Removes and returns all commands. Called on the connection's thread only.
  func take() -> [Command] {
    pipe.drain()
    return state.withLock { state in
      defer { state.commands = [] }
      return state.commands
    }
  }

  /// Refuses new streams from now on; open streams continue.
  func refuse(_ refusal: StreamFailure) { state.withLock { $0.refusal = $0.refusal ?? refusal } }

  /// Refuses all commands from now on, and returns those that have not been taken.
  func close(_ failure: StreamFailure) -> [Command] {
    state.withLock { state in
      state.refusal = failure
      state.isOver = true
      defer { state.commands = [] }
      return state.commands
    }
  }

  /// Why new streams are refused; nil while they are accepted.
  var refusal: StreamFailure? { state.withLock { $0.refusal } }
}
