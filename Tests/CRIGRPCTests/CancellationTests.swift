import CRIGRPC
import CRIHTTP2
import CRISystem
import TestSupport
import Testing

extension WireTests {
  /// Calls that the client ends, by cancelling the task or at the deadline.
  @Suite(.timeLimit(.minutes(2)))
  struct CancellationTests {
    private let code = Locked<String?>(nil)
    private let hasBegun = Locked(false)

    /// Returns a peer that receives one request, does not respond, and records the code with which the stream is reset.
    private func silentPeer() throws -> ScriptedPeer {
      try ScriptedPeer { [code, hasBegun] client in
        let stream = try client.request().stream
        hasBegun.withLock { $0 = true }
        let seen = try client.reset(of: stream).description
        code.withLock { $0 = seen }
      }
    }

    @Test func `cancelling the task resets the stream`() async throws {
      let peer = try silentPeer()
      let channel = Channel(path: peer.path)
      let task = Task { await call(channel, timeout: nil) }
      let hasBegun = hasBegun
      #expect(await eventually { hasBegun.withLock { $0 } })
      let begin = ContinuousClock.now
      task.cancel()
      #expect(await task.value == .failure(.cancelled(method: method)))
      #expect(ContinuousClock.now - begin < .seconds(5))
      try await peer.finished()
      #expect(code.withLock { $0 } == "CANCEL")
    }

    /// The peer has stopped reading and responding.
    @Test func `cancelling does not wait for the peer`() async throws {
      let isDone = Locked(false)
      let peer = try ScriptedPeer { client in try client.doNothing { isDone.withLock { $0 } } }
      let channel = Channel(path: peer.path)
      let task = Task { await call(channel, [UInt8](repeating: 0, count: 1 << 20), timeout: nil) }
      #expect(await eventually { peer.clients == 1 })
      let begin = ContinuousClock.now
      task.cancel()
      #expect(await task.value == .failure(.cancelled(method: method)))
      #expect(ContinuousClock.now - begin < .seconds(5))
      isDone.withLock { $0 = true }
    }

    @Test func `a call that was cancelled before it started is never sent`() async throws {
      let requests = Locked(0)
      let peer = try ScriptedPeer { client in
        while true {
          let stream = try client.request().stream
          requests.withLock { $0 += 1 }
          try client.send(Frame.response(stream, [1]))
        }
      }
      let channel = Channel(path: peer.path)
      #expect(await call(channel) == .success([1]))
      for _ in 0..<50 {
        let task = Task {
          withUnsafeCurrentTask { $0?.cancel() }
          return await call(channel)
        }
        #expect(await task.value == .failure(.cancelled(method: method)))
      }
      #expect(await call(channel) == .success([1]))
      #expect(requests.withLock { $0 } == 2)
    }

    /// The caller receives the cancellation error, and later calls are not affected.
    @Test func `a call can be cancelled at any moment`() async throws {
      let peer = try ScriptedPeer { client in
        do {
          while true { try client.send(Frame.response(try client.request().stream, [1])) }
        } catch PeerFailure.clientDisconnected {}
      }
      let channel = Channel(path: peer.path)
      for round in 0..<300 {
        let task = Task { await call(channel) }
        for _ in 0..<round % 30 { await Task.yield() }
        task.cancel()
        let outcome = await task.value
        #expect(outcome == .success([1]) || outcome == .failure(.cancelled(method: method)))
      }
      #expect(await call(channel) == .success([1]))
      #expect(peer.clients == 1)
      channel.close()
      try await peer.finished()
    }

    @Test func `the deadline resets the stream`() async throws {
      let peer = try silentPeer()
      let begin = ContinuousClock.now
      #expect(await call(Channel(path: peer.path), timeout: .seconds(1)).isOverdue)
      let time = ContinuousClock.now - begin
      #expect(time >= .seconds(1) && time < .seconds(20))
      try await peer.finished()
      #expect(code.withLock { $0 } == "CANCEL")
    }

    @Test(arguments: [Duration.zero, .seconds(-1), .nanoseconds(1)])
    func `a deadline that has passed fails the call immediately`(
      timeout: Duration
    )
      async throws
    {
      let peer = try ScriptedPeer { try $0.waitForDisconnect() }
      #expect(await call(Channel(path: peer.path), timeout: timeout).isOverdue)
    }

    @Test func `a deadline that is not reached has no effect`() async throws {
      let outcome = try await outcome(timeout: .seconds(Int64.max)) { client in
        try client.send(Frame.response(try client.request().stream, [1]))
        try client.waitForDisconnect()
      }
      #expect(outcome == .success([1]))
    }

    /// The server's clock can be slightly ahead of ours.
    @Test func `a server that notices the deadline first does not change the error`() async throws {
      for bytes in [
        { @Sendable (stream: Int32) in
          Frame.headers(stream, Frame.responseFields + [("grpc-status", "4")], endStream: true)
        },
        { @Sendable (stream: Int32) in Frame.rst(stream, code: 8) },
      ] {
        let outcome = try await outcome(timeout: .milliseconds(100)) { client in
          let stream = try client.request().stream
          // The client's thread wakes up shortly after the deadline, so a response may arrive first.
          Thread.sleep(.milliseconds(100))
          do {
            try client.send(bytes(stream))
            try client.waitForDisconnect()
          } catch PeerFailure.clientDisconnected {}
        }
        #expect(outcome.isOverdue, "\(outcome)")
      }
    }

    @Test func `a request has the header fields that gRPC requires`() async throws {
      let headers = Locked<[Header]>([])
      let body = Locked<[UInt8]>([])
      let peer = try ScriptedPeer { client in
        let request = try client.request()
        headers.withLock { $0 = request.headers }
        body.withLock { $0 = request.body }
        try client.send(Frame.response(request.stream, []))
        try client.waitForDisconnect()
      }
      let channel = Channel(path: peer.path, userAgent: "cri/1.2")
      let options = Channel.Options(timeout: .seconds(5), metadata: [("x-one", "1"), ("x-two", "zwei")])
      _ = try await channel.unary(method, [1, 2, 3], options: options)
      let fields = headers.withLock { $0 }
      #expect(
        fields.filter { $0.name != "grpc-timeout" } == [
          Header(":method", "POST"), Header(":scheme", "http"), Header(":path", method),
          Header(":authority", "localhost"), Header("content-type", "application/grpc"),
          Header("te", "trailers"),
          Header("user-agent", "cri/1.2"), Header("x-one", "1"), Header("x-two", "zwei"),
        ])
      let timeout = try #require(fields["grpc-timeout"])
      #expect(timeout.hasSuffix("m") && (4000...5000).contains(Int(timeout.dropLast()) ?? 0), "\(timeout)")
      #expect(body.withLock { $0 } == [0, 0, 0, 0, 3, 1, 2, 3])
    }
  }
}
