import Testing

@testable import CRIStreaming

struct RemoteCommandTests {
  static let everything = RemoteCommandStreams(stdin: true)

  // MARK: Which streams there are

  static let streamCases: [(version: RemoteCommandProtocol, streams: RemoteCommandStreams, expected: [RemoteStream])] =
    [
      (.v5, everything, [.error, .stdin, .stdout, .stderr]),
      (.v4, RemoteCommandStreams(), [.error, .stdout, .stderr]),
      (.v4, RemoteCommandStreams(stdin: true, terminal: true), [.error, .stdin, .stdout, .resize]),
      (.v3, RemoteCommandStreams(stdin: true, terminal: true), [.error, .stdin, .stdout, .resize]),
      (.v2, RemoteCommandStreams(stdin: true, terminal: true), [.error, .stdin, .stdout]),
      (.v1, RemoteCommandStreams(stdin: true, terminal: true), [.error, .stdin, .stdout]),
      (.v4, RemoteCommandStreams(stdin: true, stdout: false, stderr: false), [.error, .stdin]),
    ]

  @Test(arguments: streamCases.indices) func streams(index: Int) throws {
    let one = Self.streamCases[index]
    #expect(one.streams.streams(in: one.version) == one.expected)
    var client = try RemoteCommandClient(
      over: try SPDYSession(role: .client), version: one.version, streams: one.streams)
    var bytes: [UInt8] = []
    client.send(into: &bytes)
    let opened = try SPDYFrameTests.frames([bytes]).compactMap { frame -> String? in
      if case .synStream(_, _, _, let fields, _, _) = frame { fields["streamtype"] } else { nil }
    }
    #expect(opened == one.expected.map(\.rawValue))
  }

  // MARK: Complete sessions between our client and our server

  private func run<T: StreamTransport & ~Copyable>(_ pair: CommandPair<T>, canEndInput: Bool, piece: Int) throws {
    try pair.exchange(piece: piece)
    let begun = pair.take()
    #expect(begun.client == [.ready] && begun.server == [.ready])
    let large = (0..<(piece == 1 ? 20_000 : 200_000)).map { UInt8($0 % 253) }
    pair.client.write(large)
    #expect(pair.client.finishInput() == canEndInput)
    pair.server.write(large.reversed(), to: .stdout)
    pair.server.write([UInt8]("warning"), to: .stderr)
    try pair.exchange(piece: piece)
    #expect(pair.stdin == large && pair.stdout == large.reversed() && pair.stderr == [UInt8]("warning"))
    #expect(pair.take().server == (canEndInput ? [.endOfInput] : []))
    pair.server.write([UInt8]("last words"), to: .stdout)
    pair.server.finish(.exited(status: 7))
    try pair.exchange(piece: piece)
    #expect(pair.stdout.suffix(10) == [UInt8]("last words")[...])
    let events = pair.take().client
    let result: CommandResult =
      pair.client.version.reportsStatus
      ? .exited(status: 7)
      : .failed(RemoteStatus(message: "command terminated with non-zero exit code: exit status 7"))
    #expect(events.contains(.result(.success(result))), "\(events)")
    #expect(events.contains(.endOfOutput(.stdout)) && events.contains(.endOfOutput(.stderr)))
    #expect(pair.client.isFinished == true)
  }

  @Test(arguments: RemoteCommandProtocol.allCases, [1, 1000, 100_000]) func overSPDY(
    version: RemoteCommandProtocol, piece: Int
  ) throws {
    try run(try CommandPair.spdy(version, Self.everything), canEndInput: true, piece: piece)
  }

  @Test(arguments: ChannelProtocol.all, [1, 1000, 100_000]) func overChannels(
    channel: ChannelProtocol, piece: Int
  ) throws {
    try run(
      try CommandPair.channels(channel, Self.everything), canEndInput: channel.version == .v5, piece: piece)
  }

  @Test(arguments: [0, 1, 2, 127, 128, 137, 254, 255] as [UInt8]) func `the exit status arrives`(_ status: UInt8) throws
  {
    let pair = try CommandPair.spdy(.v4, RemoteCommandStreams())
    try pair.exchange()
    pair.server.finish(.exited(status: status))
    try pair.exchange()
    #expect(pair.take().client.contains(.result(.success(.exited(status: status)))))
  }

  @Test func `the terminal can be resized`() throws {
    for version in [RemoteCommandProtocol.v3, .v4, .v5] {
      let pair = try CommandPair.spdy(version, RemoteCommandStreams(stdin: true, terminal: true))
      let sizes = [TerminalSize(width: 80, height: 24), TerminalSize(width: 65535, height: 0)]
      for size in sizes { #expect(pair.client.resize(size) == true) }
      try pair.exchange(piece: 1)
      #expect(pair.take().server == [.ready] + sizes.map { .resize($0) })
    }
    let pair = try CommandPair.spdy(.v2, RemoteCommandStreams(stdin: true, terminal: true))
    #expect(pair.client.resize(TerminalSize(width: 1, height: 1)) == false)
  }

  @Test func `terminal sizes are read however they are split`() {
    #expect(TerminalSize(width: 80, height: 24).message == [UInt8](#"{"Width":80,"Height":24}"# + "\n"))
    var reader = TerminalSizeReader()
    let text =
      #"{"Width":1,"Height":2} nonsense}{"Width":-1,"Height":2}{"Width":70000,"Height":2}{"Height":4,"Width":3}"#
    #expect(
      reader.receive([UInt8](text)) == [TerminalSize(width: 1, height: 2), TerminalSize(width: 3, height: 4)])
    #expect(reader.receive([UInt8](repeating: 65, count: 100_000)).isEmpty)
    #expect(reader.receive([UInt8](#"}{"Width":1,"Height":2}"#)) == [TerminalSize(width: 1, height: 2)])
  }

  @Test func `a session can be cancelled`() throws {
    let pair = try CommandPair.spdy(.v5, Self.everything)
    try pair.exchange()
    _ = pair.take()
    pair.client.close()
    try pair.exchange()
    #expect(pair.take().server == [.gone("CANCEL")])
    let channels = try CommandPair.channels(ChannelProtocol(.v5), Self.everything)
    try channels.exchange()
    _ = channels.take()
    channels.client.close()
    try channels.exchange()
    // The server is notified of the end of the input or of the connection.
    #expect(channels.take().server == [.endOfInput, .gone("WebSocket close code 1000")])
  }

  @Test func `a server that takes no more input is reported`() throws {
    let pair = try CommandPair.spdy(.v5, Self.everything)
    try pair.exchange()
    _ = pair.take()
    #expect(pair.client.unsentInput == 0)
    pair.server.finish(.exited(status: 0))
    try pair.exchange()
    #expect(pair.take().client.contains(.inputClosed))
    #expect(pair.client.unsentInput == nil)
  }
}
