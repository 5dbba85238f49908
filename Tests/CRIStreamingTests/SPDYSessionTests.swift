import Testing

@testable import CRIStreaming

struct SPDYSessionTests {
  static let type = [HTTPField("streamtype", "stdin")]

  /// Returns the decoded frames that a session sends; DATA may be in pieces.
  static func sent(_ session: inout SPDYSession, _ decoder: inout SPDYFrameDecoder) throws -> [SPDYFrame] {
    var bytes: [UInt8] = []
    session.send(into: &bytes, limit: 1 << 20)
    var frames: [SPDYFrame] = []
    var rest = bytes[...]
    while let frame = try decoder.next(&rest) { frames.append(frame) }
    return frames
  }

  static func bytes(_ frames: [SPDYFrame]) throws -> [UInt8] {
    var encoder = try SPDYFrameEncoder()
    var bytes: [UInt8] = []
    for frame in frames { try encoder.encode(frame, into: &bytes) }
    return bytes
  }

  @Test func `a stream is opened, used and closed`() throws {
    let pair = try SPDYPair()
    let id = try pair.client.openStream(Self.type)
    pair.client.write([1, 2], on: id)
    try pair.exchange()
    // moby/spdystream discards data that arrives before its SYN_REPLY.
    #expect(id == 1 && pair.serverEvents == [.opened(stream: 1, Self.type)])
    try pair.server.reply(on: 1, [HTTPField("a", "b")])
    try pair.exchange()
    #expect(pair.clientEvents == [.replied(stream: 1, [HTTPField("a", "b")])])
    #expect(pair.serverEvents.last == .data(stream: 1, [1, 2]))
    pair.client.finishStream(1)
    pair.server.write([3], on: 1)
    try pair.exchange()
    #expect(pair.serverEvents.last == .endStream(stream: 1) && pair.clientEvents.last == .data(stream: 1, [3]))
    // The stream is half-closed, and the other direction continues.
    pair.server.write([4], on: 1)
    pair.server.finishStream(1)
    try pair.exchange()
    #expect(pair.clientEvents.suffix(2) == [.data(stream: 1, [4]), .endStream(stream: 1)])
    #expect(pair.client.unsent(on: 1) == nil && pair.server.unsent(on: 1) == nil)
    pair.client.write([5], on: 1)
    try pair.exchange()
    #expect(pair.serverEvents.last == .endStream(stream: 1))
  }

  @Test func `an early FIN waits for the reply`() throws {
    let pair = try SPDYPair()
    let id = try pair.client.openStream(Self.type)
    pair.client.finishStream(id)
    try pair.exchange()
    #expect(pair.serverEvents == [.opened(stream: 1, Self.type)])
    try pair.server.reply(on: id)
    try pair.exchange()
    #expect(pair.serverEvents.last == .endStream(stream: 1))
  }

  @Test func `streams take turns`() throws {
    let pair = try SPDYPair()
    let (first, second) = (try pair.open(), try pair.open())
    pair.client.write([UInt8](repeating: 1, count: 40 << 10), on: first)
    pair.client.write([2], on: second)
    try pair.exchange()
    let order = pair.serverEvents.compactMap { event -> UInt32? in
      if case .data(let id, _) = event { id } else { nil }
    }
    #expect(order.prefix(3) == [first, second, first])
  }

  @Test func resets() throws {
    let pair = try SPDYPair()
    let (first, second) = (try pair.open(), try pair.open())
    pair.client.write([UInt8](repeating: 1, count: 100), on: first)
    pair.client.reset(first, .cancel)
    pair.server.reset(second, .internalError)
    try pair.exchange()
    #expect(pair.serverEvents == [.reset(stream: first, .cancel, byPeer: true)])
    #expect(pair.clientEvents == [.reset(stream: second, .internalError, byPeer: true)])
  }

  @Test func pings() throws {
    let pair = try SPDYPair()
    let ids = [try pair.client.sendPing(), try pair.client.sendPing(), try pair.server.sendPing()]
    try pair.exchange()
    #expect(ids == [1, 3, 2])
    #expect(pair.clientEvents == [.pong(1), .pong(3)] && pair.serverEvents == [.pong(2)])
  }

