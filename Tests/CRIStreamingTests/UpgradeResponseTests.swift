import Testing

@testable import CRIStreaming

/// The client reads the responses of real and hostile servers.
struct UpgradeResponseTests {
  static let offered = ["v5.channel.k8s.io", "v4.channel.k8s.io", "channel.k8s.io"]
  static let key = WebSocketKey(text: "dGhlIHNhbXBsZSBub25jZQ==")

  static func request(_ transport: StreamTransportKind) throws -> UpgradeRequest {
    switch transport {
    case .spdy: try .spdy(target: "/", host: "h", protocols: offered)
    case .webSocket: try .webSocket(target: "/", host: "h", protocols: offered, key: key)
    }
  }

  struct Case: CustomTestStringConvertible, Sendable {
    var name: String
    var transport = StreamTransportKind.spdy
    var response: String
    /// Whether the connection is closed after the response.
    var isClosed = false
    var outcome: Result<UpgradeResponseReader.Upgraded, UpgradeFailure>
    var testDescription: String { name }
  }

  static let head = "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\n"
  static let ok = head + "Upgrade: SPDY/3.1\r\nX-Stream-Protocol-Version: v4.channel.k8s.io\r\n\r\n"
  static let webSocketHead = head + "Upgrade: websocket\r\n"
  static let accept = "Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n"
  static let chosen = "Sec-WebSocket-Protocol: v5.channel.k8s.io\r\n"

  /// A response whose head has this many bytes before the empty line.
  static func largest(_ size: Int) -> String {
    let start = head + "Upgrade: SPDY/3.1\r\nA: "
    return start + String(repeating: "x", count: size - start.utf8.count) + "\r\n\r\n"
  }

  static func upgraded(_ name: String, _ rest: String = "") -> Result<UpgradeResponseReader.Upgraded, UpgradeFailure> {
    .success(UpgradeResponseReader.Upgraded(protocolName: name, rest: [UInt8](rest)))
  }

