import Testing

@testable import CRIStreaming

/// Windows in both directions, with peers that respect them and peers that do not.
struct SPDYFlowControlTests {
  static func bytes(_ frames: [SPDYFrame]) throws -> [UInt8] { try SPDYSessionTests.bytes(frames) }

  static func limits(window: Int, buffer: Int, streams: Int = 10) -> SPDYLimits {
    var limits = SPDYLimits()
    limits.streamWindow = window
    limits.buffer = buffer
    limits.streams = streams
    return limits
  }

  /// moby/spdystream never enlarges a window, so waiting for that would be a deadlock.
  @Test func `a peer without windows gets all data`() throws {
    var session = try SPDYSession(role: .client)
    _ = try session.openStream([])
    try session.receiveFrames(try Self.bytes([.synReply(id: 1, [])]))
    session.write([UInt8](repeating: 1, count: 1 << 20), on: 1)
    var sent = 0
    while session.unsent(on: 1) != 0 {
      var output: [UInt8] = []
      session.send(into: &output, limit: 64 << 10)
      // Each call sends at most one frame more than requested.
      #expect(output.count <= 64 << 10 + 20 << 10 && !output.isEmpty)
      sent += output.count
    }
    #expect(sent > 1 << 20 && !session.isBlocked(1))
  }

  @Test func `the windows of a peer are respected`() throws {
    var session = try SPDYSession(role: .client)
    var decoder = try SPDYFrameDecoder()
    for _ in 0..<2 { _ = try session.openStream([]) }
    let settings = SPDYFrame.settings([SPDYSetting(id: SPDYSetting.initialWindowSize, value: 20_000)])
    try session.receiveFrames(try Self.bytes([settings, .synReply(id: 1, []), .synReply(id: 3, [])]))
    for id: UInt32 in [1, 3] { session.write([UInt8](repeating: 1, count: 50_000), on: id) }
    func data() throws -> [UInt32: Int] {
      try SPDYSessionTests.sent(&session, &decoder).reduce(into: [:]) { counts, frame in
        if case .data(let id, let bytes, _) = frame { counts[id, default: 0] += bytes.count }
      }
    }
    #expect(try data() == [1: 20_000, 3: 20_000])
    #expect(session.isBlocked(1) == true)
    // 25,536 bytes are left in the connection's window of 64 KiB.
    try session.receiveFrames(try Self.bytes([.windowUpdate(id: 1, delta: 30_000)]))
    #expect(try data() == [1: 25_536])
    try session.receiveFrames(try Self.bytes([.windowUpdate(id: 3, delta: 10)]))
    #expect(try data() == [:])
    try session.receiveFrames(try Self.bytes([.windowUpdate(id: 0, delta: 100_000)]))
    #expect(try data() == [1: 4464, 3: 10])
    #expect(!session.isBlocked(1) && session.isBlocked(3))
    // A FIN does not require a window.
    session.finishStream(1)
    #expect(try SPDYSessionTests.sent(&session, &decoder) == [.data(id: 1, [], isLast: true)])
  }

  /// The initial window may shrink below the amount of data already sent.
  @Test func `a window may become negative`() throws {
    var session = try SPDYSession(role: .client)
    var decoder = try SPDYFrameDecoder()
    _ = try session.openStream([])
    try session.receiveFrames(try Self.bytes([.synReply(id: 1, [])]))
    session.write([UInt8](repeating: 1, count: 30_000), on: 1)
    _ = try SPDYSessionTests.sent(&session, &decoder)
    let settings = SPDYFrame.settings([SPDYSetting(id: SPDYSetting.initialWindowSize, value: 10_000)])
    try session.receiveFrames(try Self.bytes([settings]))
    session.write([2], on: 1)
    #expect(try SPDYSessionTests.sent(&session, &decoder) == [])
    try session.receiveFrames(try Self.bytes([.windowUpdate(id: 1, delta: 20_001)]))
    #expect(try SPDYSessionTests.sent(&session, &decoder) == [.data(id: 1, [2])])
  }

  @Test func `windows are respected from the beginning if configured`() throws {
    var limits = SPDYLimits()
    limits.sendWindows = .always
    var session = try SPDYSession(role: .client, limits: limits)
    _ = try session.openStream([])
    try session.receiveFrames(try Self.bytes([.synReply(id: 1, [])]))
    session.write([UInt8](repeating: 1, count: 100_000), on: 1)
    var output: [UInt8] = []
    session.send(into: &output, limit: 1 << 20)
    #expect(session.unsent(on: 1) == 100_000 - 64 << 10)
  }

  /// An idle reader stops only its own stream.
  @Test func `an idle reader stops only its own stream`() throws {
    let pair = try SPDYPair(server: Self.limits(window: 10_000, buffer: 1 << 20))
    let (idle, busy) = (try pair.open(), try pair.open())
    pair.client.write([UInt8](repeating: 1, count: 50_000), on: idle)
    pair.client.write([UInt8](repeating: 1, count: 500_000), on: busy)
    var received = 0
    while received < 500_000 {
      try pair.exchange()
      let events = pair.serverEvents
      pair.serverEvents = []
      let before = received
      for case .data(busy, let bytes) in events {
        received += bytes.count
        pair.server.consume(bytes.count, on: busy)
      }
      #expect(received > before)
      if received == before { break }
    }
    #expect(pair.server.unconsumed == 10_000 && pair.client.unsent(on: idle) == 40_000)
    pair.server.consume(10_000, on: idle)
    try pair.exchange()
    #expect(pair.client.unsent(on: idle) == 30_000)
  }

