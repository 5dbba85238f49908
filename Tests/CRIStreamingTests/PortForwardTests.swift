import Testing

@testable import CRIStreaming

struct PortForwardTests {
  static let large = (0..<100_000).map { UInt8($0 % 253) }

  // MARK: SPDY, plain and tunnelled

  private func halfClosing<T: StreamTransport & ~Copyable>(_ pair: PortForwardPair<T>, piece: Int) throws {
    let request = try pair.client.connect(port: 8080)
    // Data may follow immediately.
    pair.client.write(Self.large, on: request)
    try pair.exchange(piece: piece)
    #expect(pair.take().server == [.connect(request, port: 8080), .data(request, Self.large)])
    #expect(pair.client.finish(request) == true)
    try pair.exchange(piece: piece)
    #expect(pair.take().server == [.endOfData(request)])
    // The response comes after the request has ended.
    pair.server.write(Self.large, on: request)
    pair.server.end(request)
    try pair.exchange(piece: piece)
    #expect(pair.take().client == [.data(request, Self.large), .endOfData(request), .closed(request, nil)])
  }

  @Test(arguments: [7, 100_000]) func `a connection can be half-closed`(piece: Int) throws {
    try halfClosing(try PortForwardPair.spdy(), piece: piece)
    try halfClosing(try PortForwardPair.tunnel(), piece: piece)
  }

  @Test func `the server may end a connection first`() throws {
    let pair = try PortForwardPair.spdy()
    let request = try pair.client.connect(port: 1)
    try pair.exchange()
    #expect(pair.take().server == [.connect(request, port: 1)])
    pair.server.finish(request)
    try pair.exchange()
    #expect(pair.take().client == [.endOfData(request)])
    pair.client.write([1], on: request)
    _ = pair.client.finish(request)
    try pair.exchange()
    #expect(pair.take().server == [.data(request, [1]), .endOfData(request)])
    pair.server.end(request)
    try pair.exchange()
    #expect(pair.take().client == [.closed(request, nil)])
  }

