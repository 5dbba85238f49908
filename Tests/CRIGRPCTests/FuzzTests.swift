import CRIGRPC
import CRISystem
import TestSupport
import Testing

extension WireTests {
  /// Good answers, broken at random: whatever a server sends, a call ends, and nothing crashes.
  ///
  /// A failure names the seed; `CRI_FUZZ` sets how many are tried.
  @Suite(.timeLimit(.minutes(10)))
  struct FuzzTests {
    static let count = Int(ProcessFacts.environment("CRI_FUZZ") ?? "") ?? 3000

    /// What a server says to three calls of one client, the second of which it resets.
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

    static func mutated(_ seed: Int) -> [UInt8] {
      var random = SeededGenerator(seed: UInt64(seed))
      var bytes = transcript
      for _ in 0..<Int.random(in: 1...6, using: &random) {
        guard !bytes.isEmpty else { break }
        let index = Int.random(in: bytes.indices, using: &random)
        let length = min(Int.random(in: 1...40, using: &random), bytes.count - index)
        switch Int.random(in: 0..<8, using: &random) {
        case 0: bytes[index] ^= 1 << UInt8.random(in: 0..<8, using: &random)
        case 1: bytes[index] = [0, 1, 0x7f, 0x80, 0xff].randomElement(using: &random) ?? 0
        case 2: bytes.removeSubrange(index..<index + length)
        case 3: bytes.insert(contentsOf: bytes[index..<index + length], at: index)
        case 4:
          bytes.insert(
            contentsOf: (0..<length).map { _ in UInt8.random(in: .min ... .max, using: &random) }, at: index)
        case 5: bytes.removeSubrange(index...)
        case 6:
          // A frame header in any place.
          bytes.insert(
            contentsOf: Frame.raw(
              type: UInt8.random(in: 0...10, using: &random),
              flags: UInt8.random(in: .min ... .max, using: &random),
              stream: Int32.random(in: 0...6, using: &random), [],
              length: Int.random(in: 0...20, using: &random)),
            at: index)
        default:
          for offset in index..<index + length {
            bytes[offset] = UInt8.random(in: .min ... .max, using: &random)
          }
        }
      }
      return bytes
    }

    /// One client against one broken transcript: three calls, one of them streaming.
    private static func run(_ path: String) async -> String? {
      let channel = Channel(path: path)
      let options = CallOptions(timeout: .milliseconds(200))
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

    @Test func brokenTranscripts() async throws {
      let peer = try ScriptedPeer { client in
        client.isPolite = false
        do {
          // Half of the peers go when they have spoken, the others when the client goes.
          try client.send(Self.mutated(client.number), reading: false)
          if client.number % 2 == 0 { try client.swallow() }
        } catch PeerFailure.clientGone {}
      }
      let next = Locked(0)
      let complaints = Locked<[String]>([])
      await withTaskGroup(of: Void.self) { group in
        for _ in 0..<16 {
          group.addTask {
            while next.withLock({ next in
              defer { next += 1 }
              return next
            }) < Self.count {
              if let complaint = await Self.run(peer.path) { complaints.withLock { $0.append(complaint) } }
            }
          }
        }
      }
      #expect(complaints.withLock { $0 } == [])
      #expect(peer.clients >= Self.count)
      try await peer.finished()
    }
  }
}

/// Random numbers that come again: SplitMix64.
struct SeededGenerator: RandomNumberGenerator {
  private var state: UInt64
  init(seed: UInt64) { state = seed }

  mutating func next() -> UInt64 {
    state &+= 0x9e37_79b9_7f4a_7c15
    var mixed = state
    mixed = (mixed ^ (mixed >> 30)) &* 0xbf58_476d_1ce4_e5b9
    mixed = (mixed ^ (mixed >> 27)) &* 0x94d0_49bb_1331_11eb
    return mixed ^ (mixed >> 31)
  }
}