  /// A peer that ignores our windows is stopped because its connection is not read.
  @Test func `buffers are bounded if the peer ignores windows`() throws {
    var session = try SPDYSession(role: .client, limits: Self.limits(window: 1000, buffer: 100_000))
    _ = try session.openStream([])
    try session.receiveFrames(try Self.bytes([.synReply(id: 1, [])]))
    let piece = try Self.bytes([.data(id: 1, [UInt8](repeating: 1, count: 10_000))])
    var count = 0
    while session.wantsRead {
      try session.receiveFrames(piece)
      count += 1
    }
    #expect(count == 10)
    session.consume(1, on: 1)
    #expect(session.wantsRead == true)
    // After a stream has ended, the data that its reader has not consumed is still counted.
    try session.receiveFrames(try Self.bytes([.data(id: 1, [1], isLast: true), .reset(id: 1, .cancel)]))
    #expect(session.unconsumed == 100_000)
    session.consume(90_000, on: 1)
    #expect(session.unconsumed == 10_000)
    session.consume(90_000, on: 1)
    #expect(session.unconsumed == 0)
  }

  @Test func `unconsumed data counts after a reset`() throws {
    var session = try SPDYSession(role: .client)
    _ = try session.openStream([])
    try session.receiveFrames(try Self.bytes([.synReply(id: 1, []), .data(id: 1, [1, 2, 3])]))
    #expect(session.unconsumed == 3)
    session.reset(1, .cancel)
    #expect(session.unconsumed == 3)
    session.consume(2, on: 1)
    #expect(session.unconsumed == 1)
    session.consume(2, on: 1)
    #expect(session.unconsumed == 0)
  }

  /// moby/spdystream closes its connection when a command ends, and unread bytes would then cause output to be lost.
  @Test func `a peer without windows gets no window updates`() throws {
    var session = try SPDYSession(role: .client, limits: Self.limits(window: 100_000, buffer: 1 << 20))
    var decoder = try SPDYFrameDecoder()
    _ = try session.openStream([])
    try session.receiveFrames(try Self.bytes([.synReply(id: 1, [])]))
    _ = try SPDYSessionTests.sent(&session, &decoder)
    let piece = try Self.bytes([.data(id: 1, [UInt8](repeating: 1, count: 32 << 10))])
    for _ in 0..<100 {
      try session.receiveFrames(piece)
      session.consume(32 << 10, on: 1)
      #expect(try SPDYSessionTests.sent(&session, &decoder) == [])
    }
  }

  /// A peer may respect windows without ever sending a window update; it stops when a window is nearly exhausted.
  @Test(arguments: [100_000, 90_000]) func `an idle peer gets a window update`(count: Int) throws {
    var session = try SPDYSession(role: .client, limits: Self.limits(window: 100_000, buffer: 1 << 20))
    var decoder = try SPDYFrameDecoder()
    _ = try session.openStream([])
    try session.receiveFrames(
      try Self.bytes([.synReply(id: 1, []), .data(id: 1, [UInt8](repeating: 1, count: count))]))
    _ = try SPDYSessionTests.sent(&session, &decoder)
    #expect(session.peerMayBeStalled == false)
    session.consume(count, on: 1)
    #expect(try SPDYSessionTests.sent(&session, &decoder) == [])
    #expect(session.peerMayBeStalled == true)
    session.notePeerIdle()
    #expect(try SPDYSessionTests.sent(&session, &decoder) == [.windowUpdate(id: 1, delta: UInt32(count))])
    #expect(session.peerMayBeStalled == false)
  }

  /// A peer that implements windows receives window updates as data is consumed, in a few frames, before it has to
  /// wait.
  @Test func `a peer with windows gets few window updates`() throws {
    var session = try SPDYSession(role: .client, limits: Self.limits(window: 100_000, buffer: 1 << 20))
    var decoder = try SPDYFrameDecoder()
    _ = try session.openStream([])
    #expect(
      try SPDYSessionTests.sent(&session, &decoder) == [
        .settings([SPDYSetting(id: 7, value: 100_000)]), .windowUpdate(id: 0, delta: 0x7ffe_ffff),
        .synStream(id: 1, []),
      ])
    let data = SPDYFrame.data(id: 1, [UInt8](repeating: 1, count: 60_000))
    try session.receiveFrames(try Self.bytes([.windowUpdate(id: 0, delta: 1), .synReply(id: 1, []), data]))
    session.consume(49_999, on: 1)
    #expect(try SPDYSessionTests.sent(&session, &decoder) == [])
    session.consume(1, on: 1)
    #expect(try SPDYSessionTests.sent(&session, &decoder) == [.windowUpdate(id: 1, delta: 50_000)])
  }
}
