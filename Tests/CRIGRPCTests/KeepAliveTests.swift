import CRIGRPC
import CRIHTTP2
import CRISystem
import TestSupport
import Testing

extension WireTests {
  /// Calls without a deadline to peers that stop responding.
  @Suite(.timeLimit(.minutes(2)))
  struct KeepAliveTests {
    private static let keepAlive = KeepAlive(
      first: .milliseconds(300), later: .milliseconds(400), interval: .milliseconds(100))

    private func call(_ channel: Channel) async -> Outcome {
      do throws(RPCError) {
        return .success(try await channel.unary(method, [1], options: Channel.Options(keepAlive: Self.keepAlive)))
      } catch {
        return .failure(error)
      }
    }

    private static let silent: [Fault] = [
      Fault("accepts and says nothing", { $0.isSilent(.milliseconds(300)) }) { client in
        client.sendsSessionFrames = false
        try client.waitForDisconnect()
      },
      Fault("does not even read", { $0.isSilent(.milliseconds(300)) }) { client in
        try client.doNothing(until: { false })
      },
      Fault("sends its SETTINGS, acknowledges ours, and no more", { $0.isSilent(.milliseconds(300)) }) { client in
        client.sendsSessionFrames = false
        try client.send(Frame.settings())
        try client.send(Frame.settingsAck)
        try client.waitForDisconnect()
      },
      Fault("sends unsolicited frames", { $0.isSilent(.milliseconds(300)) }) { client in
        client.sendsSessionFrames = false
        try client.send(Frame.settings())
        while true {
          try client.send(Frame.ping([1, 2, 3, 4, 5, 6, 7, 8], ack: true) + Frame.windowUpdate(0, 1))
          try client.pump(for: .milliseconds(20))
        }
      },
      Fault("stops after its first acknowledgements", { $0.isSilent(.milliseconds(400)) }) { client in
        _ = try client.request()
        try client.pump(for: .milliseconds(50))
        client.sendsSessionFrames = false
        try client.waitForDisconnect()
      },
      Fault("begins its response and stops", { $0.isSilent(.milliseconds(400)) }) { client in
        try client.send(Frame.responseHeaders(try client.request().stream))
        try client.pump(for: .milliseconds(50))
        client.sendsSessionFrames = false
        try client.waitForDisconnect()
      },
    ]

    @Test(arguments: silent) func `a call to a peer that acknowledges nothing fails`(fault: Fault) async throws {
      let peer = try ScriptedPeer(fault.script)
      let channel = Channel(path: peer.path)
      let begin = ContinuousClock.now
      let outcome = await call(channel)
      #expect(fault.isExpected(outcome), "\(outcome)")
      #expect(ContinuousClock.now - begin < .seconds(10))
    }

    @Test func `a call waits for a slow peer as long as it acknowledges`() async throws {
      let peer = try ScriptedPeer { client in
        let stream = try client.request().stream
        // Several times the limit for a silent peer.
        try client.pump(for: .seconds(2))
        try client.send(Frame.response(stream, [7]))
        try client.waitForDisconnect()
      }
      #expect(await call(Channel(path: peer.path)) == .success([7]))
    }

    @Test func `the client sends one PING, then SETTINGS that change nothing`() async throws {
      let bytes = Locked<[UInt8]>([])
      let pings = Locked(0)
      let peer = try ScriptedPeer { client in
        let stream = try client.request().stream
        let before = client.received
        try client.pump(for: .seconds(1))
        // An empty SETTINGS frame has nine bytes; a PING would have 17, and comes before the request.
        bytes.withLock { $0 = [UInt8](repeating: 0, count: client.received - before) }
        pings.withLock { $0 = bytes.withLock { $0.count } % 9 }
        try client.send(Frame.response(stream, [7]))
        try client.waitForDisconnect()
      }
      #expect(await call(Channel(path: peer.path)) == .success([7]))
      #expect(pings.withLock { $0 } == 0)
      #expect(bytes.withLock { $0.count } / 9 >= 3)
    }

    @Test func `the next call uses another connection`() async throws {
      let peer = try ScriptedPeer { client in
        if client.number == 0 {
          client.sendsSessionFrames = false
          try client.waitForDisconnect()
        }
        try client.send(Frame.response(try client.request().stream, [42]))
        try client.waitForDisconnect()
      }
      let channel = Channel(path: peer.path)
      #expect(await call(channel).isSilent(.milliseconds(300)))
      #expect(await call(channel) == .success([42]))
      #expect(peer.clients == 2)
    }

    @Test func `calls with a deadline are not affected`() async throws {
      let peer = try ScriptedPeer { client in
        client.sendsSessionFrames = false
        try client.waitForDisconnect()
      }
      let channel = Channel(path: peer.path)
      async let bounded: Outcome = {
        do throws(RPCError) {
          return .success(try await channel.unary(method, [], options: Channel.Options(timeout: .milliseconds(900))))
        } catch {
          return .failure(error)
        }
      }()
      #expect(await call(channel).isSilent(.milliseconds(300)))
      #expect(await bounded == .failure(.deadlineExceeded(method: method, timeout: .milliseconds(900))))
    }
  }
}

extension Outcome {
  fileprivate func isSilent(_ time: Duration) -> Bool { self == .failure(.notResponding(method: method, after: time)) }
}
