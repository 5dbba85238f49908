internal import CRISystem

/// The loop of a server connection that serves a remote command. It belongs to the connection's thread.
struct CommandServerLoop<Transport: StreamTransport & ~Copyable>: ~Copyable {
  /// The number of bytes of unsent output at which the command's input is held back.
  private static var buffer: Int { 256 << 10 }
  /// The time that a client may take to read the remaining output after the command has ended.
  private static var endTime: Duration { .seconds(10) }

  private var server: RemoteCommandServer<Transport>
  private var pipe: StreamPipe
  private var command: any ServedCommand
  private let stop: ServerStop
  /// The events from the client that the command has not handled yet.
  private var events: [RemoteCommandServer<Transport>.Event] = []
  private var timer: ContinuousClock.Instant?
  private var endDeadline: ContinuousClock.Instant?
  private var isOver = false
  private var isDropped = false

  init(
    _ server: consuming RemoteCommandServer<Transport>, _ pipe: consuming StreamPipe, _ command: any ServedCommand,
    _ stop: ServerStop
  ) {
    self.server = server
    self.pipe = pipe
    self.command = command
    self.stop = stop
  }

  mutating func run(first: [UInt8]) throws(StreamingFailure) {
    if !first.isEmpty { try server.receive(first) }
    while !isOver {
      events += server.takeEvents()
      react()
      let isWritten = pipe.flush { server.send(into: &$0) }
      if isDropped { throw .closed }
      // The output has been written, so handle the events that it held back without waiting for the client.
      if isWritten, canReact, pipe.writeFailure == nil { continue }
      if isOver || pipe.writeFailure != nil || !server.isAlive && isWritten { return }
      if let endDeadline, ContinuousClock.now >= endDeadline { return }
      if server.peerMayBeStalled, pipe.takeIdle() { server.notePeerIdle() }
      try wait(isWritten)
    }
  }

  /// Whether there is an event that does not have to wait until the client has read more of the output.
  private var canReact: Bool {
    guard let event = events.first else { return false }
    if case .input = event { return (server.unsent(.stdout) ?? 0) < Self.buffer }
    return true
  }

  private mutating func react() {
    if let timer, ContinuousClock.now >= timer {
      self.timer = nil
      act(command.timeIsOver())
    }
    while let event = events.first, !isOver {
      guard canReact else { return }
      events.removeFirst()
      switch event {
      case .ready: act(command.start())
      case .input(let bytes):
        act(command.receive(bytes))
        server.consumeInput(bytes.count)
      case .endOfInput: act(command.endOfInput())
      case .resize(let size): act(command.resize(size))
      case .gone: isOver = true
      }
    }
  }

  private mutating func act(_ actions: [ServedAction]) {
    for action in actions where endDeadline == nil {
      switch action {
      case .output(let output, let bytes): server.write(bytes, to: output)
      case .wait(let time): timer = .now + time
      case .finish(let result):
        server.finish(result)
        endDeadline = .now + Self.endTime
      case .drop: (isOver, isDropped) = (true, true)
      }
    }
  }

  private mutating func wait(_ isWritten: Bool) throws(StreamingFailure) {
    let now = ContinuousClock.now
    var ends = [timer, endDeadline].compactMap(\.self)
    if server.peerMayBeStalled { ends.append(pipe.idleTime) }
    let reads = server.wantsRead
    var interests: [(descriptor: Int32, read: Bool, write: Bool)] = [(stop.descriptor, true, false)]
    if reads || !isWritten { interests.append((pipe.socket.number, reads, !isWritten)) }
    guard let ready = try? Poll.wait(interests, timeout: ends.min().map { max($0 - now, .zero) }), !ready[0].readable
    else {
      isOver = true
      return
    }
    guard reads, ready.count > 1, ready[1].readable else { return }
    switch pipe.read() {
    case .nothing: break
    case .bytes(let bytes): try server.receive(bytes)
    case .end: isOver = true
    }
  }
}
