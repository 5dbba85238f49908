internal import CRISystem

/// The loop of a session's thread. The value lives on that thread's stack and is not shared.
struct SessionLoop<Transport: StreamTransport & ~Copyable>: ~Copyable {
  /// The time that a server may take to close the connection after it has reported the result.
  private static var lingerTime: Duration { .seconds(10) }
  /// The time that a server may take to end a cancelled session.
  private static var closeTime: Duration { .seconds(1) }

  private var client: RemoteCommandClient<Transport>
  private var pipe: StreamPipe
  private let mailbox: SessionMailbox
  private let agreement: SessionMailbox.Agreement
  private let url: String
  /// The time by which the server must have accepted all streams; nil once it has done so.
  private var deadline: ContinuousClock.Instant?
  private var isWoken = true
  private var hasResult = false
  /// Whether the connection has ended, so that nothing more is read.
  private var isEnded = false
  /// The time at which a session that is being closed stops writing.
  private var closeDeadline: ContinuousClock.Instant?

  init(
    _ client: consuming RemoteCommandClient<Transport>, _ pipe: consuming StreamPipe, _ mailbox: SessionMailbox,
    _ agreement: SessionMailbox.Agreement, url: String, deadline: ContinuousClock.Instant
  ) {
    self.client = client
    self.pipe = pipe
    self.mailbox = mailbox
    self.agreement = agreement
    self.url = url
    self.deadline = deadline
  }

  private func error(_ code: StreamingError.Code, _ reason: String) -> StreamingError {
    StreamingError(code, reason, url: url, transport: agreement.transport)
  }

  /// Runs until the session has ended.
  /// - Parameter first: The bytes that followed the upgrade.
  mutating func run(first: [UInt8]) throws(StreamingError) {
    if !first.isEmpty { client.receive(first) }
    while true {
      if isWoken { takeCommands() }
      let isWritten = flush()
      deliver()
      // Unsent bytes are not needed once the result is known, because the server no longer reads.
      if client.isFinished || isEnded { return }
      if closeDeadline != nil, isWritten { throw error(.cancelled, "the session was cancelled") }
      if !client.isAlive {
        if isWritten || pipe.writeFailure != nil { return end("the server ended the session") }
      }
      try checkTime(isWritten)
      try wait(isWritten)
    }
  }

  private mutating func takeCommands() {
    for command in mailbox.take() {
      switch command {
      case .write(let bytes): client.write(bytes)
      case .finishInput: _ = client.finishInput()
      case .resize(let size): _ = client.resize(size)
      case .consume(let count, let output): client.consume(count, of: output)
      }
    }
    if mailbox.isCancelled, closeDeadline == nil {
      client.close()
      closeDeadline = .now + Self.closeTime
    }
  }

  /// - Returns: True if no bytes are waiting to be written.
  private mutating func flush() -> Bool {
    let isWritten = pipe.flush { client.send(into: &$0) }
    mailbox.setUnsentInput(client.unsentInput)
    return isWritten
  }

  private mutating func deliver() {
    for event in client.takeEvents() {
      switch event {
      case .ready:
        deadline = nil
        mailbox.open(.success(agreement))
      case .output(let output, let bytes): mailbox.add(bytes, to: output)
      case .endOfOutput(let output): mailbox.end(output)
      case .inputClosed: mailbox.setUnsentInput(nil)
      case .result(let result):
        hasResult = true
        mailbox.finish(result.mapError { StreamingError($0, url: url, transport: agreement.transport) })
      case .pong: break
      }
    }
  }

  private mutating func end(_ reason: String) {
    client.connectionEnded(reason)
    isEnded = true
    deliver()
  }

  private mutating func checkTime(_ isWritten: Bool) throws(StreamingError) {
    let now = ContinuousClock.now
    if let deadline, now >= deadline {
      throw error(.timedOut, "the streaming server did not accept the session in time")
    }
    if let closeDeadline, now >= closeDeadline { throw error(.cancelled, "the session was cancelled") }
    if hasResult, client.wantsRead, now - pipe.lastArrival >= Self.lingerTime {
      throw error(.protocolViolation, "the server reported the result, but did not end the output")
    }
    if client.peerMayBeStalled, pipe.takeIdle() { client.notePeerIdle() }
  }

  private var timeout: Duration? {
    let now = ContinuousClock.now
    var ends: [ContinuousClock.Instant] = []
    if let deadline { ends.append(deadline) }
    if let closeDeadline { ends.append(closeDeadline) }
    if hasResult, client.wantsRead { ends.append(pipe.lastArrival + Self.lingerTime) }
    if client.peerMayBeStalled { ends.append(pipe.idleTime) }
    return ends.min().map { max($0 - now, .zero) }
  }

  private mutating func wait(_ isWritten: Bool) throws(StreamingError) {
    var interests: [(descriptor: Int32, read: Bool, write: Bool)] = [(mailbox.wakeDescriptor, true, false)]
    // Even a socket for which no event is requested would report a hang-up again and again.
    let reads = client.wantsRead || closeDeadline != nil
    if reads || !isWritten { interests.append((pipe.socket.number, reads, !isWritten)) }
    let ready: [Poll.Readiness]
    do throws(Errno) {
      ready = try Poll.wait(interests, timeout: timeout)
    } catch { throw self.error(.system, "poll: \(error)") }
    isWoken = ready[0].readable
    guard reads, ready.count > 1, ready[1].readable else { return }
    switch pipe.read() {
    case .nothing: break
    case .bytes(let bytes): client.receive(bytes)
    case .end(let reason): end(reason)
    }
  }
}
