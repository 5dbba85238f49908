import CRIJSON
import Testing

@testable import CRIStreaming

struct WebSocketTests {
  static func sent(_ session: inout WebSocketSession) -> [UInt8] {
    var bytes: [UInt8] = []
    session.send(into: &bytes)
    return bytes
  }

  /// Returns the events with the pieces of each message joined; each piece must indicate whether it is the first and
  /// whether it is the last.
  static func joined(_ events: [WebSocketEvent]) -> [WebSocketEvent] {
    var result: [WebSocketEvent] = []
    var message: [UInt8]?
    for event in events {
      guard case .message(let kind, let bytes, let isFirst, let isLast) = event else {
        result.append(event)
        continue
      }
      #expect(isFirst == (message == nil))
      message = (message ?? []) + bytes
      guard isLast else { continue }
      result.append(.message(kind, message ?? [], isFirst: true, isLast: true))
      message = nil
    }
    return result
  }

  static func whole(_ kind: WebSocketMessageKind, _ bytes: [UInt8]) -> WebSocketEvent {
    .message(kind, bytes, isFirst: true, isLast: true)
  }

  typealias Case = (
    name: String, role: WebSocketSession.Role, bytes: [UInt8], events: [WebSocketEvent], reply: [UInt8]
  )

  /// The first cases are the examples from RFC 6455, section 5.7.
  static let cases: [Case] = [
    ("unmasked text", .client, [UInt8](hex: "81 05 48656c6c6f"), [whole(.text, [UInt8]("Hello"))], []),
    (
      "masked text", .server, [UInt8](hex: "81 85 37fa213d 7f9f4d5158"), [whole(.text, [UInt8]("Hello"))], []
    ),
    (
      "a fragmented message", .client, [UInt8](hex: "01 03 48656c 80 02 6c6f"), [whole(.text, [UInt8]("Hello"))], []
    ),
    ("a ping", .client, [UInt8](hex: "89 05 48656c6c6f"), [], [0x8a]),
    ("a pong", .server, [UInt8](hex: "8a 85 37fa213d 7f9f4d5158"), [.pong([UInt8]("Hello"))], []),
    (
      "256 bytes", .client, [UInt8](hex: "82 7e 0100") + [UInt8](repeating: 7, count: 256),
      [whole(.binary, [UInt8](repeating: 7, count: 256))], []
    ),
    (
      "64 KiB", .client, [UInt8](hex: "82 7f 0000000000010000") + [UInt8](repeating: 7, count: 65536),
      [whole(.binary, [UInt8](repeating: 7, count: 65536))], []
    ),
    ("an empty message", .client, [UInt8](hex: "82 00"), [whole(.binary, [])], []),
    (
      "a ping inside a message", .client, [UInt8](hex: "02 01 41 89 00 00 01 42 80 00"),
      [whole(.binary, [0x41, 0x42])],
      [0x8a]
    ),
    (
      "a character in two fragments", .client, [UInt8](hex: "01 01 c3 80 01 bc"), [whole(.text, [0xc3, 0xbc])], []
    ),
    ("closing without a code", .client, [UInt8](hex: "88 00"), [.closed(nil, reason: "")], [0x88]),
    (
      "closing with a code, and bytes after it", .client, [UInt8](hex: "88 05 03e8 627965 ff ff"),
      [.closed(.normal, reason: "bye")], [0x88]
    ),
    ("a private code", .client, [UInt8](hex: "88 02 0fa0"), [.closed(.init(rawValue: 4000), reason: "")], [0x88]),
  ]

  @Test(arguments: cases.indices, [1, 3, 100_000]) func receives(index: Int, piece: Int) throws {
    let one = Self.cases[index]
    var session = WebSocketSession(role: one.role)
    for bytes in one.bytes.split(piece) { try session.receive(bytes) }
    #expect(Self.joined(session.takeEvents()) == one.events, "\(one.name)")
    #expect(Self.sent(&session).prefix(1) == one.reply.prefix(1), "\(one.name)")
  }

