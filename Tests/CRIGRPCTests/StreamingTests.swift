import CRIGRPC
import CRIHTTP2
import CRISystem
import TestSupport
import Testing

extension WireTests {
  /// Server-streaming calls: order, errors, stopping early, and flow control with a slow reader.
  @Suite(.timeLimit(.minutes(2)))
  struct StreamingTests {
    @Test func `messages arrive in order`() async throws {
      let peer = try ScriptedPeer { client in
        let stream = try client.request().stream
        try client.send(Frame.responseHeaders(stream))
        for number in 0..<3 { try client.send(Frame.data(stream, Frame.message([UInt8(number)]))) }
        try client.send(Frame.trailers(stream))
        try client.waitForDisconnect()
      }
      var messages: [[UInt8]] = []
      for try await message in try Channel(path: peer.path).stream(method, []) { messages.append(message) }
      #expect(messages == [[0], [1], [2]])
    }

    /// Messages are delivered even if they are read long after the error arrived.
    @Test func `messages before an error are delivered`() async throws {
      let peer = try ScriptedPeer { client in
        let stream = try client.request().stream
        let body = Frame.message([1]) + Frame.message([2])
        try client.send(
          Frame.responseHeaders(stream) + Frame.data(stream, body)
            + Frame.trailers(stream, status: "9", message: "no more")
            + Frame.ping([UInt8](repeating: 1, count: 8)))
        try client.waitForDisconnect()
      }
      let channel = Channel(path: peer.path)
      var iterator = try channel.stream(method, []).makeAsyncIterator()
      #expect(try await channel.ping(timeout: .seconds(10)) > .zero)
      #expect(try await iterator.next() == [1])
      #expect(try await iterator.next() == [2])
      let status = RPCStatus(code: .failedPrecondition, message: "no more", method: method)
      await #expect(throws: RPCError.status(status)) { try await iterator.next() }
    }

    @Test func `a lost connection ends the stream with an error`() async throws {
      let peer = try ScriptedPeer { client in
        let stream = try client.request().stream
        try client.send(Frame.responseHeaders(stream) + Frame.data(stream, Frame.message([1])))
      }
      var iterator = try Channel(path: peer.path).stream(method, []).makeAsyncIterator()
      #expect(try await iterator.next() == [1])
      let error = await failure { () async throws(RPCError) in try await iterator.next() }
      #expect(Outcome.failure(try #require(error)).isLost())
    }

    @Test func `leaving the loop cancels the call`() async throws {
      let code = Locked<String?>(nil)
      let peer = try ScriptedPeer { client in
        let stream = try client.request().stream
        try client.send(Frame.responseHeaders(stream) + Frame.data(stream, Frame.message([1])))
        let seen = try client.reset(of: stream).description
        code.withLock { $0 = seen }
      }
      let channel = Channel(path: peer.path)
      for try await _ in try channel.stream(method, []) { break }
      try await peer.finished()
      #expect(code.withLock { $0 } == "CANCEL")
      #expect(channel.peer != nil)
    }

    @Test func `releasing a stream that was never read cancels the call`() async throws {
      let hasBegun = Locked(false)
      let code = Locked<String?>(nil)
      let peer = try ScriptedPeer { client in
        let stream = try client.request().stream
        hasBegun.withLock { $0 = true }
        let seen = try client.reset(of: stream).description
        code.withLock { $0 = seen }
      }
      let channel = Channel(path: peer.path)
      do {
        let stream = try channel.stream(method, [])
        #expect(await eventually { hasBegun.withLock { $0 } })
        _ = stream
      }
      try await peer.finished()
      #expect(code.withLock { $0 } == "CANCEL")
    }

    @Test func `cancelling the reading task cancels the call`() async throws {
      let code = Locked<String?>(nil)
      let peer = try ScriptedPeer { client in
        let stream = try client.request().stream
        try client.send(Frame.responseHeaders(stream) + Frame.data(stream, Frame.message([1])))
        let seen = try client.reset(of: stream).description
        code.withLock { $0 = seen }
      }
      let channel = Channel(path: peer.path)
      let hasBegun = Locked(false)
      let task = Task {
        await failure { () async throws(RPCError) in
          for try await _ in try channel.stream(method, []) { hasBegun.withLock { $0 = true } }
        }
      }
      #expect(await eventually { hasBegun.withLock { $0 } })
      let begin = ContinuousClock.now
      task.cancel()
      #expect(await task.value == .cancelled(method: method))
      #expect(ContinuousClock.now - begin < .seconds(5))
      try await peer.finished()
      #expect(code.withLock { $0 } == "CANCEL")
    }

