internal import CRISystem

/// The state that a session's thread shares with the tasks that use the session.
final class SessionMailbox: Sendable {
  enum Command: Sendable {
    case write([UInt8])
    case finishInput
    case resize(TerminalSize)
    case consume(Int, RemoteOutput)
  }

  /// The transport and the protocol version that the server accepted.
  struct Agreement: Sendable {
    let transport: StreamTransportKind
    let version: RemoteCommandProtocol
  }

  typealias Opened = Result<Agreement, StreamingError>
  typealias Ended = Result<CommandResult, StreamingError>

  /// The number of unsent bytes of input at which writers have to wait.
  private static let inputLimit = 256 << 10
  /// The maximum number of bytes of output that a reader receives in one piece, unless they arrived in one piece.
  private static let chunkSize = 256 << 10

  fileprivate struct Output {
    var chunks: [[UInt8]] = []
    var isEnded = false
    var reader: CheckedContinuation<[UInt8]?, Never>?
  }

  fileprivate struct State {
    var commands: [Command] = []
    /// The number of bytes of input that the thread has not taken yet, and the number that it has taken but not sent.
    var queuedInput = 0
    var unsentInput = 0
    var isInputClosed = false
    var writers: [CheckedContinuation<Void, Never>] = []
    var outputs: [RemoteOutput: Output] = [.stdout: Output(), .stderr: Output()]
    var opened: Opened?
    var openWaiters: [CheckedContinuation<Opened, Never>] = []
    var ended: Ended?
    var endWaiters: [CheckedContinuation<Ended, Never>] = []
    var isCancelled = false
  }

  private let state = Locked(State())
  private let pipe: WakePipe

  init() throws(Errno) { pipe = try WakePipe() }

  var wakeDescriptor: Int32 { pipe.descriptor }
  var isCancelled: Bool { state.withLock { $0.isCancelled } }
  /// The number of bytes of output waiting for their readers.
  var waitingOutput: Int {
    state.withLock { $0.outputs.values.reduce(0) { $0 + $1.chunks.reduce(0) { $0 + $1.count } } }
  }

  // MARK: For the session's users

  func post(_ command: Command) {
    let isFirst = state.withLock { state in
      state.commands.append(command)
      return state.commands.count == 1
    }
    // Only the first command has to wake the thread.
    if isFirst { pipe.wake() }
  }

  func cancel() {
    state.withLock { $0.isCancelled = true }
    pipe.wake()
  }

  func opened() async -> Opened {
    await withCheckedContinuation { continuation in
      let opened = state.withLock { state in
        if state.opened == nil { state.openWaiters.append(continuation) }
        return state.opened
      }
      if let opened { continuation.resume(returning: opened) }
    }
  }

  func ended() async -> Ended {
    await withCheckedContinuation { continuation in
      let ended = state.withLock { state in
        if state.ended == nil { state.endWaiters.append(continuation) }
        return state.ended
      }
      if let ended { continuation.resume(returning: ended) }
    }
  }

  /// Waits until enough of the earlier input has been sent, and adds more.
  /// - Returns: False if no more input is accepted.
  func write(_ bytes: [UInt8]) async -> Bool {
    await withCheckedContinuation { continuation in
      let mustWait = state.withLock { state in
        guard !state.isInputClosed, state.queuedInput + state.unsentInput >= Self.inputLimit else { return false }
        state.writers.append(continuation)
        return true
      }
      if !mustWait { continuation.resume() }
    }
    let (isTaken, isFirst) = state.withLock { state in
      guard !state.isInputClosed else { return (false, false) }
      state.queuedInput += bytes.count
      state.commands.append(.write(bytes))
      return (true, state.commands.count == 1)
    }
    if isFirst { pipe.wake() }
    return isTaken
  }

  /// Waits for output.
  /// - Returns: nil at the end.
  func read(_ output: RemoteOutput) async -> [UInt8]? {
    let bytes = await withCheckedContinuation { (continuation: CheckedContinuation<[UInt8]?, Never>) in
      let found = state.withLock { state -> [UInt8]?? in
        if let bytes = state.takeOutput(output, Self.chunkSize) { return bytes }
        if state.outputs[output]?.isEnded != false { return .some(nil) }
        state.outputs[output]?.reader = continuation
        return nil
      }
      if let found { continuation.resume(returning: found) }
    }
    if let bytes { post(.consume(bytes.count, output)) }
    return bytes
  }

  // MARK: For the session's thread

  /// Removes and returns all commands.
  func take() -> [Command] {
    pipe.drain()
    return state.withLock { state in
      defer { state.commands = [] }
      state.unsentInput += state.queuedInput
      state.queuedInput = 0
      return state.commands
    }
  }

  /// - Parameter unsent: The number of bytes of input waiting to be sent; nil if no more input is accepted.
  func setUnsentInput(_ unsent: Int?) {
    let writers = state.withLock { state -> [CheckedContinuation<Void, Never>] in
      state.unsentInput = unsent ?? 0
      if unsent == nil { state.isInputClosed = true }
      guard state.isInputClosed || state.unsentInput + state.queuedInput < Self.inputLimit else { return [] }
      defer { state.writers = [] }
      return state.writers
    }
    for writer in writers { writer.resume() }
  }

  func add(_ bytes: [UInt8], to output: RemoteOutput) {
    let (reader, chunk) = state.withLock { state -> (CheckedContinuation<[UInt8]?, Never>?, [UInt8]?) in
      state.outputs[output]?.chunks.append(bytes)
      guard let reader = state.outputs[output]?.reader else { return (nil, nil) }
      state.outputs[output]?.reader = nil
      return (reader, state.takeOutput(output, Self.chunkSize))
    }
    reader?.resume(returning: chunk)
  }

  func end(_ output: RemoteOutput) {
    let reader = state.withLock { state in
      defer { state.outputs[output]?.reader = nil }
      state.outputs[output]?.isEnded = true
      return state.outputs[output]?.reader
    }
    reader?.resume(returning: nil)
  }

  func open(_ opened: Opened) {
    let waiters = state.withLock { state -> [CheckedContinuation<Opened, Never>] in
      guard state.opened == nil else { return [] }
      state.opened = opened
      defer { state.openWaiters = [] }
      return state.openWaiters
    }
    for waiter in waiters { waiter.resume(returning: opened) }
  }

  /// Reports how the session ended. Only the first call has an effect.
  func finish(_ ended: Ended) {
    if case .failure(let error) = ended { open(.failure(error)) }
    let waiters = state.withLock { state -> [CheckedContinuation<Ended, Never>] in
      guard state.ended == nil else { return [] }
      state.ended = ended
      defer { state.endWaiters = [] }
      return state.endWaiters
    }
    for waiter in waiters { waiter.resume(returning: ended) }
  }

  /// Resumes everything that is still waiting, because the thread has ended.
  func close(_ error: StreamingError) {
    finish(.failure(error))
    setUnsentInput(nil)
    end(.stdout)
    end(.stderr)
  }
}

extension SessionMailbox.State {
  /// Removes and returns some of the output that has arrived, or returns nil if no output has arrived.
  fileprivate mutating func takeOutput(_ output: RemoteOutput, _ limit: Int) -> [UInt8]? {
    guard var chunks = outputs[output]?.chunks, let first = chunks.first else { return nil }
    outputs[output]?.chunks = []
    var bytes = first
    var taken = 1
    while taken < chunks.count, bytes.count + chunks[taken].count <= limit {
      bytes += chunks[taken]
      taken += 1
    }
    chunks.removeFirst(taken)
    outputs[output]?.chunks = chunks
    return bytes
  }
}