  @Test func closing() throws {
    let pair = try SPDYPair()
    let id = try pair.open()
    pair.client.close(.okay)
    try pair.exchange()
    #expect(
      pair.serverEvents == [.reset(stream: id, .cancel, byPeer: true), .goAway(lastStream: 0, .okay)])
    #expect(!pair.client.isAlive && !pair.server.isAlive)
    #expect(throws: SPDYFailure.goneAway(.okay)) { _ = try pair.server.openStream([]) }
  }

  /// As with moby/spdystream, all written data arrives, followed by RST_STREAM and GOAWAY.
  @Test func `shutting down sends all data first`() throws {
    let pair = try SPDYPair()
    let id = try pair.open()
    pair.server.write([UInt8](repeating: 1, count: 100_000), on: id)
    pair.server.shutDown()
    try pair.exchange()
    #expect(pair.bytesAtClient == 100_000)
    #expect(
      pair.clientEvents.suffix(3) == [
        .endStream(stream: id), .reset(stream: id, .cancel, byPeer: true), .goAway(lastStream: id, .okay),
      ])
  }

  @Test func `GOAWAY refuses later streams`() throws {
    var session = try SPDYSession(role: .client)
    for _ in 0..<2 { _ = try session.openStream(Self.type) }
    try session.receiveFrames(try Self.bytes([.synReply(id: 1, []), .goAway(lastStream: 1, .okay)]))
    #expect(
      session.takeFrameEvents() == [
        .replied(stream: 1, []), .goAway(lastStream: 1, .okay), .reset(stream: 3, .refusedStream, byPeer: true),
      ])
    #expect(session.isAlive == true)
  }

  @Test func `a client refuses streams`() throws {
    var session = try SPDYSession(role: .client)
    var decoder = try SPDYFrameDecoder()
    _ = try Self.sent(&session, &decoder)
    try session.receiveFrames(try Self.bytes([.synStream(id: 2, []), .data(id: 2, [1])]))
    #expect(session.takeFrameEvents().isEmpty)
    #expect(try Self.sent(&session, &decoder) == [.reset(id: 2, .refusedStream)])
  }

  @Test func `a server limits the number of streams`() throws {
    let pair = try SPDYPair()
    for _ in 0..<11 { _ = try pair.client.openStream([]) }
    try pair.exchange()
    #expect(pair.serverEvents.count == 10)
    #expect(pair.clientEvents == [.reset(stream: 21, .refusedStream, byPeer: true)])
  }

  // MARK: Faults of the peer

  typealias Fault = (name: String, frames: [SPDYFrame], replies: [SPDYFrame], events: [SPDYEvent])

  /// Stream 1 is open but not yet accepted; stream 3 is accepted.
  static let streamFaults: [Fault] = [
    (
      "data before the reply", [.data(id: 1, [1])], [.reset(id: 1, .protocolError)],
      [.reset(stream: 1, .protocolError, byPeer: false)]
    ),
    (
      "a second reply", [.synReply(id: 3, [])], [.reset(id: 3, .protocolError)],
      [.reset(stream: 3, .protocolError, byPeer: false)]
    ),
    (
      "data after FIN", [.data(id: 3, [1], isLast: true), .data(id: 3, [2])], [],
      [.data(stream: 3, [1]), .endStream(stream: 3), .data(stream: 3, [2])]
    ),
    (
      "FIN twice", [.data(id: 3, [], isLast: true), .headers(id: 3, [], isLast: true)], [],
      [.endStream(stream: 3), .headers(stream: 3, [])]
    ),
    ("data on a stream that was never opened", [.data(id: 99, [1, 2, 3])], [.reset(id: 99, .invalidStream)], []),
    (
      "frames on a closed stream", [.reset(id: 3, .cancel), .data(id: 3, [1]), .synReply(id: 3, [])], [],
      [.reset(stream: 3, .cancel, byPeer: true)]
    ),
    (
      "a window beyond 2^31", [.windowUpdate(id: 3, delta: 0x7fff_ffff)], [.reset(id: 3, .flowControlError)],
      [.reset(stream: 3, .flowControlError, byPeer: false)]
    ),
    ("a pong without a ping", [.ping(1)], [], [.pong(1)]),
    ("a ping", [.ping(2)], [.ping(2)], []),
    ("unknown settings", [.settings([SPDYSetting(id: 99, value: 1)])], [], []),
  ]

  @Test(arguments: streamFaults.indices, [1, 1000]) func `a stream error ends only the stream`(index: Int, piece: Int)
    throws
  {
    let fault = Self.streamFaults[index]
    var session = try SPDYSession(role: .client)
    var decoder = try SPDYFrameDecoder()
    for _ in 0..<2 { _ = try session.openStream(Self.type) }
    _ = try Self.sent(&session, &decoder)
    for bytes in try Self.bytes([.synReply(id: 3, [])] + fault.frames).split(piece) { try session.receiveFrames(bytes) }
    #expect(session.takeFrameEvents() == [.replied(stream: 3, [])] + fault.events, "\(fault.name)")
    #expect(try Self.sent(&session, &decoder) == fault.replies, "\(fault.name)")
  }

  static let connectionFaults: [(frames: [SPDYFrame], failure: SPDYFailure)] = [
    ([.synStream(id: 1, [])], .invalidStream(1, reason: "the ID is reserved for streams of this end")),
    ([.synStream(id: 4, []), .synStream(id: 2, [])], .invalidStream(2, reason: "it was opened after stream 4")),
    ([.windowUpdate(id: 0, delta: 0x7fff_ffff)], .windowOverflow(stream: 0)),
    ([.windowUpdate(id: 0, delta: 0)], .malformed(frame: "WINDOW_UPDATE", reason: "the delta is 0")),
    ([.settings([SPDYSetting(id: 7, value: 0x8000_0000)])], .windowOverflow(stream: 0)),
    (
      (0..<30_000).map { .ping(2 * $0 + 2) }, .unreadReplies(limit: 256 << 10)
    ),
    ((1..<30_000).map { .data(id: 2 * $0, []) }, .unreadReplies(limit: 256 << 10)),
  ]

  @Test(arguments: connectionFaults.indices) func `a connection error ends the connection`(index: Int) throws {
    let fault = Self.connectionFaults[index]
    var session = try SPDYSession(role: .client)
    var decoder = try SPDYFrameDecoder()
    let bytes = try Self.bytes(fault.frames)
    #expect(throws: fault.failure) { try session.receiveFrames(bytes) }
    // The session remains in the failed state, and the peer receives a GOAWAY.
    #expect(throws: fault.failure) { try session.receiveFrames([0]) }
    #expect(throws: fault.failure) { _ = try session.openStream([]) }
    let frames = try Self.sent(&session, &decoder)
    guard case .goAway(_, .protocolError) = frames.last else {
      Issue.record("\(frames)")
      return
    }
    #expect(!session.isAlive && !session.wantsRead)
  }
}
