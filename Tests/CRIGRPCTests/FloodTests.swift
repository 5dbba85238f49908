import CRIGRPC
import CRISystem
import TestSupport
import Testing

extension WireTests {
  /// Peers that send without end or never read. Memory must stay bounded, and calls must end.
  @Suite(.timeLimit(.minutes(4)))
  struct FloodTests {
    static let floods: [Fault] = [
      Fault("endless CONTINUATION", { $0.isLost() || $0.isUndecodable() }) { client in
        let stream = try client.request().stream
        try client.send(Frame.headers(stream, Frame.responseFields, endHeaders: false))
        let more = Frame.continuation(stream, [("x", String(repeating: "x", count: 1000))], endHeaders: false)
        try client.flood((0..<16).flatMap { _ in more })
      },
      Fault("endless empty CONTINUATION", { $0.isLost() || $0.isUndecodable() }) { client in
        let stream = try client.request().stream
        try client.send(Frame.headers(stream, Frame.responseFields, endHeaders: false))
        try client.flood((0..<1000).flatMap { _ in Frame.continuation(stream, [], endHeaders: false) })
      },
      // Each frame contains 16 KiB of one-byte references to a field of 4,000 bytes, which amounts to 64 MiB of header
      // fields.
      Fault("an HPACK bomb", { $0.isUndecodable("65536") }) { client in
        let stream = try client.request().stream
        let field = [UInt8(0x40), 1, UInt8(ascii: "x"), 127, 129, 30] + [UInt8](repeating: 120, count: 4000)
        try client.send(
          Frame.raw(type: 1, flags: 0, stream: stream, Frame.block(Frame.responseFields) + field))
        let bomb = [UInt8](repeating: 0x80 | 62, count: 16 << 10)
        try client.send(Frame.raw(type: 9, flags: 0, stream: stream, bomb))
        try client.send(Frame.raw(type: 9, flags: 0, stream: stream, bomb))
        try client.send(Frame.raw(type: 9, flags: 4, stream: stream, bomb))
        try client.waitForDisconnect()
      },
      Fault("endless 1xx responses", { $0.isOverdue }) { client in
        let stream = try client.request().stream
        try client.flood((0..<1000).flatMap { _ in Frame.headers(stream, [(":status", "103")]) })
      },
      Fault("endless SETTINGS", { $0.isOverdue || $0.isLost() }) { client in
        try client.flood((0..<1000).flatMap { _ in Frame.settings([(3, 100)]) })
      },
      Fault("endless SETTINGS from a peer that does not read", { $0.isLost() }) { client in
        try client.flood((0..<1000).flatMap { _ in Frame.settings([(3, 100)]) }, reading: false)
      },
      Fault("endless PING", { $0.isOverdue || $0.isLost() }) { client in
        try client.flood((0..<1000).flatMap { _ in Frame.ping([1, 2, 3, 4, 5, 6, 7, 8]) })
      },
      Fault("endless PING from a peer that does not read", { $0.isLost() }) { client in
        try client.flood((0..<1000).flatMap { _ in Frame.ping([1, 2, 3, 4, 5, 6, 7, 8]) }, reading: false)
      },
      Fault("endless empty DATA", { $0.isOverdue || $0.isLost() }) { client in
        let stream = try client.request().stream
        try client.send(Frame.responseHeaders(stream))
        try client.flood((0..<1000).flatMap { _ in Frame.data(stream, []) })
      },
      Fault("endless frames of unknown types", { $0.isOverdue }) { client in
        _ = try client.request()
        try client.flood((0..<1000).flatMap { _ in Frame.raw(type: 77, stream: 1, [1, 2, 3]) })
      },
      Fault("endless empty messages", { $0.isOverdue || $0.isUndecodable() }) { client in
        let stream = try client.request().stream
        try client.send(Frame.responseHeaders(stream))
        try client.flood(
          (0..<100).flatMap { _ in Frame.data(stream, [UInt8](repeating: 0, count: 5 * 3000)) })
      },
      Fault("a peer that never reads", { $0.isOverdue }) { client in
        client.sendsSessionFrames = false
        try client.send(Frame.wideOpen)
        try client.doNothing { false }
      },
    ]

    /// Runs in a child process, so that its memory can be measured.
    @Test(arguments: floods.indices) func `a flood ends the call and uses limited memory`(_ index: Int) async {
      await #expect(processExitsWith: .success) { [index] in
        let fault = Self.floods[index]
        let peer = try ScriptedPeer { client in
          do { try fault.script(client) } catch PeerFailure.clientDisconnected {}
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

    @Test func `calls to a peer that never reads end in time and release their requests`() async {
      await #expect(processExitsWith: .success) {
        let peer = try ScriptedPeer { client in
          client.sendsSessionFrames = false
          try client.send(Frame.wideOpen)
          try client.doNothing { false }
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

    /// Empty messages contain no bytes that would count towards the queue's limit.
    @Test func `empty messages for a sleeping reader use limited memory`() async {
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
  /// Sends the same bytes repeatedly, for 20 seconds or until the client disconnects.
  func flood(_ bytes: [UInt8], reading: Bool = true) throws {
    if sendsSessionFrames { try send(Frame.settings(), reading: reading) }
    sendsSessionFrames = false
    let end = ContinuousClock.now + .seconds(20)
    while ContinuousClock.now < end { try send(bytes, reading: reading) }
  }
}
