import CRIGRPC
import CRIHTTP2
import CRISystem
import TestSupport
import Testing

extension WireTests {
  /// PING in both directions.
  @Suite(.timeLimit(.minutes(2)))
  struct PingTests {
    @Test func `a PING from the server is acknowledged`() async throws {
      let peer = try ScriptedPeer { client in
        let stream = try client.request().stream
        try client.session.ping([1, 2, 3, 4, 5, 6, 7, 8])
        let pong = try client.event("PONG") { event -> [UInt8]? in
          if case .pong(let payload) = event { payload } else { nil }
        }
        try client.send(Frame.response(stream, pong))
        try client.waitForDisconnect()
      }
      #expect(await call(Channel(path: peer.path)) == .success([1, 2, 3, 4, 5, 6, 7, 8]))
    }

    @Test func `a PING returns the round-trip time`() async throws {
      let peer = try ScriptedPeer { try $0.waitForDisconnect() }
      let channel = Channel(path: peer.path)
      for _ in 0..<3 { #expect(try await channel.ping(timeout: .seconds(20)) > .zero) }
      #expect(peer.clients == 1)
    }

    @Test func `a PING without an acknowledgement times out`() async throws {
      let peer = try ScriptedPeer { client in
        client.sendsSessionFrames = false
        try client.waitForDisconnect()
      }
      let begin = ContinuousClock.now
      await #expect(throws: RPCError.deadlineExceeded(method: "PING", timeout: .milliseconds(200))) {
        try await Channel(path: peer.path).ping(timeout: .milliseconds(200))
      }
      #expect(ContinuousClock.now - begin < .seconds(5))
    }

    @Test func `a PING can be cancelled`() async throws {
      let peer = try ScriptedPeer { client in
        client.sendsSessionFrames = false
        try client.waitForDisconnect()
      }
      let channel = Channel(path: peer.path)
      let task = Task {
        await failure { () async throws(RPCError) in try await channel.ping(timeout: .seconds(60)) }
      }
      #expect(await eventually { peer.clients == 1 })
      task.cancel()
      #expect(await task.value == .cancelled(method: "PING"))
    }

    @Test func `a PING without a server reports that it cannot connect`() async throws {
      await #expect(throws: RPCError.cannotConnect(path: "/nowhere/s", .noSuchFile)) {
        try await Channel(path: "/nowhere/s").ping(timeout: .seconds(20))
      }
    }

    /// One acknowledgement arrives without a PING, and the other has a different payload.
    @Test func `acknowledgements of other PINGs are ignored`() async throws {
      let peer = try ScriptedPeer { client in
        client.sendsSessionFrames = false
        try client.send(Frame.settings())
        try client.send(Frame.ping([UInt8](repeating: 0, count: 8), ack: true))
        try client.send(Frame.ping([UInt8](repeating: 255, count: 8), ack: true))
        try client.waitForDisconnect()
      }
      await #expect(throws: RPCError.deadlineExceeded(method: "PING", timeout: .milliseconds(200))) {
        try await Channel(path: peer.path).ping(timeout: .milliseconds(200))
      }
    }
  }
}