  private func failing<T: StreamTransport & ~Copyable>(_ pair: PortForwardPair<T>) throws {
    let requests = [try pair.client.connect(port: 1), try pair.client.connect(port: 2)]
    try pair.exchange()
    _ = pair.take()
    pair.server.end(requests[0], error: "dial tcp 127.0.0.1:1: connection refused")
    try pair.exchange()
    #expect(
      pair.take().client == [.closed(requests[0], .remote("dial tcp 127.0.0.1:1: connection refused"))])
    pair.server.write([5], on: requests[1])
    try pair.exchange()
    #expect(pair.take().client == [.data(requests[1], [5])])
  }

  @Test func `a failed dial ends only its own connection`() throws {
    try failing(try PortForwardPair.spdy())
    try failing(try PortForwardPair.tunnel())
  }

  @Test func `many connections work concurrently`() throws {
    let pair = try PortForwardPair.spdy()
    let requests = try (0..<200).map { try pair.client.connect(port: UInt16(1 + $0)) }
    try pair.exchange()
    #expect(pair.take().server.count == 200)
    for request in requests { pair.server.write(Array(Self.large.prefix(Int(request) + 1)), on: request) }
    try pair.exchange()
    var counts: [UInt32: Int] = [:]
    for case .data(let request, let bytes) in pair.take().client { counts[request, default: 0] += bytes.count }
    #expect(counts.count == 200 && counts.allSatisfy { $0.value == Int($0.key) + 1 })
    for request in requests { pair.client.close(request) }
    try pair.exchange()
    let closed = pair.take()
    #expect(closed.client == requests.map { .closed($0, nil) })
    #expect(Set(closed.server) == Set(requests.map { .closed($0, .reset(.spdy(.cancel, byPeer: true))) }))
  }

  @Test func `a server refuses invalid streams`() throws {
    let pair = try PortForwardPair.spdy(streams: 2)
    let requests = [try pair.client.connect(port: 1), try pair.client.connect(port: 2)]
    try pair.exchange()
    #expect(
      pair.take().client == [.closed(requests[1], .reset(.spdy(.refusedStream, byPeer: true)))])
    // There is no port 0.
    let zero = try PortForwardPair.spdy()
    let request = try zero.client.connect(port: 0)
    try zero.exchange()
    #expect(zero.take().client == [.closed(request, .reset(.spdy(.cancel, byPeer: true)))])
  }

  @Test func `the end of the transport ends all connections`() throws {
    let pair = try PortForwardPair.spdy()
    let requests = [try pair.client.connect(port: 1), try pair.client.connect(port: 2)]
    try pair.exchange()
    _ = pair.take()
    pair.client.connectionEnded("reset by peer")
    #expect(pair.take().client == requests.map { .closed($0, .connectionLost("reset by peer")) })
    pair.client.write([1], on: requests[0])
    #expect(pair.client.unsent(on: requests[0]) == nil)
  }

  /// The Kubernetes server resets the data stream first and the error stream last.
  @Test func `a reset is reported with and without a message`() throws {
    for (text, error) in [
      ("oh", PortForwardError.remote("oh")), ("", .reset(.spdy(.cancel, byPeer: true))),
    ] {
      var client = PortForwardClient(over: try SPDYSession(role: .client))
      _ = try client.connect(port: 1)
      try client.receive(
        try SPDYSessionTests.bytes([
          .synReply(id: 1, []), .synReply(id: 3, []), .data(id: 1, [UInt8](text)), .reset(id: 3, .cancel),
          .reset(id: 1, .cancel),
        ]))
      #expect(client.takeEvents() == [.closed(0, error)])
    }
  }

  @Test func `an endless error is too large`() throws {
    var client = PortForwardClient(over: try SPDYSession(role: .client))
    _ = try client.connect(port: 1)
    let frames: [SPDYFrame] = (0..<3).map { _ in .data(id: 1, [UInt8](repeating: 65, count: 10_000)) }
    try client.receive(try SPDYSessionTests.bytes([.synReply(id: 1, []), .synReply(id: 3, [])] + frames))
    #expect(client.takeEvents() == [.closed(0, .messageTooLarge(limit: 16 << 10))])
  }

  @Test func `a client opens no connection after GOAWAY`() throws {
    let pair = try PortForwardPair.spdy()
    let request = try pair.client.connect(port: 1)
    try pair.exchange()
    _ = pair.take()
    pair.server.shutDown()
    try pair.exchange()
    let events = pair.take().client
    #expect(events.contains(.goAway("GOAWAY OK")) && events.contains(.endOfData(request)))
    #expect(throws: StreamingFailure.spdy(.goneAway(.okay))) { _ = try pair.client.connect(port: 1) }
  }

  /// A server that has ended both streams no longer reads, and unread data would block the connection.
  @Test func `a connection that the server has ended is closed`() throws {
    let pair = try PortForwardPair.spdy()
    let request = try pair.client.connect(port: 1)
    try pair.exchange()
    _ = pair.take()
    pair.server.end(request)
    try pair.exchange()
    #expect(pair.take().client == [.endOfData(request), .closed(request, nil)])
    #expect(pair.client.unsent(on: request) == nil)
  }

  /// A connection's data may be consumed after the connection has ended, and the session must continue.
  @Test func `data can be consumed after the end of its connection`() throws {
    var limits = SPDYLimits()
    limits.buffer = 1000
    var client = PortForwardClient(over: try SPDYSession(role: .client, limits: limits))
    var encoder = try SPDYFrameEncoder()
    for round: UInt32 in 0..<20 {
      let request = try client.connect(port: 1)
      let (error, data) = (4 * round + 1, 4 * round + 3)
      var frames: [SPDYFrame] = [
        .synReply(id: error, []), .synReply(id: data, []), .data(id: data, [UInt8](repeating: 1, count: 900)),
      ]
      // Both ends close every other connection, and only the server closes the rest.
      if round % 2 == 0 { _ = client.finish(request) }
      var output: [UInt8] = []
      client.send(into: &output)
      frames += [.data(id: data, [], isLast: true), .data(id: error, [], isLast: true)]
      var bytes: [UInt8] = []
      for frame in frames { try encoder.encode(frame, into: &bytes) }
      try client.receive(bytes)
      client.send(into: &output)
      #expect(client.takeEvents().last == .closed(request, nil))
      client.consume(900, on: request)
      #expect(client.wantsRead == true)
    }
  }

  // MARK: WebSocket channels

  @Test(arguments: [true, false], [1, 100_000]) func `a connection works over WebSocket channels`(
    isBase64: Bool, piece: Int
  ) throws {
    let pair = try PortForwardPair.channels([80, 5000], isBase64: isBase64)
    let requests = [try pair.client.connect(port: 5000), try pair.client.connect(port: 80)]
    let data = Array(Self.large.prefix(piece == 1 ? 1000 : 100_000))
    for request in requests { pair.client.write(data, on: request) }
    try pair.exchange(piece: piece)
    // The server numbers the ports in the query.
    let events = pair.take()
    #expect(events.client.isEmpty)
    #expect(events.server.prefix(2) == [.connect(0, port: 80), .connect(1, port: 5000)])
    var received: [UInt32: [UInt8]] = [:]
    for case .data(let request, let bytes) in events.server { received[request, default: []] += bytes }
    #expect(received == [0: data, 1: data])
    // These channels cannot be half-closed.
    #expect(pair.client.finish(requests[0]) == false)
    pair.server.write(data, on: 1)
    pair.server.end(0, error: "refused")
    pair.server.shutDown()
    try pair.exchange(piece: piece)
    let last = pair.take().client
    #expect(last.contains(.closed(requests[1], .remote("refused"))))
    #expect(last.contains(.endOfData(requests[0])) && last.contains(.closed(requests[0], nil)))
  }

  /// Each port has two channels, which begin with the port in two bytes, the low byte first.
  @Test func `a channel begins with the bytes of its port`() throws {
    var server = ChannelSession(role: .server, ChannelProtocol(.v4), layout: .portForward([0x1f90]))
    var bytes: [UInt8] = []
    server.send(into: &bytes, limit: 1000)
    #expect(bytes == [UInt8](hex: "82 03 00 90 1f  82 03 01 90 1f"))
  }

  @Test func `ports that were not requested are refused`() throws {
    var client = PortForwardClient(
      over: ChannelSession(role: .client, ChannelProtocol(.v4), layout: .portForward([80])))
    #expect(throws: StreamingFailure.self) { _ = try client.connect(port: 81) }
    let request = try client.connect(port: 80)
    #expect(throws: StreamingFailure.self) { _ = try client.connect(port: 80) }
    #expect(throws: StreamingFailure.channel(.wrongPort(expected: 80, found: 81))) {
      try client.receive([UInt8](hex: "82 03 00 51 00"))
    }
    guard case .closed(request, .connectionLost) = client.takeEvents().first else {
      Issue.record("the connection goes on")
      return
    }
  }

  @Test func `a text message in a tunnel is an error`() throws {
    var client = PortForwardClient(over: try TunnelledSPDY(role: .client))
    #expect(throws: StreamingFailure.channel(.textInTunnel)) { try client.receive([UInt8](hex: "81 01 41")) }
    var bytes: [UInt8] = []
    client.send(into: &bytes)
    #expect(bytes.contains(0x88) && client.isAlive == false)
  }
}