  static let faults: [(name: String, role: WebSocketSession.Role, bytes: String, failure: WebSocketFailure)] = [
    ("a masked frame from the server", .client, "81 85 37fa213d 7f9f4d5158", .protocolError("a frame is masked")),
    ("an unmasked frame from the client", .server, "81 05 48656c6c6f", .protocolError("a frame is not masked")),
    ("a reserved bit", .client, "c1 00", .protocolError("a reserved bit is set")),
    ("an unknown opcode", .client, "83 00", .protocolError("unknown opcode 3")),
    ("an unknown control opcode", .client, "8b 00", .protocolError("unknown opcode 11")),
    ("a fragmented ping", .client, "09 00", .protocolError("a control frame is fragmented")),
    ("a long ping", .client, "89 7e 007e", .protocolError("a control frame has more than 125 bytes")),
    ("a message inside a message", .client, "01 00 81 00", .protocolError("a message begins inside another one")),
    ("a continuation of nothing", .client, "80 00", .protocolError("a continuation without a message")),
    (
      "a continuation after the end", .client, "81 00 80 00", .protocolError("a continuation without a message")
    ),
    ("64 bits of length", .client, "82 7f 8000000000000000", .protocolError("a length has more than 63 bits")),
    (
      "a small length in 16 bits", .client, "82 7e 0005",
      .protocolError("a length is encoded in more bytes than it needs")
    ),
    (
      "a small length in 64 bits", .client, "82 7f 000000000000ffff",
      .protocolError("a length is encoded in more bytes than it needs")
    ),
    ("a huge message", .client, "82 7f 7fffffffffffffff", .messageTooLarge(limit: 1000)),
    ("a huge message in fragments", .client, "02 01 00 80 7e 03e8", .messageTooLarge(limit: 1000)),
    ("a surrogate", .client, "81 03 eda080", .invalidUTF8),
    ("an overlong character", .client, "81 02 c080", .invalidUTF8),
    ("a character beyond Unicode", .client, "81 04 f4908080", .invalidUTF8),
    ("half a character", .client, "81 01 c3", .invalidUTF8),
    ("closing with one byte", .client, "88 01 03", .protocolError("a Close frame has only one byte")),
    ("closing with a code that is never sent", .client, "88 02 03ed", .protocolError("close code 1005")),
    ("closing with code 0", .client, "88 02 0000", .protocolError("close code 0")),
    ("a reason that is not UTF-8", .client, "88 03 03e8 ff", .invalidUTF8),
  ]

  @Test(arguments: faults.indices, [1, 1000]) func refuses(index: Int, piece: Int) {
    let fault = Self.faults[index]
    var session = WebSocketSession(role: fault.role, maximumMessage: 1000)
    #expect(throws: fault.failure, "\(fault.name)") {
      for bytes in [UInt8](hex: fault.bytes).split(piece) { try session.receive(bytes) }
    }
    #expect(throws: fault.failure) { try session.receive([0]) }
    // The Close frame contains the reason.
    var bytes = Self.sent(&session)
    if fault.role == .client {
      #expect(bytes[0] == 0x88 && bytes[1] & 0x80 != 0)
      for index in 6..<bytes.count { bytes[index] ^= bytes[2 + (index - 6) & 3] }
      #expect(UInt16(bytes[6]) << 8 | UInt16(bytes[7]) == fault.failure.closeCode.rawValue)
    } else {
      #expect(bytes.prefix(4) == [0x88, 2, 0x03, UInt8(fault.failure.closeCode.rawValue & 0xff)])
    }
    #expect(session.isAlive == false)
  }

  @Test(arguments: [0, 1, 125, 126, 65535, 65536, 100_000]) func roundTrips(size: Int) throws {
    let payload = (0..<size).map { UInt8($0 % 251) }
    for role in [WebSocketSession.Role.client, .server] {
      var sender = WebSocketSession(role: role)
      var receiver = WebSocketSession(role: role == .client ? .server : .client)
      var bytes: [UInt8] = []
      sender.send(.binary, payload, into: &bytes)
      for piece in bytes.split(10_000) { try receiver.receive(piece) }
      #expect(Self.joined(receiver.takeEvents()) == [Self.whole(.binary, payload)])
    }
  }

  @Test func closing() throws {
    var client = WebSocketSession(role: .client)
    var server = WebSocketSession(role: .server)
    client.close(.normal, reason: "done")
    try server.receive(Self.sent(&client))
    #expect(server.takeEvents() == [.closed(.normal, reason: "done")])
    #expect(client.isAlive && server.isAlive)
    try client.receive(Self.sent(&server))
    #expect(client.takeEvents() == [.closed(.normal, reason: "")])
    #expect(!client.isAlive && !server.isAlive)
    // No more data can be sent.
    var bytes: [UInt8] = []
    client.send(.text, [1], into: &bytes)
    #expect(bytes.isEmpty && Self.sent(&client).isEmpty)
  }

  /// A flood of pings does not take up memory, and is answered with at most one response.
  @Test func `a flood of pings gets one response`() throws {
    var session = WebSocketSession(role: .server)
    let ping = [UInt8](hex: "89 81 00000000 07")
    try session.receive((0..<10_000).flatMap { _ in ping })
    #expect(Self.sent(&session) == [0x8a, 1, 7])
  }

  @Test func `a long reason is truncated between characters`() throws {
    var client = WebSocketSession(role: .client)
    var server = WebSocketSession(role: .server)
    server.close(.internalError, reason: String(repeating: "ü", count: 100))
    try client.receive(Self.sent(&server))
    #expect(client.takeEvents() == [.closed(.internalError, reason: String(repeating: "ü", count: 61))])
  }

  @Test func `each frame has a different mask`() {
    var session = WebSocketSession(role: .client)
    let masks = (0..<8).map { _ in
      var bytes: [UInt8] = []
      session.send(.binary, [1], into: &bytes)
      return Array(bytes[2..<6])
    }
    #expect(Set(masks).count > 1)
  }
}

