internal import CRISystem

/// Runs on the thread of a forwarded connection, from connecting to the end.
struct RelayThread: Sendable {
  let url: StreamURL
  let transport: StreamTransportKind
  let port: UInt16
  let options: StreamingOptions
  let local: PlainSocket
  let ending: RelayCompletion

  /// The maximum number of bytes of one connection to buffer until the local socket accepts them.
  private static let buffer = 1 << 20

  func run() {
    do throws(StreamingError) {
      try serve()
      ending.finish(.success(()))
    } catch { ending.finish(.failure(error)) }
  }

  private func serve() throws(StreamingError) {
    let deadline = ContinuousClock.now + options.setupTimeout
    let connector = StreamConnector(
      url: url, transport: transport, options: options, deadline: deadline, wakeDescriptor: ending.wakeDescriptor,
      isCancelled: { ending.isCancelled })
    switch transport {
    case .spdy:
      let (socket, upgraded) = try connector.open([PortForwardProtocol.spdy])
      try relay(socket, upgraded.rest) { () throws(StreamingFailure) in try SPDYSession.client(buffer: Self.buffer) }
    case .webSocket:
      let (socket, upgraded) = try connector.open([PortForwardProtocol.tunnel] + PortForwardProtocol.channels)
      if let channels = ChannelProtocol(name: upgraded.protocolName) {
        let layout = ChannelLayout.portForward([port])
        try relay(socket, upgraded.rest) {
          ChannelSession(role: .client, channels, layout: layout, maximumBuffer: Self.buffer)
        }
      } else {
        try relay(socket, upgraded.rest) { () throws(StreamingFailure) in
          try TunnelledSPDY(role: .client, limits: .client(buffer: Self.buffer))
        }
      }
    }
  }

  private func relay<Transport: StreamTransport & ~Copyable>(
    _ socket: any StreamSocket, _ rest: [UInt8], _ makeTransport: () throws(StreamingFailure) -> Transport
  ) throws(StreamingError) {
    var client = try begin(makeTransport)
    let request: UInt32
    do throws(StreamingFailure) { request = try client.connect(port: port) } catch { throw failure(error) }
    var loop = RelayLoop(
      client, request, StreamPipe(socket), StreamPipe(local), ending, url: url.text, transport: transport)
    try loop.run(first: rest)
    socket.announceEnd()
  }

  private func begin<Transport: StreamTransport & ~Copyable>(
    _ makeTransport: () throws(StreamingFailure) -> Transport
  ) throws(StreamingError) -> PortForwardClient<Transport> {
    do throws(StreamingFailure) { return PortForwardClient(over: try makeTransport()) } catch { throw failure(error) }
  }

  private func failure(_ error: StreamingFailure) -> StreamingError {
    StreamingError(.protocolViolation, "the session cannot start: \(error)", url: url.text, transport: transport)
  }
}