  static let cases = [
    Case(name: "SPDY", response: ok, outcome: upgraded("v4.channel.k8s.io")),
    Case(
      name: "frames directly after the response", response: ok + "\u{0}xyz",
      outcome: upgraded("v4.channel.k8s.io", "\u{0}xyz")),
    Case(
      name: "names in any case",
      response: "HTTP/1.1 101\r\nCONNECTION: keep-alive, upgrade\r\nupgrade:spdy/3.1\r\n"
        + "x-stream-protocol-version:  v5.channel.k8s.io \r\n\r\n", outcome: upgraded("v5.channel.k8s.io")),
    Case(
      name: "a missing version means the unversioned protocol", response: head + "Upgrade: SPDY/3.1\r\n\r\n",
      outcome: upgraded("channel.k8s.io")),
    Case(
      name: "an interim response first", response: "HTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\n" + ok,
      outcome: upgraded("v4.channel.k8s.io")),
    Case(
      name: "WebSocket", transport: .webSocket, response: webSocketHead + accept + chosen + "\r\n",
      outcome: upgraded("v5.channel.k8s.io")),

    Case(
      name: "a different protocol than the requested one", response: webSocketHead + "\r\n",
      outcome: .failure(.wrongUpgrade(expected: "SPDY/3.1", found: "websocket"))),
    Case(
      name: "101 without Upgrade", response: head + "\r\n",
      outcome: .failure(.wrongUpgrade(expected: "SPDY/3.1", found: ""))),
    Case(
      name: "101 without Connection", response: "HTTP/1.1 101 X\r\nUpgrade: SPDY/3.1\r\n\r\n",
      outcome: .failure(.wrongUpgrade(expected: "SPDY/3.1", found: "SPDY/3.1"))),
    Case(
      name: "a version that was not offered",
      response: head + "Upgrade: SPDY/3.1\r\nX-Stream-Protocol-Version: v9.channel.k8s.io\r\n\r\n",
      outcome: .failure(.wrongProtocol(offered: offered, found: "v9.channel.k8s.io"))),
    Case(
      name: "WebSocket without Accept", transport: .webSocket, response: webSocketHead + chosen + "\r\n",
      outcome: .failure(.wrongAccept(expected: "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=", found: nil))),
    Case(
      name: "WebSocket with a wrong Accept", transport: .webSocket,
      response: webSocketHead + "Sec-WebSocket-Accept: x\r\n" + chosen + "\r\n",
      outcome: .failure(.wrongAccept(expected: "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=", found: "x"))),
    Case(
      name: "WebSocket without a protocol", transport: .webSocket, response: webSocketHead + accept + "\r\n",
      outcome: .failure(.wrongProtocol(offered: offered, found: nil))),
    Case(
      name: "WebSocket with an extension", transport: .webSocket,
      response: webSocketHead + accept + chosen + "Sec-WebSocket-Extensions: permessage-deflate; a=1\r\n\r\n",
      outcome: .failure(.unexpectedExtension("permessage-deflate; a=1"))),

    Case(
      name: "200 instead of 101", response: "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello",
      outcome: .failure(.notUpgraded(status: 200, reason: "OK", body: "hello"))),
    Case(
      name: "a redirect", response: "HTTP/1.1 302 Found\r\nLocation: http://198.51.100.1/\r\n\r\n",
      outcome: .failure(.redirected(status: 302, location: "http://198.51.100.1/"))),
    Case(
      name: "a redirect without a location", response: "HTTP/1.1 307 X\r\n\r\n",
      outcome: .failure(.redirected(status: 307, location: nil))),
    Case(
      name: "a refusal with the accepted protocols",
      response: "HTTP/1.1 403 Forbidden\r\nX-Accepted-Stream-Protocol-Versions: v4.channel.k8s.io\r\n"
        + "X-Accepted-Stream-Protocol-Versions: v3.channel.k8s.io\r\nContent-Length: 6\r\n\r\n nope\n",
      outcome: .failure(
        .refused(
          status: 403, reason: "Forbidden", body: "nope",
          acceptedProtocols: ["v4.channel.k8s.io", "v3.channel.k8s.io"]))),
    // golang.org/x/net/websocket responds in this way and closes the connection.
    Case(
      name: "a refusal that ends with the connection", transport: .webSocket,
      response: "HTTP/1.1 403 Forbidden\r\n\r\nunsupported", isClosed: true,
      outcome: .failure(.refused(status: 403, reason: "Forbidden", body: "unsupported", acceptedProtocols: []))),
    Case(
      name: "a body in chunks",
      response: "HTTP/1.1 500 Oh\r\nTransfer-Encoding: chunked\r\n\r\n4;x=y\r\nwhat\r\n3\r\n er\r\n0\r\n\r\n",
      outcome: .failure(.refused(status: 500, reason: "Oh", body: "what er", acceptedProtocols: []))),
    Case(
      name: "damaged chunks", response: "HTTP/1.1 500 Oh\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
      outcome: .failure(.refused(status: 500, reason: "Oh", body: "", acceptedProtocols: []))),
    Case(
      name: "an endless body", response: "HTTP/1.1 404 X\r\n\r\n" + String(repeating: "x", count: 9000),
      outcome: .failure(
        .refused(status: 404, reason: "X", body: String(repeating: "x", count: 8192), acceptedProtocols: []))),
    Case(
      name: "no body", response: "HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n",
      outcome: .failure(.refused(status: 404, reason: "Not Found", body: "", acceptedProtocols: []))),

    Case(
      name: "a protocol other than HTTP", response: "SSH-2.0-OpenSSH_9\r\n",
      outcome: .failure(.notHTTP("SSH-2.0-OpenSSH_9"))),
    Case(
      name: "a protocol whose first byte is that of HTTP", response: "HELO\r\n", outcome: .failure(.notHTTP("HELO"))),
    Case(name: "TLS", response: "\u{15}\u{3}\u{1}", outcome: .failure(.notHTTP(#"\x15\x03\x01"#))),
    Case(name: "no status", response: "HTTP/1.1 abc\r\n\r\n", outcome: .failure(.notHTTP("HTTP/1.1 abc"))),
    Case(
      name: "no response", response: "", isClosed: true, outcome: .failure(.connectionEnded(received: ""))),
    Case(
      name: "half a head", response: "HTTP/1.1 101 Swi", isClosed: true,
      outcome: .failure(.connectionEnded(received: "HTTP/1.1 101 Swi"))),
    Case(
      name: "a line feed without a carriage return", response: "HTTP/1.1 101 X\nConnection: Upgrade\r\n\r\n",
      outcome: .failure(.malformedHead("line 1 does not end with CR LF"))),
    Case(
      name: "a field without a colon", response: "HTTP/1.1 101 X\r\nnonsense\r\n\r\n",
      outcome: .failure(.malformedHead("not a header field: nonsense"))),
    Case(
      name: "a folded field", response: "HTTP/1.1 101 X\r\nA: b\r\n c\r\n\r\n",
      outcome: .failure(.malformedHead("not a header field:  c"))),
    Case(
      name: "a control character", response: "HTTP/1.1 101 X\r\nA: \u{0}\r\n\r\n",
      outcome: .failure(.malformedHead(#"control characters in a header field: A: \x00"#))),
    Case(
      name: "too many interim responses", response: String(repeating: "HTTP/1.1 100 X\r\n\r\n", count: 9),
      outcome: .failure(.malformedHead("more than 8 interim responses"))),
    Case(
      name: "an endless head", response: "HTTP/1.1 101 X\r\nA: " + String(repeating: "x", count: 20_000),
      outcome: .failure(.headTooLarge(limit: 16384))),
    Case(
      name: "a head of exactly the limit", response: largest(16384), outcome: upgraded("channel.k8s.io")),
    Case(
      name: "a head of one byte more", response: largest(16385), outcome: .failure(.headTooLarge(limit: 16384))),
    Case(
      name: "many fields", response: "HTTP/1.1 101 X\r\n" + String(repeating: "A:\r\n", count: 200) + "\r\n",
      outcome: .failure(.tooManyFields(limit: 100))),
  ]

  /// The outcome does not depend on how the bytes are split.
  @Test(arguments: cases, [1, 3, 100, 100_000]) func reads(_ one: Case, piece: Int) throws {
    var reader = UpgradeResponseReader(to: try Self.request(one.transport))
    var outcome: Result<UpgradeResponseReader.Upgraded, UpgradeFailure>?
    var pieces = [UInt8](one.response).split(piece)
    while outcome == nil, !pieces.isEmpty {
      do throws(UpgradeFailure) {
        outcome = try reader.receive(pieces.removeFirst()).map { .success($0) }
      } catch { outcome = .failure(error) }
    }
    if outcome == nil, one.isClosed { outcome = .failure(reader.connectionEnded()) }
    switch (outcome, one.outcome) {
    case (.success(let upgraded), .success(let expected)):
      #expect(upgraded.protocolName == expected.protocolName)
      #expect(upgraded.rest + pieces.joined() == expected.rest)
    // If fewer bytes have been received, fewer are quoted.
    case (.failure(.notHTTP(let found)), .failure(.notHTTP(let expected))): #expect(expected.hasPrefix(found))
    default: #expect(outcome == one.outcome)
    }
  }

  @Test func `failures say whether another transport may succeed`() {
    let refused = UpgradeFailure.refused(status: 403, reason: "", body: "", acceptedProtocols: [])
    let ended = UpgradeFailure.connectionEnded(received: "")
    #expect(
      [refused, ended, .redirected(status: 302, location: nil)].map(\.isTransportRefused) == [true, false, false])
  }
}
