import CRIGRPC
import CRISystem
import TestSupport
import Testing

extension WireTests {
  /// Valid responses with random corruption: every call must end, and nothing may crash.
  ///
  /// A failure reports its seed. `CRI_FUZZ` sets the number of seeds.
  @Suite(.timeLimit(.minutes(10)))
  struct FuzzTests {
    static let count = Int(ProcessFacts.environment("CRI_FUZZ") ?? "") ?? 3000

    /// The bytes that a server sends for three calls from one client, the second of which it resets.
    private static let transcript =
      Frame.settings([(3, 100), (4, 1 << 20)]) + Frame.settingsAck
      + Frame.ping([1, 2, 3, 4, 5, 6, 7, 8]) + Frame.windowUpdate(0, 1 << 20)
      + Frame.responseHeaders(1) + Frame.data(1, Frame.message([1, 2, 3]))
      + Frame.rst(3, code: 2)
      + Frame.headers(5, Frame.responseFields, endHeaders: false)
      + Frame.continuation(5, [("x-more", "fields")], endHeaders: true)
      + Frame.data(5, Frame.message([UInt8](repeating: 7, count: 300)))
      + Frame.trailers(5, status: "5", message: "not%20found") + Frame.trailers(1)
      + Frame.goAway(lastStream: 5, debug: "bye")

    private static func transcript(_ seed: Int) -> [UInt8] {
      var random = SeededGenerator(seed: UInt64(seed))
      return random.broken(transcript)
    }

    /// Makes three calls, one of which is a streaming call, to a server that sends a corrupted transcript.
    /// - Returns: A description of the failure; nil if all calls ended in time.
    private static func run(_ path: String) async -> String? {
      let channel = Channel(path: path)
      let options = Channel.Options(timeout: .milliseconds(200))
      let begin = ContinuousClock.now
      await withTaskGroup(of: Void.self) { group in
        group.addTask { _ = await call(channel, timeout: .milliseconds(200)) }
        group.addTask {
          do throws(RPCError) {
            for try await _ in try channel.stream(method, [1], options: options) {}
          } catch {}
        }
        group.addTask { _ = await call(channel, timeout: .milliseconds(200)) }
      }
      let time = ContinuousClock.now - begin
      return time > .seconds(10) ? "took \(time)" : nil
    }

    @Test func `random corruption of a server's bytes never crashes or hangs a client`() async throws {
      let peer = try ScriptedPeer { client in
        client.sendsSessionFrames = false
        do {
          // Half of the peers disconnect after sending, the others when the client disconnects.
          try client.send(Self.transcript(client.number), reading: false)
          if client.number % 2 == 0 { try client.discardUntilDisconnect() }
        } catch PeerFailure.clientDisconnected {}
      }
      let next = Locked(0)
      let failures = Locked<[String]>([])
      await withTaskGroup(of: Void.self) { group in
        for _ in 0..<16 {
          group.addTask {
            while next.withLock({ next in
              defer { next += 1 }
              return next
            }) < Self.count {
              if let failure = await Self.run(peer.path) { failures.withLock { $0.append(failure) } }
            }
          }
        }
      }
      #expect(failures.withLock { $0 } == [])
      #expect(peer.clients >= Self.count)
      try await peer.finished()
    }
  }
}
