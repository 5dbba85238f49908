import CRIHTTP2
import TestSupport
import Testing

struct SessionTests {
  @Test func `a request and its response arrive as sent`() throws {
    let pair = try SessionPair()
    let stream = try pair.client.request(SessionPair.headers, body: [1, 2, 3])
    try pair.exchange()
    #expect(
      pair.serverEvents == [
        .headers(stream: stream, SessionPair.headers, endStream: false), .data(stream: stream, [1, 2, 3]),
        .endStream(stream: stream),
      ])
    try pair.server.respond(on: stream, SessionPair.response, endStream: false)
    try pair.server.send(on: stream, [4])
    try pair.exchange()
    try pair.server.send(on: stream, [5])
    try pair.server.send(on: stream, [6], trailers: [Header("end", "1")])
    try pair.exchange()
    #expect(
      pair.clientEvents == [
        .headers(stream: stream, SessionPair.response, endStream: false), .data(stream: stream, [4]),
        .data(stream: stream, [5, 6]), .headers(stream: stream, [Header("end", "1")], endStream: true),
        .endStream(stream: stream), .closed(stream: stream, .noError, byPeer: false),
      ])
    #expect(pair.serverEvents.last == .closed(stream: stream, .noError, byPeer: false))
    #expect(pair.unsent(on: stream) == [nil, nil])
  }

  @Test func `a response can consist of headers only`() throws {
    let pair = try SessionPair()
    let stream = try pair.client.request(SessionPair.headers, body: [])
    try pair.exchange()
    try pair.server.respond(on: stream, SessionPair.response, endStream: true)
    try pair.exchange()
    #expect(
      pair.clientEvents == [
        .headers(stream: stream, SessionPair.response, endStream: true), .endStream(stream: stream),
        .closed(stream: stream, .noError, byPeer: false),
      ])
  }

  @Test func `either side can reset a stream`() throws {
    let pair = try SessionPair()
    let first = try pair.client.request(SessionPair.headers, body: [1])
    let second = try pair.client.request(SessionPair.headers, body: [2])
    try pair.exchange()
    try pair.client.reset(first, .cancel)
    try pair.server.reset(second, .enhanceYourCalm)
    try pair.exchange()
    #expect(pair.serverEvents.contains(.closed(stream: first, .cancel, byPeer: true)))
    #expect(pair.clientEvents.contains(.closed(stream: first, .cancel, byPeer: false)))
    #expect(pair.serverEvents.contains(.closed(stream: second, .enhanceYourCalm, byPeer: false)))
    #expect(pair.clientEvents.contains(.closed(stream: second, .enhanceYourCalm, byPeer: true)))
  }

  @Test func `the server never sees a request that was reset before it was sent`() throws {
    let pair = try SessionPair()
    let stream = try pair.client.request(SessionPair.headers, body: [UInt8](repeating: 1, count: 1 << 20))
    try pair.client.reset(stream, .cancel)
    #expect(pair.unsent(on: stream)[0] == nil)
    try pair.exchange()
    #expect(pair.serverEvents.isEmpty && pair.clientEvents.isEmpty)
    let next = try pair.client.request(SessionPair.headers, body: [1])
    try pair.exchange()
    #expect(pair.serverEvents.last == .endStream(stream: next))
  }

  @Test func `a closed stream ignores further calls`() throws {
    let pair = try SessionPair()
    let stream = try pair.client.request(SessionPair.headers, body: [1])
    try pair.exchange()
    try pair.client.reset(stream, .cancel)
    try pair.exchange()
    let count = pair.clientEvents.count
    try pair.server.respond(on: stream, SessionPair.response, endStream: false)
    try pair.server.send(on: stream, [1])
    try pair.server.reset(stream, .cancel)
    try pair.client.reset(stream, .cancel)
    try pair.client.consume(5, on: stream)
    try pair.exchange()
    #expect(pair.clientEvents.count == count)
    #expect(pair.areAlive == [true, true])
  }

  @Test func `the window stops the sender until data is consumed`() throws {
    let window: Int32 = 100_000
    let pair = try SessionPair(window: window)
    let stream = try pair.client.request(SessionPair.headers, body: [])
    try pair.exchange()
    try pair.server.respond(on: stream, SessionPair.response, endStream: false)
    try pair.server.send(on: stream, [UInt8](repeating: 1, count: 1_000_000), trailers: [])
    try pair.exchange(consuming: false)
    #expect(pair.bytesAtClient == Int(window))
    #expect(pair.unsent(on: stream)[1] == 900_000)
    // Only the stream's window has to be enlarged, because the connection's window is large.
    try pair.client.consume(60_000, on: stream)
    try pair.exchange(consuming: false)
    #expect(pair.bytesAtClient == 160_000)
    try pair.client.consume(100_000, on: stream)
    try pair.exchange()
    #expect(pair.bytesAtClient == 1_000_000)
    #expect(pair.clientEvents.last == .closed(stream: stream, .noError, byPeer: false))
  }

  @Test func `a request that is larger than the window arrives`() throws {
    let pair = try SessionPair(window: 65_535)
    _ = try pair.client.request(SessionPair.headers, body: Bytes.pattern(1 << 20))
    try pair.exchange()
    #expect(pair.bytesAtServer == 1 << 20)
  }

  @Test func `the cost of many small parts is linear`() throws {
    let pair = try SessionPair(window: 65_535)
    let stream = try pair.client.request(SessionPair.headers, body: [])
    try pair.exchange()
    try pair.server.respond(on: stream, SessionPair.response, endStream: false)
    let begin = ContinuousClock.now
    for _ in 0..<100_000 { try pair.server.send(on: stream, [1, 2, 3, 4, 5]) }
    try pair.server.send(on: stream, [], trailers: [])
    try pair.exchange()
    #expect(pair.bytesAtClient == 500_000)
    #expect(ContinuousClock.now - begin < .seconds(20))
  }

  @Test func `a PING is acknowledged`() throws {
    let pair = try SessionPair()
    try pair.client.ping([1, 2, 3, 4, 5, 6, 7, 8])
    try pair.server.ping([8, 7, 6, 5, 4, 3, 2, 1])
    try pair.exchange()
    #expect(pair.clientEvents == [.pong([1, 2, 3, 4, 5, 6, 7, 8])])
    #expect(pair.serverEvents == [.pong([8, 7, 6, 5, 4, 3, 2, 1])])
  }

  /// Streams that the server has not processed are reported as refused in order, and new streams are refused too.
  @Test func `GOAWAY refuses the streams that the server has not processed`() throws {
    let pair = try SessionPair()
    let seen = try pair.client.request(SessionPair.headers, body: [])
    try pair.exchange()
    let unseen = try pair.client.request(SessionPair.headers, body: [])
    // The client has sent this request, and the server never reads it.
    var lost: [UInt8] = []
    try pair.client.send(into: &lost)
    try pair.client.receive(Frame.goAway(lastStream: seen, code: 11, debug: "calm"))
    let late = try pair.client.request(SessionPair.headers, body: [])
    try pair.client.send(into: &lost)
    let events = pair.client.takeEvents()
    #expect(
      events == [
        .goAway(lastStream: seen, .enhanceYourCalm, debug: "calm"),
        .closed(stream: unseen, .refusedStream, byPeer: false), .closed(stream: late, .refusedStream, byPeer: false),
      ])
    #expect(pair.areAlive == [true, true])
  }

  @Test func `sending GOAWAY ends the session`() throws {
    let pair = try SessionPair()
    try pair.client.goAway()
    try pair.exchange()
    #expect(pair.areAlive == [false, false])
    #expect(pair.serverEvents == [.goAway(lastStream: 0, .noError, debug: "")])
  }

  @Test func `header fields over the limit are reported once`() throws {
    let pair = try SessionPair()
    let many = (0..<100).map { Header("x-\($0)", String(repeating: "v", count: 1000)) }
    let good = try pair.client.request(SessionPair.headers + many[..<50], body: [])
    try pair.exchange()
    #expect(pair.serverEvents.first == .headers(stream: good, SessionPair.headers + many[..<50], endStream: false))
    pair.serverEvents = []
    let stream = try pair.client.request(SessionPair.headers + many, body: [])
    try pair.exchange()
    guard case .malformed(stream, let reason) = pair.serverEvents.first else {
      Issue.record("\(pair.serverEvents)")
      return
    }
    #expect(reason.contains("65536"))
    // The stream is reported once, and its headers are not delivered.
    #expect(pair.serverEvents.dropFirst() == [.endStream(stream: stream)])
  }

  @Test func `the last error is returned once`() throws {
    let pair = try SessionPair()
    let stream = try pair.client.request(SessionPair.headers, body: [])
    try pair.exchange()
    try pair.client.receive(Frame.headers(stream, [(":status", "200"), ("Upper", "1")]))
    let (first, second) = (pair.client.takeLastError(), pair.client.takeLastError())
    #expect(first?.contains("Upper") ?? false)
    #expect(second == nil)
  }

  @Test func `random corruption of a client's bytes never crashes a server`() throws {
    var good: [UInt8] = []
    var client = try Session.open(role: .client)
    for number in 0..<3 {
      let id = try client.request(SessionPair.headers + [Header("n", "\(number)")], body: Bytes.pattern(500))
      try client.send(into: &good)
      if number == 1 { try client.reset(id, .cancel) }
    }
    try client.ping([1, 2, 3, 4, 5, 6, 7, 8])
    try client.goAway()
    try client.send(into: &good)
    var failures = 0
    for seed in 0..<5000 {
      var random = SeededGenerator(seed: UInt64(seed))
      let bytes = random.broken(good)
      var server = try Session.open(role: .server)
      do throws(StreamFailure) {
        var output: [UInt8] = []
        try server.receive(bytes)
        try server.send(into: &output)
      } catch {
        failures += 1
      }
      _ = server.takeEvents()
    }
    #expect(failures > 0)
  }
}