/// The same tests with python3-wsproto from Debian.
@Suite(.enabled(if: PythonPeer.hasWebSocket, "python3-wsproto is not installed"))
struct WebSocketPeerTests {
  private static let large = (0..<70_000).map { UInt8($0 % 251) }

  @Test func `a client works with a wsproto server`() async throws {
    let request = try UpgradeRequest.webSocket(
      target: "/exec/x?y=1", host: "localhost", protocols: ["v5.channel.k8s.io", "v4.channel.k8s.io"])
    var client = WebSocketSession(role: .client)
    var bytes: [UInt8] = []
    client.send(.binary, Self.large, into: &bytes)
    client.send(.text, [UInt8]("grüße"), into: &bytes)
    client.ping([1, 2, 3])
    client.close(.goingAway, reason: "bye")
    client.send(into: &bytes)
    let lines = try await PythonPeer.run("websocket.py", "serve", request.bytes.hex + "\n" + bytes.hex)

    var reader = UpgradeResponseReader(to: request)
    let upgraded = try #require(try reader.receive([UInt8](hex: lines[0])))
    #expect(upgraded.protocolName == "v4.channel.k8s.io")
    try client.receive(upgraded.rest)
    #expect(
      WebSocketTests.joined(client.takeEvents()) == [
        WebSocketTests.whole(.text, [UInt8]("grüße")), WebSocketTests.whole(.binary, Self.large), .pong([1, 2, 3]),
        .closed(.goingAway, reason: "bye"),
      ])
    let events = try lines.dropFirst().map { try JSON.parse($0) }
    #expect(
      events == [
        ["request": "/exec/x?y=1", "subprotocols": ["v5.channel.k8s.io", "v4.channel.k8s.io"]],
        ["bytes": .string(Self.large.hex), "last": true], ["text": "grüße", "last": true], ["ping": "010203"],
        ["close": 1001, "reason": "bye"],
      ])
  }

  @Test func `a server works with a wsproto client`() async throws {
    var server = WebSocketSession(role: .server)
    var bytes: [UInt8] = []
    server.send(.text, [UInt8]("hello"), into: &bytes)
    server.send(.binary, Self.large, into: &bytes)
    server.ping([9])
    server.close()
    server.send(into: &bytes)
    let lines = try await PythonPeer.run("websocket.py", "receive", bytes.hex)
    let events = try lines.dropFirst().map { try JSON.parse($0) }
    #expect(
      events == [
        ["text": "hello", "last": true], ["bytes": .string(Self.large.hex), "last": true], ["ping": "09"],
        ["close": 1000, "reason": ""],
      ])
    try server.receive([UInt8](hex: lines[0]))
    #expect(
      WebSocketTests.joined(server.takeEvents()) == [
        WebSocketTests.whole(.text, [UInt8]("grüße")), WebSocketTests.whole(.binary, Self.large), .pong([9]),
        .closed(.normal, reason: ""),
      ])
  }
}
