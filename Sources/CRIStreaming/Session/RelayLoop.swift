internal import CRISystem

/// The loop of a forwarded connection's thread: it copies bytes between a local socket and a port in a pod.
struct RelayLoop<Transport: StreamTransport & ~Copyable>: ~Copyable {
  /// The number of unsent bytes from the local socket at which reading from it stops.
  private static var buffer: Int { 256 << 10 }
  /// The time after which a connection that cannot be half-closed ends, if no data arrives after the local end.
  private static var halfCloseTime: Duration { .seconds(10) }

  private var client: PortForwardClient<Transport>
  private let request: UInt32
  private var remote: StreamPipe
  private var local: StreamPipe
  private let ending: RelayCompletion
  private let url: String
  private let transport: StreamTransportKind

  /// The received bytes that have not been passed on to the local socket.
  private var incoming = ByteQueue()
  private var isLocalEnded = false
  /// Whether the pod has stopped sending data.
  private var isRemoteEnded = false
  private var hasFinishedLocal = false
  /// Whether the connection has ended; then only the remaining bytes are written to the local socket.
  private var outcome: RelayCompletion.Outcome?
  /// The time at which the local side ended, if the protocol could not express this.
  private var localEndTime: ContinuousClock.Instant?

  init(
    _ client: consuming PortForwardClient<Transport>, _ request: UInt32, _ remote: consuming StreamPipe,
    _ local: consuming StreamPipe, _ ending: RelayCompletion, url: String, transport: StreamTransportKind
  ) {
    self.client = client
    self.request = request
    self.remote = remote
    self.local = local
    self.ending = ending
    self.url = url
    self.transport = transport
  }

  private func error(_ code: StreamingError.Code, _ reason: String) -> StreamingError {
    StreamingError(code, reason, url: url, transport: transport)
  }

  /// Runs until the connection has ended.
  /// - Parameter first: The bytes that followed the upgrade.
  mutating func run(first: [UInt8]) throws(StreamingError) {
    if !first.isEmpty { receive(first) }
    while true {
      if ending.isCancelled { throw error(.cancelled, "the connection was cancelled") }
      deliver()
      let isLocalWritten = writeLocal()
      let isRemoteWritten = writeRemote()
      deliver()
      if let outcome, isLocalWritten, incoming.isEmpty {
        // The reset of the error stream must not reach the runtime before the last of the data.
        if isRemoteWritten || remote.writeFailure != nil { return try outcome.get() }
      }
      if local.writeFailure != nil {
        // The local program has closed its socket, so close the pod's side and discard the remaining data.
        if outcome == nil { client.close(request) }
        _ = writeRemote()
        return
      }
      if let halfCloseDeadline, ContinuousClock.now >= halfCloseDeadline { return }
      if client.peerMayBeStalled, remote.takeIdle() { client.notePeerIdle() }
      try wait(isLocalWritten, isRemoteWritten)
    }
  }

  private mutating func receive(_ bytes: [UInt8]) {
    do throws(StreamingFailure) { try client.receive(bytes) } catch {
      finish(.failure(self.error(.protocolViolation, "the server violated the protocol: \(error)")))
    }
  }

  private mutating func deliver() {
    for event in client.takeEvents() {
      switch event {
      case .data(_, let bytes): incoming.append(bytes)
      case .endOfData: isRemoteEnded = true
      case .closed(_, let failure):
        isRemoteEnded = true
        if let failure {
          finish(.failure(StreamingError(failure, url: url, transport: transport)))
        } else {
          finish(.success(()))
        }
      case .connect, .goAway, .pong: break
      }
    }
  }

  private mutating func finish(_ result: RelayCompletion.Outcome) { if outcome == nil { outcome = result } }

  /// - Returns: true if no data is waiting for the local socket.
  private mutating func writeLocal() -> Bool {
    while true {
      if local.isEmpty {
        let count = min(incoming.count, Self.buffer)
        incoming.take(count, into: &local.output)
        if count > 0 { client.consume(count, on: request) }
      }
      if local.isEmpty { break }
      if !local.flush() { return false }
    }
    if isRemoteEnded, !hasFinishedLocal, outcome == nil {
      hasFinishedLocal = true
      local.socket.finishWriting()
    }
    return true
  }

  /// - Returns: true if no data is waiting for the runtime.
  private mutating func writeRemote() -> Bool {
    remote.flush { client.send(into: &$0) }
  }

  private mutating func endLocal() {
    isLocalEnded = true
    if !client.finish(request) { localEndTime = .now }
  }

  private var halfCloseDeadline: ContinuousClock.Instant? {
    localEndTime.map { max($0, remote.lastArrival) + Self.halfCloseTime }
  }

  private var timeout: Duration? {
    var ends: [ContinuousClock.Instant] = []
    if let halfCloseDeadline { ends.append(halfCloseDeadline) }
    if client.peerMayBeStalled { ends.append(remote.idleTime) }
    return ends.min().map { max($0 - ContinuousClock.now, .zero) }
  }

  private mutating func wait(_ isLocalWritten: Bool, _ isRemoteWritten: Bool) throws(StreamingError) {
    let readsLocal = !isLocalEnded && outcome == nil && (client.unsent(on: request) ?? .max) < Self.buffer
    let readsRemote = client.wantsRead && outcome == nil
    var interests: [(descriptor: Int32, read: Bool, write: Bool)] = [(ending.wakeDescriptor, true, false)]
    // Even a socket for which no event is requested would report a hang-up again and again.
    if readsLocal || !isLocalWritten { interests.append((local.socket.number, readsLocal, !isLocalWritten)) }
    if readsRemote || !isRemoteWritten { interests.append((remote.socket.number, readsRemote, !isRemoteWritten)) }
    let ready: [Poll.Readiness]
    do throws(Errno) {
      ready = try Poll.wait(interests, timeout: timeout)
    } catch { throw self.error(.system, "poll: \(error)") }
    for (index, interest) in interests.enumerated().dropFirst() where interest.read && ready[index].readable {
      if interest.descriptor == local.socket.number {
        switch local.read() {
        case .nothing: break
        case .bytes(let bytes): client.write(bytes, on: request)
        case .end: endLocal()
        }
      } else {
        switch remote.read() {
        case .nothing: break
        case .bytes(let bytes): receive(bytes)
        case .end(let reason): client.connectionEnded(reason)
        }
      }
    }
  }
}
