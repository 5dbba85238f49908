import Testing

@testable import CRIStreaming

/// The client's result for each way in which a session can end. There is no success without a status that reports it.
struct CommandResultTests {
  typealias Outcome = Result<CommandResult, RemoteCommandFailure>

  static let statuses: [(text: String, outcome: Outcome)] = [
    (#"{"metadata":{},"status":"Success"}"#, .success(.exited(status: 0))),
    ("\n {\"status\":\"Success\"}\n", .success(.exited(status: 0))),
    (
      #"{"status":"Failure","message":"command terminated with non-zero exit code: 3","reason":"NonZeroExitCode","#
        + #""details":{"causes":[{"reason":"X","message":"9"},{"reason":"ExitCode","message":"3"}]}}"#,
      .success(.exited(status: 3))
    ),
    (
      #"{"status":"Failure","message":"no such task","reason":"InternalError","code":500}"#,
      .success(.failed(RemoteStatus(message: "no such task", reason: "InternalError", code: 500)))
    ),
    (#"{"status":"Failure"}"#, .success(.failed(RemoteStatus(message: "")))),
    ("", .failure(.noStatus("the error stream ended without a status"))),
    (
      "not json",
      .failure(
        .malformedStatus("not json", reason: "it is not JSON: line 1, column 1: expected a value, found `n`"))
    ),
    ("{}", .failure(.malformedStatus("{}", reason: "its status is missing"))),
    (#"{"status":"Maybe"}"#, .failure(.malformedStatus(#"{"status":"Maybe"}"#, reason: "its status is Maybe"))),
    (#"{"status":7}"#, .failure(.malformedStatus(#"{"status":7}"#, reason: "its status is missing"))),
  ]

  static let exitCodes = ["0", "256", "-1", "", "x", "03 "]

  /// The outcomes for a client whose server accepts the streams, sends `bytes` on the error stream, and then the frames
  /// of `ending`.
  static func outcomes(
    _ version: RemoteCommandProtocol, _ bytes: [UInt8], chunkSize: Int, ending: [SPDYFrame]
  ) throws -> [Outcome] {
    var client = try RemoteCommandClient(
      over: try SPDYSession(role: .client), version: version, streams: RemoteCommandStreams(stderr: false))
    let data: [SPDYFrame] = bytes.split(chunkSize).map { .data(id: 1, $0) }
    client.receive(try SPDYSessionTests.bytes([.synReply(id: 1, []), .synReply(id: 3, [])] + data + ending))
    client.connectionEnded("the connection was closed")
    return client.takeEvents().compactMap { event in
      if case .result(let outcome) = event { outcome } else { nil }
    }
  }

  static let fin: [SPDYFrame] = [.data(id: 1, [], isLast: true), .data(id: 3, [], isLast: true)]
  static let resets: [SPDYFrame] = [.reset(id: 3, .cancel), .reset(id: 1, .cancel), .goAway(lastStream: 3, .okay)]

  @Test(arguments: statuses.indices, [1, 1000]) func `statuses are read from the error stream`(
    index: Int, chunkSize: Int
  )
    throws
  {
    let testCase = Self.statuses[index]
    for ending in [Self.fin, Self.resets] {
      for version in [RemoteCommandProtocol.v4, .v5] {
        let outcomes = try Self.outcomes(version, [UInt8](testCase.text), chunkSize: chunkSize, ending: ending)
        // The parser's message is not tested here.
        guard case .failure(.malformedStatus(let text, let reason)) = testCase.outcome,
          reason.hasPrefix("it is not JSON"),
          case .failure(.malformedStatus(let found, let why)) = outcomes.first, outcomes.count == 1
        else {
          #expect(outcomes == [testCase.outcome])
          continue
        }
        #expect(text == found && why.hasPrefix("it is not JSON"))
      }
    }
  }

  /// Found by fuzzing: the same bytes were a success or a failure, depending on how they were divided.
  @Test(
    arguments: [1, 2, 7, 1000], ["}", "{}", "\0", #"{"status":"Failure"}"#, String(repeating: " x", count: 40_000)])
  func `what follows the status is ignored`(chunkSize: Int, rest: String) throws {
    let status = #"{"message":"a } in \" a string","details":{"causes":[{}]},"status":"Success"}"#
    let outcomes = try Self.outcomes(.v4, [UInt8](status + rest), chunkSize: chunkSize, ending: Self.fin)
    #expect(outcomes == [.success(.exited(status: 0))])
  }

  @Test(arguments: [1, 1000]) func `an object that is not JSON is an error at its end`(chunkSize: Int) throws {
    let outcomes = try Self.outcomes(.v4, [UInt8](#"{status: "Success"}"#), chunkSize: chunkSize, ending: [])
    guard case .failure(.malformedStatus(#"{status: "Success"}"#, let reason)) = outcomes.first else {
      Issue.record("\(outcomes)")
      return
    }
    #expect(reason.hasPrefix("it is not JSON") && outcomes.count == 1)
  }

  @Test(arguments: exitCodes) func `an invalid exit code is an error`(_ code: String) throws {
    let text =
      #"{"status":"Failure","reason":"NonZeroExitCode","details":{"causes":[{"reason":"ExitCode","message":"\#(code)"}]}}"#
    let outcomes = try Self.outcomes(.v4, [UInt8](text), chunkSize: 1000, ending: Self.fin)
    #expect(outcomes == [.failure(.malformedStatus(text, reason: "its exit code is \(code)"))])
  }

  @Test(arguments: [
    #"{"status":"Failure","reason":"NonZeroExitCode"}"#,
    #"{"status":"Failure","reason":"NonZeroExitCode","details":5}"#,
    #"{"status":"Failure","reason":"NonZeroExitCode","details":{"causes":[]}}"#,
  ]) func `a missing exit code is an error`(_ text: String) throws {
    let outcomes = try Self.outcomes(.v4, [UInt8](text), chunkSize: 1000, ending: Self.fin)
    #expect(outcomes == [.failure(.malformedStatus(text, reason: "it contains no exit code"))])
  }

  @Test func `an endless status is an error`() throws {
    let bytes = [UInt8](repeating: UInt8(ascii: "{"), count: 200_000)
    for version in RemoteCommandProtocol.allCases {
      let outcomes = try Self.outcomes(version, bytes, chunkSize: 10_000, ending: Self.fin)
      #expect(outcomes == [.failure(.statusTooLarge(limit: 64 << 10))])
    }
  }

  @Test(arguments: [RemoteCommandProtocol.v1, .v2, .v3]) func `before v4 only errors are reported`(
    _ version: RemoteCommandProtocol
  ) throws {
    for ending in [Self.fin, Self.resets] {
      #expect(
        try Self.outcomes(version, [], chunkSize: 1, ending: ending) == [.success(.unreported(version))])
      #expect(
        try Self.outcomes(version, [UInt8]("oh no"), chunkSize: 2, ending: ending) == [
          .success(.failed(RemoteStatus(message: "oh no")))
        ])
    }
    // Only the error stream ends before the connection is lost.
    #expect(
      try Self.outcomes(version, [], chunkSize: 1, ending: [.data(id: 1, [], isLast: true)]) == [
        .failure(.noStatus("the connection was closed"))
      ])
  }

  /// The daemon dies during the session, so there is no status and no success.
  @Test(arguments: RemoteCommandProtocol.allCases) func `a lost connection is not a success`(
    _ version: RemoteCommandProtocol
  ) throws {
    #expect(
      try Self.outcomes(version, [], chunkSize: 1, ending: []) == [.failure(.noStatus("the connection was closed"))])
    #expect(
      try Self.outcomes(version, [], chunkSize: 1, ending: [.data(id: 3, [], isLast: true)]) == [
        .failure(.noStatus("the connection was closed"))
      ])
  }

  @Test func `output after the status is delivered`() throws {
    var client = try RemoteCommandClient(
      over: try SPDYSession(role: .client), version: .v4, streams: RemoteCommandStreams(stderr: false))
    client.receive(
      try SPDYSessionTests.bytes([
        .synReply(id: 1, []), .synReply(id: 3, []), .data(id: 1, [UInt8](#"{"status":"Success"}"#)),
        .data(id: 3, [1]),
      ]))
    #expect(
      client.takeEvents() == [.ready, .result(.success(.exited(status: 0))), .output(.stdout, [1])])
    // The output stream never closes, and the reader decides how long to wait.
    #expect(client.isFinished == false)
    client.connectionEnded("enough")
    #expect(client.takeEvents() == [.endOfOutput(.stdout)] && client.isFinished)
  }

  @Test func `a refused stream is reported as the result`() throws {
    var client = try RemoteCommandClient(
      over: try SPDYSession(role: .client), version: .v4, streams: RemoteCommandStreams())
    client.receive(try SPDYSessionTests.bytes([.synReply(id: 1, []), .reset(id: 3, .refusedStream)]))
    #expect(
      client.takeEvents() == [
        .result(.failure(.streamRefused(.stdout, .spdy(.refusedStream, byPeer: true)))), .endOfOutput(.stdout),
      ])
  }

  @Test func `a transport failure is reported as the result`() throws {
    var client = try RemoteCommandClient(
      over: try SPDYSession(role: .client), version: .v4, streams: RemoteCommandStreams(stderr: false))
    client.receive(
      try SPDYSessionTests.bytes([.synReply(id: 3, []), .data(id: 3, [7])]) + [0x80, 2, 0, 0, 0, 0, 0, 0])
    #expect(
      client.takeEvents() == [
        .output(.stdout, [7]), .endOfOutput(.stdout),
        .result(.failure(.transport(.spdy(.unsupportedVersion(2))))),
      ])
  }

  // MARK: WebSocket

  static func webSocketOutcome(
    _ channel: ChannelProtocol, _ messages: [[UInt8]], code: WebSocketCloseCode?
  ) throws -> [RemoteCommandEvent] {
    var client = try RemoteCommandClient(
      over: ChannelSession(role: .client, channel, layout: .remoteCommand), version: channel.version,
      streams: RemoteCommandStreams())
    var server = WebSocketSession(role: .server)
    var bytes: [UInt8] = []
    for message in messages { server.send(.binary, message, into: &bytes) }
    if let code { server.close(code, reason: "bye") }
    server.send(into: &bytes)
    for piece in bytes.split(3) { client.receive(piece) }
    client.connectionEnded("lost")
    return client.takeEvents().filter { event in
      if case .result = event { true } else if case .output = event { true } else { false }
    }
  }

  @Test func `a WebSocket session ends with the result of its error channel`() throws {
    let (v4, v1) = (ChannelProtocol(.v4), ChannelProtocol(.v1))
    let success = [3] + [UInt8](#"{"status":"Success"}"#)
    let none = RemoteCommandEvent.result(.failure(.noStatus("the error stream ended without a status")))
    // The server's first message is empty.
    #expect(
      try Self.webSocketOutcome(v4, [[1], success], code: .normal) == [.result(.success(.exited(status: 0)))])
    #expect(try Self.webSocketOutcome(v4, [[1], []], code: .normal) == [none])
    #expect(try Self.webSocketOutcome(v4, [], code: nil) == [.result(.failure(.noStatus("lost")))])
    #expect(
      try Self.webSocketOutcome(v4, [], code: .internalError) == [
        .result(.failure(.noStatus("WebSocket close code 1011: bye")))
      ])
    #expect(try Self.webSocketOutcome(v1, [], code: .normal) == [.result(.success(.unreported(.v1)))])
    #expect(try Self.webSocketOutcome(v1, [], code: nil) == [.result(.failure(.noStatus("lost")))])
    #expect(
      try Self.webSocketOutcome(v1, [[3, 97]], code: .normal) == [.result(.success(.failed(.init(message: "a"))))])
    // Channels that were not requested or do not exist.
    #expect(
      try Self.webSocketOutcome(v4, [[0, 1], [4, 1], [200, 1], [255, 0], success], code: .normal) == [
        .result(.success(.exited(status: 0)))
      ])
  }

  @Test func `a malformed message on a channel is a transport failure`() throws {
    func failure(_ channel: ChannelProtocol, _ message: [UInt8]) throws -> RemoteCommandEvent? {
      try Self.webSocketOutcome(channel, [message], code: .normal).last
    }
    #expect(
      try failure(ChannelProtocol(.v5), [255]) == .result(.failure(.transport(.channel(.malformedClose([255]))))))
    #expect(
      try failure(ChannelProtocol(.v5), [255, 1, 2])
        == .result(.failure(.transport(.channel(.malformedClose([255, 1, 2]))))))
    for text in ["1Zg=", "1Z", "1Zg==Zg==", "1Zg==Z", "1!!!!"] {
      #expect(
        try failure(ChannelProtocol(.v4, isBase64: true), [UInt8](text))
          == .result(.failure(.transport(.channel(.malformedBase64(channel: 1))))), "\(text)")
    }
    let good = try Self.webSocketOutcome(ChannelProtocol(.v4, isBase64: true), [[UInt8]("1Zm9vCgo=")], code: .normal)
    let output = good.flatMap { event -> [UInt8] in if case .output(.stdout, let bytes) = event { bytes } else { [] } }
    #expect(output == [UInt8]("foo\n\n"))
  }
}
