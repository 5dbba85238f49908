import CRIGRPC
import CRIHTTP2
import CRISystem
import TestSupport
import Testing

extension WireTests {
  /// Many calls on one connection, and responses at the size limit.
  @Suite(.timeLimit(.minutes(2)))
  struct ManyCallsTests {
    /// The number of a call as its message.
    private func bytes(_ number: Int) -> [UInt8] { [UInt8(number >> 8), UInt8(number & 255)] }

    private func echoes(_ count: Int) -> [Outcome] { (0..<count).map { .success(bytes($0)) } }

    private func all(_ count: Int, on channel: Channel, timeout: Duration = .seconds(60)) async -> [Outcome] {
      await withTaskGroup(of: (Int, Outcome).self) { group in
        for number in 0..<count {
          group.addTask {
            (number, await call(channel, [UInt8(number >> 8), UInt8(number & 255)], timeout: timeout))
          }
        }
        var outcomes = [Outcome](repeating: .failure(.cancelled(method: "")), count: count)
        for await (number, outcome) in group { outcomes[number] = outcome }
        return outcomes
      }
    }

    @Test func `five hundred calls complete in any order`() async throws {
      let peer = try ScriptedPeer { client in
        for request in try client.requests(500).reversed() {
          try client.send(Frame.response(request.stream, Array(request.body[5...])))
        }
        try client.waitForDisconnect()
      }
      let outcomes = await all(500, on: Channel(path: peer.path))
      #expect(outcomes == echoes(500))
      #expect(peer.clients == 1)
    }

    @Test func `calls over the peer's stream limit wait`() async throws {
      let most = Locked(0)
      let peer = try ScriptedPeer { client in
        client.sendsSessionFrames = false
        try client.send(Frame.settings([(3, 10)]) + Frame.settingsAck)
        try client.waitForFirstBytes()
        var replied = 0
        while replied < 500 {
          let waiting = try client.pending()
          most.withLock { $0 = max($0, waiting.count) }
          for request in waiting { try client.send(Frame.response(request.stream, Array(request.body[5...]))) }
          replied += waiting.count
        }
        try client.waitForDisconnect()
      }
      // Make one call first, because calls may be sent before the peer's limit is known.
      let channel = Channel(path: peer.path)
      #expect(await call(channel, [9, 9]) == .success([9, 9]))
      let outcomes = await all(499, on: channel)
      #expect(outcomes == echoes(499))
      #expect(peer.clients == 1)
      #expect(most.withLock { $0 } <= 10)
    }

    @Test func `five hundred calls end at their deadline`() async throws {
      let peer = try ScriptedPeer { try $0.waitForDisconnect() }
      let begin = ContinuousClock.now
      let outcomes = await all(500, on: Channel(path: peer.path), timeout: .milliseconds(300))
      #expect(outcomes.allSatisfy { $0.isOverdue })
      #expect(ContinuousClock.now - begin < .seconds(20))
    }

    @Test func `a response of 16 MiB arrives`() async throws {
      let big = Bytes.pattern(16 << 20)
      let peer = try ScriptedPeer { client in
        let stream = try client.request().stream
        try client.respond(to: stream)
        try client.stream([big], on: stream)
        try client.finish(stream)
        try client.waitForDisconnect()
      }
      let begin = ContinuousClock.now
      #expect(await call(Channel(path: peer.path)).isSuccess(big))
      #expect(ContinuousClock.now - begin < .seconds(20))
    }

    @Test func `a request that is larger than the peer's window arrives`() async throws {
      let big = Bytes.pattern(8 << 20)
      let peer = try ScriptedPeer(window: 65_535) { client in
        let request = try client.request()
        try client.send(Frame.response(request.stream, Frame.bigEndian(UInt32(request.body.count))))
        try client.waitForDisconnect()
      }
      #expect(await call(Channel(path: peer.path), big) == .success(Frame.bigEndian(UInt32(big.count + 5))))
    }

    /// The call must end when the status arrives, and the rest of the request must not be kept.
    @Test func `a status before the request is sent ends the call`() async throws {
      let code = Locked<String?>(nil)
      let peer = try ScriptedPeer { client in
        client.sendsSessionFrames = false
        try client.send(Frame.settings() + Frame.settingsAck)
        let stream = try client.event("headers") { event -> Int32? in
          if case .headers(let stream, _, _) = event { stream } else { nil }
        }
        try client.send(Frame.headers(stream, Frame.responseFields + [("grpc-status", "8")], endStream: true))
        let seen = try client.reset(of: stream).description
        code.withLock { $0 = seen }
      }
      let channel = Channel(path: peer.path)
      #expect(await call(channel, [UInt8](repeating: 0, count: 1 << 20)).isStatus(.resourceExhausted))
      try await peer.finished()
      #expect(code.withLock { $0 } != nil)
    }

    @Test func `a response over the limit is refused`() async throws {
      for (size, isGood) in [(10, true), (11, false), (5000, false)] {
        let result = try await outcomes(
          of: { Frame.response($0, [UInt8](repeating: 1, count: size)) }, limit: 10)
        let tooLarge = RPCError.responseTooLarge(method: method, size: size, limit: 10)
        #expect(result.first == (isGood ? .success([UInt8](repeating: 1, count: size)) : .failure(tooLarge)))
        #expect(result.second == .success([42]))
        #expect(result.connections == 1)
      }
    }

    /// The rest of the response is discarded.
    @Test func `the connection stays usable after a response over the limit`() async throws {
      let peer = try ScriptedPeer { client in
        let stream = try client.request().stream
        try client.respond(to: stream)
        try client.stream([[UInt8](repeating: 1, count: 65 << 20)], on: stream)
        try client.send(Frame.response(try client.request().stream, [42]))
        try client.waitForDisconnect()
      }
      let channel = Channel(path: peer.path)
      #expect(
        await call(channel) == .failure(.responseTooLarge(method: method, size: 65 << 20, limit: 64 << 20)))
      #expect(await call(channel) == .success([42]))
      #expect(peer.clients == 1)
    }

    @Test func `a response at the default limit of 64 MiB is accepted`() async throws {
      let peer = try ScriptedPeer { client in
        let stream = try client.request().stream
        try client.respond(to: stream)
        try client.stream([[UInt8](repeating: 1, count: 64 << 20)], on: stream)
        try client.finish(stream)
        try client.waitForDisconnect()
      }
      guard case .success(let reply) = await call(Channel(path: peer.path)) else {
        Issue.record("the call failed")
        return
      }
      #expect(reply.count == 64 << 20)
    }
  }
}
