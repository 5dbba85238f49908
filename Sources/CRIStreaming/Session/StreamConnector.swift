internal import CRISystem

/// Connects to the server of a URL and upgrades the connection. This blocks the thread, up to a deadline.
struct StreamConnector {
  let url: StreamURL
  let transport: StreamTransportKind
  let options: StreamingOptions
  let deadline: ContinuousClock.Instant
  /// A descriptor that becomes readable when the session is cancelled.
  let wakeDescriptor: Int32
  let isCancelled: () -> Bool

  /// - Parameter protocols: The streaming protocols to offer, in order of preference.
  func open(_ protocols: [String]) throws(StreamingError) -> (any StreamSocket, UpgradeResponseReader.Upgraded) {
    let request: UpgradeRequest
    do throws(UpgradeFailure) {
      let fields = [HTTPField("User-Agent", options.userAgent)]
      switch transport {
      case .spdy: request = try .spdy(target: url.target, host: url.host, protocols: protocols, fields: fields)
      case .webSocket:
        request = try .webSocket(target: url.target, host: url.host, protocols: protocols, fields: fields)
      }
    } catch { throw StreamingError(error, url: url.text, transport: transport) }
    guard url.usesTLS else {
      let socket = try connect()
      return (socket, try upgrade(socket, request))
    }
    let engine = try makeEngine()
    let socket = TLSSocket(try connect(), engine)
    try handshake(socket)
    return (socket, try upgrade(socket, request))
  }

  private func error(_ code: StreamingError.Code, _ reason: String) -> StreamingError {
    StreamingError(code, reason, url: url.text, transport: transport)
  }

  // MARK: Connecting

  private func connect() throws(StreamingError) -> PlainSocket {
    switch url.address {
    case .unix(let path): return try connect(path)
    case .tcp(let host, let port):
      let addresses = try StreamHosts(allowed: options.allowedHosts).addresses(of: host, port: port, url: url.text)
      var reasons: [String] = []
      for address in addresses {
        switch try connect(address) {
        case .success(let socket): return socket
        case .failure(let error): reasons.append("\(address): \(error)")
        }
      }
      throw error(.cannotConnect, "cannot connect to \(reasons.joined(separator: ", "))")
    }
  }

  private func connect(_ path: String) throws(StreamingError) -> PlainSocket {
    while true {
      do throws(Errno) {
        return PlainSocket(try UnixSocket.connect(to: path))
      } catch {
        // The listener's queue is full, and no event is reported when it has room again.
        guard error == .again else { throw self.error(.cannotConnect, "cannot connect to \(path): \(error)") }
      }
      try wait(for: nil, atMost: .milliseconds(5))
    }
  }

  private func connect(_ address: SocketAddress) throws(StreamingError) -> Result<PlainSocket, Errno> {
    let socket: PlainSocket
    do throws(Errno) { socket = PlainSocket(try TCPSocket.connect(to: address)) } catch { return .failure(error) }
    while !(try wait(for: (socket.number, false, true))) {}
    do throws(Errno) {
      if let error = try socket.connectionError() { return .failure(error) }
      return .success(socket)
    } catch { return .failure(error) }
  }

  // MARK: TLS

  private func makeEngine() throws(StreamingError) -> any TLSEngine {
    guard let tls = options.tls, case .tcp(let host, _) = url.address else {
      throw error(.unsupportedTLS, "the URL requires TLS, for which StreamingOptions.tls is not set")
    }
    do throws(TLSFailure) { return try tls.makeEngine(host: host) } catch {
      throw StreamingError(error, url: url.text, transport: transport)
    }
  }

  private func handshake(_ socket: TLSSocket) throws(StreamingError) {
    while true {
      let progress: TLSSocket.Handshake
      do throws(SocketFailure) { progress = try socket.handshake() } catch {
        switch error {
        case .tls(let failure): throw StreamingError(failure, url: url.text, transport: transport)
        case .system(let errno): throw self.error(.tlsFailed, "the TLS handshake failed: \(errno)")
        }
      }
      switch progress {
      case .complete: return
      case .waits(let write): _ = try wait(for: (socket.number, true, write))
      // A peer that never stops sending must not prevent the deadline from being noticed.
      case .continues: _ = try wait(for: nil, atMost: .zero)
      }
    }
  }

  // MARK: Upgrade

  private func upgrade(
    _ socket: any StreamSocket, _ request: UpgradeRequest
  ) throws(StreamingError) -> UpgradeResponseReader.Upgraded {
    var pipe = StreamPipe(socket)
    pipe.output = request.bytes
    var reader = UpgradeResponseReader(to: request)
    // With TLS 1.3, a server rejects a client's certificate only after the handshake.
    var tlsFailure: TLSFailure?
    while true {
      let isWritten = pipe.flush()
      guard try wait(for: (socket.number, true, !isWritten)) else { continue }
      do throws(UpgradeFailure) {
        switch pipe.read() {
        case .nothing: break
        case .bytes(let bytes): if let upgraded = try reader.receive(bytes) { return upgraded }
        case .end:
          if let failure = pipe.tlsFailure { tlsFailure = failure }
          throw reader.connectionEnded()
        }
      } catch {
        if let tlsFailure { throw StreamingError(tlsFailure, url: url.text, transport: transport) }
        throw StreamingError(error, url: url.text, transport: transport)
      }
    }
  }

  /// Waits until a descriptor is ready.
  /// - Returns: False if the descriptor is not ready yet.
  /// - Throws: `.timedOut` after the deadline; `.cancelled` if the session was cancelled.
  @discardableResult
  private func wait(
    for interest: (descriptor: Int32, read: Bool, write: Bool)?, atMost limit: Duration? = nil
  ) throws(StreamingError) -> Bool {
    if isCancelled() { throw error(.cancelled, "the session was cancelled") }
    let remaining = deadline - ContinuousClock.now
    guard remaining > .zero else {
      throw error(.timedOut, "the streaming server did not accept the session within \(options.setupTimeout)")
    }
    let timeout = limit.map { min($0, remaining) } ?? remaining
    do throws(Errno) {
      let ready = try Poll.wait((interest.map { [$0] } ?? []) + [(wakeDescriptor, true, false)], timeout: timeout)
      if isCancelled() { throw Errno.interrupted }
      return interest != nil && (ready[0].readable || ready[0].writable)
    } catch {
      if isCancelled() { throw self.error(.cancelled, "the session was cancelled") }
      throw self.error(.system, "poll: \(error)")
    }
  }
}
