internal import CRISystem

/// Runs on the thread of a server connection: first the upgrade, then the session.
struct ServerConnection {
  /// The time that a client may take to send its request.
  private static let requestTime = Duration.seconds(10)

  let socket: any StreamSocket
  let options: StreamServer.Options
  let stop: ServerStop
  let respond: @Sendable (UpgradeOffer) -> StreamServer.Response

  /// Serves an accepted connection, with TLS if the options require it.
  static func serve(
    _ socket: PlainSocket, _ options: StreamServer.Options, _ stop: ServerStop,
    _ respond: @escaping @Sendable (UpgradeOffer) -> StreamServer.Response
  ) {
    guard let tls = options.tls else {
      return ServerConnection(socket: socket, options: options, stop: stop, respond: respond).run()
    }
    guard let engine = try? tls.makeEngine(host: "") else { return }
    let encrypted = TLSSocket(socket, engine)
    let deadline = ContinuousClock.now + requestTime
    do throws(SocketFailure) {
      handshake: while true {
        let remaining = deadline - ContinuousClock.now
        guard remaining > .zero else { return }
        switch try encrypted.handshake() {
        case .complete: break handshake
        case .continues: break
        case .waits(let write):
          let interests = [(stop.descriptor, true, false), (socket.number, true, write)]
          guard let ready = try? Poll.wait(interests, timeout: remaining), !ready[0].readable else { return }
        }
      }
    } catch { return }
    ServerConnection(socket: encrypted, options: options, stop: stop, respond: respond).run()
  }

  /// Serves the connection until it ends, which also happens if the client disconnects or violates a protocol.
  func run() {
    guard let offer = readRequest() else { return }
    switch respond(offer) {
    case .refuse(let status, let reason, let body):
      write(UpgradeResponse.refuse(status: status, reason: reason, body: body))
      socket.announceEnd()
    case .raw(let bytes): return write(bytes)
    case .command(let streams, let command): serve(offer, streams, command)
    case .ports(let ports, let connect): serve(offer, ports, connect)
    }
  }

  private func readRequest() -> UpgradeOffer? {
    var pipe = StreamPipe(socket)
    var reader = UpgradeRequestReader()
    let deadline = ContinuousClock.now + Self.requestTime
    while true {
      let remaining = deadline - ContinuousClock.now
      guard remaining > .zero else { return nil }
      // The handshake may have received the request as well, so read before waiting.
      switch pipe.read() {
      case .nothing:
        guard
          let ready = try? Poll.wait(
            [(stop.descriptor, true, false), (socket.number, true, false)], timeout: remaining),
          !ready[0].readable
        else { return nil }
      case .bytes(let bytes):
        do throws(UpgradeFailure) {
          if let offer = try reader.receive(bytes) { return offer }
        } catch {
          write(UpgradeResponse.refuse(status: 400, reason: "Bad Request", body: "\(error)"))
          return nil
        }
      case .end: return nil
      }
    }
  }

  /// Writes a short response, and waits for the client for as long as for a request.
  private func write(_ bytes: [UInt8]) {
    var pipe = StreamPipe(socket)
    pipe.output = bytes
    while !pipe.flush() {
      guard let ready = try? Poll.wait([(socket.number, false, true)], timeout: Self.requestTime), ready[0].writable
      else { return }
    }
  }

  private func accept(_ offer: UpgradeOffer, _ known: [String]) -> String? {
    guard let name = offer.protocols.first(where: known.contains),
      let head = UpgradeResponse.accept(offer, protocolName: name)
    else {
      write(
        UpgradeResponse.refuse(
          status: 403, reason: "Forbidden", body: "unable to upgrade: none of the protocols is supported",
          acceptedProtocols: known))
      return nil
    }
    write(head)
    return name
  }

  private func serve(_ offer: UpgradeOffer, _ streams: RemoteCommandStreams, _ command: any ServedCommand) {
    if offer.transport == .webSocket {
      guard let name = accept(offer, options.webSocketProtocols), let channels = ChannelProtocol(name: name) else {
        return
      }
      let session = ChannelSession(role: .server, channels, layout: .remoteCommand)
      return run(session, offer.rest, channels.version, streams, command)
    }
    guard let name = accept(offer, options.acceptsSPDY ? RemoteCommandProtocol.offeredOverSPDY : []),
      let version = RemoteCommandProtocol(rawValue: name), let session = spdy()
    else { return }
    run(session, offer.rest, version, streams, command)
  }

  private func spdy() -> SPDYSession? {
    var limits = SPDYLimits()
    limits.streams = 1000
    do throws(SPDYFailure) { return try SPDYSession(role: .server, limits: limits) } catch { return nil }
  }

  private func run<Transport: StreamTransport & ~Copyable>(
    _ transport: consuming Transport, _ rest: [UInt8], _ version: RemoteCommandProtocol,
    _ streams: RemoteCommandStreams, _ command: any ServedCommand
  ) {
    do throws(StreamingFailure) {
      let server = try RemoteCommandServer(over: transport, version: version, streams: streams)
      var loop = CommandServerLoop(server, StreamPipe(socket), command, stop)
      try loop.run(first: rest)
      socket.announceEnd()
    } catch {}
  }

  private func serve(
    _ offer: UpgradeOffer, _ ports: [UInt16], _ connect: @escaping @Sendable (UInt16) -> (any ServedPort)?
  ) {
    guard offer.transport == .webSocket else {
      guard accept(offer, options.acceptsSPDY ? [PortForwardProtocol.spdy] : []) != nil, let session = spdy() else {
        return
      }
      return run(session, offer.rest, endsWithPorts: false, connect)
    }
    guard let name = accept(offer, options.forwardProtocols) else { return }
    if let channels = ChannelProtocol(name: name) {
      let session = ChannelSession(role: .server, channels, layout: .portForward(ports))
      return run(session, offer.rest, endsWithPorts: true, connect)
    }
    var limits = SPDYLimits()
    limits.streams = 1000
    guard let session = try? TunnelledSPDY(role: .server, limits: limits) else { return }
    run(session, offer.rest, endsWithPorts: false, connect)
  }

  private func run<Transport: StreamTransport & ~Copyable>(
    _ transport: consuming Transport, _ rest: [UInt8], endsWithPorts: Bool,
    _ connect: @escaping @Sendable (UInt16) -> (any ServedPort)?
  ) {
    do throws(StreamingFailure) {
      let server = try PortForwardServer(over: transport)
      var loop = PortServerLoop(server, StreamPipe(socket), stop, endsWithPorts: endsWithPorts, connect)
      try loop.run(first: rest)
      socket.announceEnd()
    } catch {}
  }
}
