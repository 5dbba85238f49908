import CRIGRPC
import CRISystem
import TestSupport
import Testing

extension WireTests {
  /// Peers that never stop, or never read: memory stays bounded, and calls end.
  @Suite(.timeLimit(.minutes(4)))
  struct FloodTests {
    static let floods: [Fault] = [
      Fault("CONTINUATION without end", { $0.isLost() || $0.isUndecodable() }) { client in
        let stream = try client.request().stream
        try client.send(Frame.headers(stream, Frame.responseFields, endHeaders: false))
        let more = Frame.continuation(stream, [("x", String(repeating: "x", count: 1000))], endHeaders: false)
        try client.flood((0..<16).flatMap { _ in more })
      },
      Fault("empty CONTINUATION without end", { $0.isLost() || $0.isUndecodable() }) { client in
        let stream = try client.request().stream
        try client.send(Frame.headers(stream, Frame.responseFields, endHeaders: false))
        try client.flood((0..<1000).flatMap { _ in Frame.continuation(stream, [], endHeaders: false) })
      },
      // 16 KiB of one-byte references to a field of 4,000 bytes: 64 MiB of header fields a frame.
      Fault("an HPACK bomb", { $0.isUndecodable("65536") }) { client in
        let stream = try client.request().stream
        let field = [UInt8(0x40), 1, UInt8(ascii: "x"), 127, 129, 30] + [UInt8](repeating: 120, count: 4000)
        try client.send(
          Frame.raw(type: 1, flags: 0, stream: stream, Frame.block(Frame.responseFields) + field))
        let bomb = [UInt8](repeating: 0x80 | 62, count: 16 << 10)
        try client.send(Frame.raw(type: 9, flags: 0, stream: stream, bomb))
        try client.send(Frame.raw(type: 9, flags: 0, stream: stream, bomb))
        try client.send(Frame.raw(type: 9, flags: 4, stream: stream, bomb))
        try client.hold()
      },
      Fault("1xx without end", { $0.isOverdue }) { client in
        let stream = try client.request().stream
        try client.flood((0..<1000).flatMap { _ in Frame.headers(stream, [(":status", "103")]) })
      },
      Fault("SETTINGS without end", { $0.isOverdue || $0.isLost() }) { client in
        try client.flood((0..<1000).flatMap { _ in Frame.settings([(3, 100)]) })
      },
      Fault("SETTINGS without end, reading nothing", { $0.isLost() }) { client in
        try client.flood((0..<1000).flatMap { _ in Frame.settings([(3, 100)]) }, reading: false)
      },
      Fault("PING without end", { $0.isOverdue || $0.isLost() }) { client in
        try client.flood((0..<1000).flatMap { _ in Frame.ping([1, 2, 3, 4, 5, 6, 7, 8]) })
      },
      Fault("PING without end, reading nothing", { $0.isLost() }) { client in
        try client.flood((0..<1000).flatMap { _ in Frame.ping([1, 2, 3, 4, 5, 6, 7, 8]) }, reading: false)
      },
      Fault("empty DATA without end", { $0.isOverdue || $0.isLost() }) { client in
        let stream = try client.request().stream
        try client.send(Frame.responseHeaders(stream))
        try client.flood((0..<1000).flatMap { _ in Frame.data(stream, []) })
      },
      Fault("frames of unknown types without end", { $0.isOverdue }) { client in
        _ = try client.request()
        try client.flood((0..<1000).flatMap { _ in Frame.raw(type: 77, stream: 1, [1, 2, 3]) })
      },
      Fault("empty messages without end", { $0.isOverdue || $0.isUndecodable() }) { client in
        let stream = try client.request().stream
        try client.send(Frame.responseHeaders(stream))
        try client.flood(
          (0..<100).flatMap { _ in Frame.data(stream, [UInt8](repeating: 0, count: 5 * 3000)) })
      },
      Fault("a peer that never reads", { $0.isOverdue }) { client in
        client.isPolite = false
        try client.send(Frame.wideOpen)
        try client.ignore { false }
      },
    ]

    /// In a process of its own, so that its memory can be measured.
    @Test(arguments: floods.indices) func flood(_ index: Int) async {
      await #expect(processExitsWith: .success) { [index] in
        let fault = Self.floods[index]
        let peer = try ScriptedPeer { client in
          do { try fault.script(client) } catch PeerFailure.clientGone {}
        }
        let channel = Channel(path: peer.path)
        let begin = ContinuousClock.now
        let outcome = await call(channel, [UInt8](repeating: 0, count: 4 << 20), timeout: .seconds(1))
        #expect(fault.isExpected(outcome), "\(fault.testDescription): \(outcome)")
        #expect(ContinuousClock.now - begin < .seconds(20))
        #expect(
          ProcessFacts.peakMemory < ProcessFacts.memoryLimit,
          "\(fault.testDescription): \(ProcessFacts.peakMemory) bytes")
      }
    }

    /// As many calls as one likes to a peer that never reads: each ends in time, and their requests are not kept.
    @Test func callsToAPeerThatNeverReads() async {
      await #expect(processExitsWith: .success) {
        let peer = try ScriptedPeer { client in
          client.isPolite = false
          try client.send(Frame.wideOpen)
          try client.ignore { false }
        }
        let channel = Channel(path: peer.path)
        for _ in 0..<50 {
          #expect(
            await call(channel, [UInt8](repeating: 0, count: 4 << 20), timeout: .milliseconds(50)).isOverdue)
        }
        #expect(peer.clients == 1)
        #expect(ProcessFacts.peakMemory < ProcessFacts.memoryLimit, "\(ProcessFacts.peakMemory) bytes")
      }
    }

    /// A stream whose reader sleeps, with messages that have no bytes to count.
    @Test func emptyMessagesForASleepingReader() async {
      await #expect(processExitsWith: .success) {
        let peer = try ScriptedPeer { client in
          let stream = try client.request().stream
          try client.respond(to: stream)
          let some = [[UInt8]](repeating: [], count: 10_000)
          let end = ContinuousClock.now + .seconds(2)
          while ContinuousClock.now < end {
            try client.stream(some, on: stream, unless: { ContinuousClock.now > end })
          }
        }
        let channel = Channel(path: peer.path)
        let stream = try channel.stream(method, [])
        var iterator = stream.makeAsyncIterator()
        #expect(try await iterator.next() == [])
        try await peer.finished()
        #expect(ProcessFacts.peakMemory < ProcessFacts.memoryLimit, "\(ProcessFacts.peakMemory) bytes")
        _ = try await iterator.next()
      }
    }
  }
}

extension PeerConnection {
  /// Sends the same for as long as anybody takes it.
  func flood(_ bytes: [UInt8], reading: Bool = true) throws {
    if isPolite { try send(Frame.settings(), reading: reading) }
    isPolite = false
    let end = ContinuousClock.now + .seconds(20)
    while ContinuousClock.now < end { try send(bytes, reading: reading) }
  }
}
