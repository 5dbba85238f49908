import CRIGRPC
import CRISystem
import TestSupport
import Testing

extension WireTests {
  /// Connections that have ended must not leave any descriptor or thread behind.
  /// Each test runs in a child process, in which no other code opens descriptors.
  @Suite(.timeLimit(.minutes(4)))
  struct LeakTests {
    private struct Held: Sendable {
      var descriptors = ProcessFacts.openDescriptors
      var threads = ProcessFacts.threads
      func isWithin(_ other: Held) -> Bool { descriptors <= other.descriptors && threads <= other.threads }
    }

    /// Runs `body` a few times to warm up and then `rounds` times, and compares the process's descriptors and threads.
    static func check(rounds: Int, _ body: @Sendable () async throws -> Void) async throws {
      for _ in 0..<5 { try await body() }
      // Take the lowest numbers over half a second, because threads from the warm-up may still be exiting.
      try await Task.sleep(for: .milliseconds(5))
      var before = Held()
      for _ in 0..<100 {
        try await Task.sleep(for: .milliseconds(5))
        let now = Held()
        before = now.isWithin(before) ? now : before
      }
      for _ in 0..<rounds { try await body() }
      let limit = before
      #expect(await eventually(within: .seconds(10)) { Held().isWithin(limit) }, "\(before) → \(Held())")
    }

    @Test func `completed calls release everything`() async {
      await #expect(processExitsWith: .success) {
        let peer = try ScriptedPeer { client in
          try client.send(Frame.response(try client.request().stream, [1]))
          try client.waitForDisconnect()
        }
        try await Self.check(rounds: 200) { #expect(await call(Channel(path: peer.path)) == .success([1])) }
      }
    }

    @Test func `broken connections release everything`() async {
      await #expect(processExitsWith: .success) {
        let peer = try ScriptedPeer { client in
          let stream = try client.request().stream
          switch client.number % 4 {
          case 0: try client.send(Frame.raw(type: 0, stream: stream, [], length: 99_999))
          case 1: try client.send(Frame.goAway(lastStream: 0))
          case 2: try client.send(Frame.responseHeaders(stream) + Frame.data(stream, [0, 0, 0, 0, 9]))
          default: return
          }
        }
        try await Self.check(rounds: 200) { #expect(await call(Channel(path: peer.path)).error != nil) }
      }
    }

    @Test func `failures to connect release everything`() async {
      await #expect(processExitsWith: .success) {
        try await Self.check(rounds: 200) {
          #expect(await call(Channel(path: "/nowhere/s")).error?.isCannotConnect ?? false)
        }
      }
    }

    @Test func `cancelled and timed-out calls release everything`() async {
      await #expect(processExitsWith: .success) {
        let peer = try ScriptedPeer { try $0.waitForDisconnect() }
        try await Self.check(rounds: 200) {
          let channel = Channel(path: peer.path)
          let stream = try channel.stream(method, [])
          #expect(await call(channel, timeout: .milliseconds(2)).isOverdue)
          _ = stream
        }
      }
    }

    /// The client's last frames do not fit into the socket, and it must end anyway.
    @Test func `a client with a peer that never reads releases everything`() async {
      await #expect(processExitsWith: .success) {
        let isDone = Locked(false)
        let peer = try ScriptedPeer { client in
          client.sendsSessionFrames = false
          try client.send(Frame.wideOpen, reading: false)
          try client.doNothing { isDone.withLock { $0 } }
        }
        let before = ProcessFacts.threads
        for _ in 0..<20 {
          let big = [UInt8](repeating: 0, count: 4 << 20)
          #expect(await call(Channel(path: peer.path), big, timeout: .milliseconds(20)).isOverdue)
        }
        // The peer's threads are still waiting for their clients; the clients' own threads must have ended.
        #expect(await eventually(within: .seconds(10)) { ProcessFacts.threads <= before + 20 + 4 })
        isDone.withLock { $0 = true }
      }
    }

    @Test func `clients of a listener with a full queue release everything`() async {
      await #expect(processExitsWith: .success) {
        let directory = try TemporaryDirectory()
        let path = directory.file("s")
        let listener = try UnixSocket.listen(at: path, backlog: 0)
        var waiting: [Int32] = []
        while let client = try? UnixSocket.connect(to: path) { waiting.append(client.release()) }
        try await Self.check(rounds: 100) {
          #expect(await call(Channel(path: path), timeout: .milliseconds(2)).isOverdue)
        }
        #expect(listener.rawValue >= 0 && !waiting.isEmpty)
      }
    }

    @Test func `a stopped server releases everything`() async {
      await #expect(processExitsWith: .success) {
        let directory = try TemporaryDirectory()
        try await Self.check(rounds: 100) {
          let path = directory.file("s")
          let server = try Server(at: path) { call in
            call.send(call.message)
            call.finish()
          }
          for _ in 0..<3 { #expect(await call(Channel(path: path), [5]) == .success([5])) }
          server.stop()
        }
      }
    }

    @Test func `a server releases everything when its clients disconnect`() async {
      await #expect(processExitsWith: .success) {
        let directory = try TemporaryDirectory()
        let path = directory.file("s")
        let server = try Server(at: path) { call in
          call.send(call.message)
          call.finish()
        }
        try await Self.check(rounds: 200) { #expect(await call(Channel(path: path), [5]) == .success([5])) }
        server.stop()
      }
    }
  }
}
