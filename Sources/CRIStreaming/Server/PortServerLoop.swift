internal import CRISystem

/// The loop of a server connection that serves forwarded ports. It belongs to the connection's thread.
struct PortServerLoop<Transport: StreamTransport & ~Copyable>: ~Copyable {
  /// The number of unsent bytes at which a port's data is held back.
  private static var buffer: Int { 256 << 10 }

  private var server: PortForwardServer<Transport>
  private var pipe: StreamPipe
  private let stop: ServerStop
  private let connect: @Sendable (UInt16) -> (any ServedPort)?
  private var ports: [UInt32: any ServedPort] = [:]
  private var events: [PortForwardEvent] = []
  private var isOver = false
  /// Whether the connection is closed together with the last port, because the protocol cannot end a single port.
  private let endsWithPorts: Bool

  init(
    _ server: consuming PortForwardServer<Transport>, _ pipe: consuming StreamPipe, _ stop: ServerStop,
    endsWithPorts: Bool, _ connect: @escaping @Sendable (UInt16) -> (any ServedPort)?
  ) {
    self.endsWithPorts = endsWithPorts
    self.server = server
    self.pipe = pipe
    self.stop = stop
    self.connect = connect
  }

  mutating func run(first: [UInt8]) throws(StreamingFailure) {
    if !first.isEmpty { try server.receive(first) }
    while !isOver {
      events += server.takeEvents()
      react()
      let isWritten = pipe.flush { server.send(into: &$0) }
      // The data has been written, so handle the events that it held back without waiting for the client.
      if isWritten, canReact, pipe.writeFailure == nil { continue }
      if pipe.writeFailure != nil || !server.isAlive && isWritten { return }
      if server.peerMayBeStalled, pipe.takeIdle() { server.notePeerIdle() }
      try wait(isWritten)
    }
  }

  /// Whether there is an event that does not have to wait until the client has read more.
  private var canReact: Bool {
    guard let event = events.first else { return false }
    if case .data(let request, _) = event { return (server.unsent(on: request) ?? 0) < Self.buffer }
    return true
  }

  private mutating func react() {
    while let event = events.first {
      guard canReact else { return }
      events.removeFirst()
      switch event {
      case .connect(let request, let port):
        if let served = connect(port) {
          ports[request] = served
        } else {
          server.end(request, error: "failed to connect to localhost:\(port): connection refused")
          endIfDone()
        }
      case .data(let request, let bytes):
        if let actions = ports[request]?.receive(bytes) { act(actions, on: request) }
        server.consume(bytes.count, on: request)
      case .endOfData(let request): if let actions = ports[request]?.endOfData() { act(actions, on: request) }
      case .closed(let request, _): ports[request] = nil
      case .goAway, .pong: break
      }
    }
  }

  private mutating func act(_ actions: [ServedPortAction], on request: UInt32) {
    for action in actions {
      switch action {
      case .send(let bytes): server.write(bytes, on: request)
      case .finish: server.finish(request)
      case .close:
        ports[request] = nil
        server.end(request)
        endIfDone()
      }
    }
  }

  private mutating func endIfDone() { if endsWithPorts, ports.isEmpty { server.shutDown() } }

  private mutating func wait(_ isWritten: Bool) throws(StreamingFailure) {
    let reads = server.wantsRead
    let end = server.peerMayBeStalled ? pipe.idleTime : nil
    var interests: [(descriptor: Int32, read: Bool, write: Bool)] = [(stop.descriptor, true, false)]
    if reads || !isWritten { interests.append((pipe.socket.number, reads, !isWritten)) }
    let timeout = end.map { max($0 - ContinuousClock.now, .zero) }
    guard let ready = try? Poll.wait(interests, timeout: timeout), !ready[0].readable else {
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