    @Test func `the deadline ends a stream in progress`() async throws {
      let code = Locked<String?>(nil)
      let peer = try ScriptedPeer { client in
        let stream = try client.request().stream
        try client.send(Frame.responseHeaders(stream) + Frame.data(stream, Frame.message([1])))
        let seen = try client.reset(of: stream).description
        code.withLock { $0 = seen }
      }
      let channel = Channel(path: peer.path)
      await #expect(throws: RPCError.deadlineExceeded(method: method, timeout: .seconds(1))) {
        for try await _ in try channel.stream(method, [], options: Channel.Options(timeout: .seconds(1))) {
        }
      }
      try await peer.finished()
      #expect(code.withLock { $0 } == "CANCEL")
    }

    /// The sender continues when the reader does.
    @Test func `a slow reader stops the sender`() async throws {
      let sent = Locked(0)
      let isDone = Locked(false)
      let message = [UInt8](repeating: 7, count: 16 << 10)
      let peer = try ScriptedPeer { client in
        let stream = try client.request().stream
        try client.respond(to: stream)
        while !isDone.withLock({ $0 }) {
          try client.stream([message], on: stream, unless: { isDone.withLock { $0 } })
          sent.withLock { $0 += message.count }
        }
      }
      let channel = Channel(path: peer.path)
      var iterator = try channel.stream(method, []).makeAsyncIterator()
      #expect(try await iterator.next() == message)
      let (first, second) = try await (valueWhenStalled(sent), valueWhenStalled(sent))
      // The window, the queue and the socket buffer hold about 5 MiB; no more is sent while the reader waits.
      #expect(first == second && first < 8 << 20, "\(first) \(second)")
      for _ in 0..<(32 << 20) / message.count {
        guard let next = try await iterator.next(), Bytes.same(next, message) else {
          Issue.record("unexpected message")
          return
        }
      }
      #expect(sent.withLock { $0 } >= 32 << 20)
      isDone.withLock { $0 = true }
    }

    /// Waits until a counter stops increasing, and returns its value.
    private func valueWhenStalled(_ counter: Locked<Int>) async throws -> Int {
      var last = -1
      var unchangedPolls = 0
      while unchangedPolls < 50 {
        let now = counter.withLock { $0 }
        unchangedPolls = now == last ? unchangedPolls + 1 : 0
        last = now
        try await Task.sleep(for: .milliseconds(5))
      }
      return last
    }

    @Test func `a slow reader does not block other calls`() async throws {
      let big = [UInt8](repeating: 9, count: 16 << 20)
      let part = [UInt8](repeating: 8, count: 1 << 20)
      let peer = try ScriptedPeer { client in
        let slow = try client.request().stream
        try client.respond(to: slow)
        // The response exceeds the client's window for one stream, so the rest is queued in the session.
        for _ in 0..<10 { try client.session.send(on: slow, Frame.message(part)) }
        try client.pump(until: "the window to close") { ($0.session.unsent(on: slow) ?? 0) < 7 << 20 }
        let fast = try client.request().stream
        try client.respond(to: fast)
        try client.stream([big], on: fast)
        try client.finish(fast)
        try client.waitForDisconnect()
      }
      let channel = Channel(path: peer.path)
      var slow = try channel.stream(method, []).makeAsyncIterator()
      // If the slow stream blocked the connection, this response would never arrive.
      let isGood = await call(channel, timeout: .seconds(60)).isSuccess(big)
      #expect(isGood)
      for _ in 0..<10 { #expect(try await slow.next()?.count == part.count) }
    }

    @Test(arguments: [0, 1]) func `many small messages arrive quickly`(size: Int) async throws {
      let count = 100_000
      let peer = try ScriptedPeer { client in
        let stream = try client.request().stream
        try client.respond(to: stream)
        let some = [[UInt8]](repeating: [UInt8](repeating: 1, count: size), count: 1000)
        for _ in 0..<count / 1000 { try client.stream(some, on: stream) }
        try client.finish(stream)
        try client.waitForDisconnect()
      }
      let begin = ContinuousClock.now
      var seen = 0
      for try await message in try Channel(path: peer.path).stream(method, []) {
        seen += message.count == size ? 1 : 0
        // Give the queue time to fill.
        if seen == 1 { try await Task.sleep(for: .milliseconds(200)) }
      }
      #expect(seen == count)
      #expect(ContinuousClock.now - begin < .seconds(30))
    }
  }
}
