internal import CRISystem

/// Runs on the thread of a session, from connecting to the end.
struct SessionThread {
  let url: StreamURL
  let transport: StreamTransportKind
  let streams: RemoteCommandStreams
  let options: StreamingOptions
  let mailbox: SessionMailbox

  /// The maximum number of bytes of output of one session to buffer until they are read.
  private static let buffer = 1 << 20

  func run() {
    do throws(StreamingError) {
      try serve()
      mailbox.close(error(.connectionLost, "the session ended without a final status"))
    } catch { mailbox.close(error) }
  }

  private func error(_ code: StreamingError.Code, _ reason: String) -> StreamingError {
    StreamingError(code, reason, url: url.text, transport: transport)
  }

  private func serve() throws(StreamingError) {
    let deadline = ContinuousClock.now + options.setupTimeout
    let connector = StreamConnector(
      url: url, transport: transport, options: options, deadline: deadline, wakeDescriptor: mailbox.wakeDescriptor,
      isCancelled: { mailbox.isCancelled })
    switch transport {
    case .spdy:
      let (socket, upgraded) = try connector.open(RemoteCommandProtocol.offeredOverSPDY)
      // The connector has checked that the protocol is one of those that were offered.
      let version = RemoteCommandProtocol(rawValue: upgraded.protocolName) ?? .v1
      try runSession(socket, upgraded.rest, version, deadline) { () throws(StreamingFailure) in
        try SPDYSession.client(buffer: Self.buffer)
      }
    case .webSocket:
      let (socket, upgraded) = try connector.open(ChannelProtocol.all.map(\.name))
      let channels = ChannelProtocol(name: upgraded.protocolName) ?? ChannelProtocol(.v4)
      try runSession(socket, upgraded.rest, channels.version, deadline) {
        ChannelSession(role: .client, channels, layout: .remoteCommand, maximumBuffer: Self.buffer)
      }
    }
  }

  private func runSession<Transport: StreamTransport & ~Copyable>(
    _ socket: any StreamSocket, _ rest: [UInt8], _ version: RemoteCommandProtocol,
    _ deadline: ContinuousClock.Instant, _ makeTransport: () throws(StreamingFailure) -> Transport
  ) throws(StreamingError) {
    let client = try begin(version, makeTransport)
    let agreement = SessionMailbox.Agreement(transport: transport, version: version)
    var loop = SessionLoop(client, StreamPipe(socket), mailbox, agreement, url: url.text, deadline: deadline)
    try loop.run(first: rest)
    socket.announceEnd()
  }

  private func begin<Transport: StreamTransport & ~Copyable>(
    _ version: RemoteCommandProtocol, _ makeTransport: () throws(StreamingFailure) -> Transport
  ) throws(StreamingError) -> RemoteCommandClient<Transport> {
    do throws(StreamingFailure) {
      return try RemoteCommandClient(over: try makeTransport(), version: version, streams: streams)
    } catch { throw self.error(.protocolViolation, "the session cannot start: \(error)") }
  }
}
