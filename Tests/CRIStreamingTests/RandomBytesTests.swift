import TestSupport
import Testing

@testable import CRIStreaming

/// Random bytes in random pieces cause an error or an event but never a crash, and take no more memory than the limits
/// allow.
struct RandomBytesTests {
  private static let rounds = 100

  /// Returns valid bytes with one to six changes, or random bytes.
  static func broken(_ good: [UInt8], _ generator: inout SeededGenerator) -> [UInt8] {
    guard Int.random(in: 0..<10, using: &generator) > 0 else {
      return (0..<Int.random(in: 0..<2000, using: &generator)).map { _ in .random(in: 0...255, using: &generator) }
    }
    return generator.broken(good)
  }

  static func spdyBytes() throws -> [UInt8] {
    try SPDYSessionTests.bytes([
      .settings([SPDYSetting(id: 7, value: 1000)]), .synReply(id: 1, []), .synReply(id: 3, [HTTPField("a", "b")]),
      .data(id: 3, [UInt8](repeating: 7, count: 3000)), .windowUpdate(id: 1, delta: 100), .ping(2), .ping(1),
      .synStream(id: 2, [HTTPField("streamtype", "stdout")]), .headers(id: 3, [HTTPField("c", "d")]),
      .data(id: 1, [UInt8](#"{"status":"Success"}"#)), .data(id: 3, [], isLast: true), .reset(id: 1, .cancel),
      .goAway(lastStream: 3, .okay),
    ])
  }

  @Test(arguments: 0..<4) func `SPDY clients survive random bytes`(seed: UInt64) throws {
    let good = try Self.spdyBytes()
    var generator = SeededGenerator(seed: seed)
    for _ in 0..<Self.rounds {
      var client = try RemoteCommandClient(
        over: try SPDYSession(role: .client), version: .v4, streams: RemoteCommandStreams(stdin: true))
      client.write([1, 2, 3])
      for piece in Self.broken(good, &generator).split(using: &generator) {
        client.receive(piece)
        var output: [UInt8] = []
        client.send(into: &output)
        #expect(output.count < 600 << 10)
      }
      client.connectionEnded("over")
      // There is exactly one result in every case.
      let results = client.takeEvents().filter { if case .result = $0 { true } else { false } }
      #expect(results.count == 1 && client.isFinished)
    }
  }

  @Test(arguments: 0..<4) func `SPDY servers survive random bytes`(seed: UInt64) throws {
    var source = PortForwardClient(over: try SPDYSession(role: .client))
    for port: UInt16 in 1..<5 {
      let request = try source.connect(port: port)
      source.write([UInt8](repeating: 1, count: 500), on: request)
    }
    var good: [UInt8] = []
    source.send(into: &good)
    good += try SPDYSessionTests.bytes([.data(id: 3, [1, 2], isLast: true), .reset(id: 5, .cancel), .ping(1)])
    var generator = SeededGenerator(seed: seed)
    var limits = SPDYLimits()
    limits.streams = 6
    for _ in 0..<Self.rounds {
      var server = try PortForwardServer(over: try SPDYSession(role: .server, limits: limits))
      do throws(StreamingFailure) {
        for piece in Self.broken(good, &generator).split(using: &generator) {
          try server.receive(piece)
          for case .connect(let request, _) in server.takeEvents() { server.write([1, 2, 3], on: request) }
        }
      } catch {}
      var output: [UInt8] = []
      server.send(into: &output)
      #expect(output.count < 600 << 10)
    }
  }

  @Test(arguments: 0..<4) func `WebSocket clients survive random bytes`(seed: UInt64) throws {
    var generator = SeededGenerator(seed: seed)
    for channel in ChannelProtocol.all {
      var source = WebSocketSession(role: .server)
      var good: [UInt8] = []
      let data = channel.isBase64 ? [UInt8]("1Zm9vCgo=") : [1, 2, 3]
      for message in [[1], data, data, [255, 1], [3] + [UInt8](#"{"status":"Success"}"#)] {
        source.send(channel.isBase64 ? .text : .binary, message, into: &good)
      }
      source.ping([1])
      source.close()
      source.send(into: &good)
      for _ in 0..<Self.rounds {
        var client = try RemoteCommandClient(
          over: ChannelSession(role: .client, channel, layout: .remoteCommand), version: channel.version,
          streams: RemoteCommandStreams(stdin: true))
        for piece in Self.broken(good, &generator).split(using: &generator) { client.receive(piece) }
        client.connectionEnded("over")
        let results = client.takeEvents().filter { if case .result = $0 { true } else { false } }
        #expect(results.count == 1 && client.isFinished)
      }
    }
  }

  @Test(arguments: 0..<4) func `WebSocket servers survive random bytes`(seed: UInt64) throws {
    var source = WebSocketSession(role: .client)
    var good: [UInt8] = []
    source.send(.text, [UInt8]("grüße"), into: &good)
    source.send(.binary, [UInt8](repeating: 1, count: 300), into: &good)
    source.ping([1])
    source.close()
    source.send(into: &good)
    var generator = SeededGenerator(seed: seed)
    for _ in 0..<Self.rounds * 2 {
      var server = WebSocketSession(role: .server)
      do throws(WebSocketFailure) {
        for piece in Self.broken(good, &generator).split(using: &generator) { try server.receive(piece) }
      } catch {}
      var output: [UInt8] = []
      server.send(into: &output)
      #expect(output.count < 1000)
    }
  }

  @Test(arguments: 0..<4) func `upgrades survive random bytes`(seed: UInt64) throws {
    var generator = SeededGenerator(seed: seed)
    let replies = UpgradeResponseTests.cases.map { [UInt8]($0.response) }
    for _ in 0..<Self.rounds * 4 {
      let reply = replies.randomElement(using: &generator) ?? []
      for transport in StreamTransportKind.allCases {
        let request = try UpgradeResponseTests.request(transport)
        var client = UpgradeResponseReader(to: request)
        var server = UpgradeRequestReader()
        do throws(UpgradeFailure) {
          for piece in Self.broken(reply, &generator).split(using: &generator) { _ = try client.receive(piece) }
          _ = client.connectionEnded()
        } catch {}
        do throws(UpgradeFailure) {
          for piece in Self.broken(request.bytes, &generator).split(using: &generator) {
            if let offer = try server.receive(piece) { _ = UpgradeResponse.accept(offer, protocolName: "x") }
          }
        } catch {}
      }
    }
  }

  /// The result does not depend on how the bytes are split.
  @Test(arguments: 0..<20) func `the result does not depend on the splits`(seed: UInt64) throws {
    func events(_ pieces: [[UInt8]]) throws -> [RemoteCommandEvent] {
      var client = try RemoteCommandClient(
        over: try SPDYSession(role: .client), version: .v4, streams: RemoteCommandStreams(stderr: false))
      for piece in pieces { client.receive(piece) }
      var joined: [RemoteCommandEvent] = []
      for event in client.takeEvents() {
        if case .output(let output, let bytes) = event, case .output(output, let earlier) = joined.last {
          joined[joined.count - 1] = .output(output, earlier + bytes)
        } else {
          joined.append(event)
        }
      }
      return joined
    }
    let good = try Self.spdyBytes()
    var generator = SeededGenerator(seed: seed)
    let expected = try events([good])
    #expect(expected.contains(.result(.success(.exited(status: 0)))))
    #expect(try events(good.split(using: &generator)) == expected)
  }
}
