import CRIGRPC
import CRISystem
import TestSupport
import Testing

extension WireTests {
  /// Calls that the runtime rejects without processing them, and connections that end.
  @Suite(.timeLimit(.minutes(2)))
  struct GoAwayTests {
    /// Makes 20 concurrent calls. Call n sends n, and expects n in the response.
    private func makeTwentyCalls(_ channel: Channel) async -> [Outcome] {
      await withTaskGroup(of: (Int, Outcome).self) { group in
        for number in 0..<20 { group.addTask { (number, await call(channel, [UInt8(number)])) } }
        var outcomes = [Outcome](repeating: .success([]), count: 20)
        for await (number, outcome) in group { outcomes[number] = outcome }
        return outcomes
      }
    }

    @Test func `calls that the server did not process before GOAWAY are retried`() async throws {
      let seen = Locked<[UInt8]>([])
      let peer = try ScriptedPeer { client in
        if client.number == 0 {
          let requests = try client.requests(20)
          try client.send(Frame.goAway(lastStream: requests[9].stream))
          for request in requests[..<10] {
            seen.withLock { $0.append(request.body[5]) }
            try client.send(Frame.response(request.stream, Array(request.body[5...])))
          }
        } else {
          for request in try client.requests(10) {
            seen.withLock { $0.append(request.body[5]) }
            try client.send(Frame.response(request.stream, Array(request.body[5...])))
          }
        }
        try client.waitForDisconnect()
      }
      let outcomes = await makeTwentyCalls(Channel(path: peer.path))
      #expect(outcomes == (0..<20).map { .success([UInt8($0)]) })
      // No call was executed twice.
      #expect(seen.withLock { $0 }.sorted() == Array(0..<20))
      try await peer.finished(2)
      #expect(peer.clients == 2)
    }

    @Test func `a call that is refused twice fails`() async throws {
      let peer = try ScriptedPeer { client in
        _ = try client.request()
        try client.send(Frame.goAway(lastStream: 0))
        try client.waitForDisconnect()
      }
      let channel = Channel(path: peer.path)
      #expect(await call(channel).isLost("accepts no more calls"))
      try await peer.finished(2)
      #expect(peer.clients == 2)
    }

    @Test func `a call whose stream is refused is retried`() async throws {
      let outcome = try await outcome { client in
        try client.send(Frame.rst(try client.request().stream, code: 7))
        try client.send(Frame.response(try client.request().stream, [42]))
        try client.waitForDisconnect()
      }
      #expect(outcome == .success([42]))
    }

    @Test func `a call whose stream is refused twice fails`() async throws {
      let outcome = try await outcome { client in
        for _ in 0..<2 { try client.send(Frame.rst(try client.request().stream, code: 7)) }
        try client.waitForDisconnect()
      }
      #expect(outcome.isStatus(.unavailable))
    }

    @Test func `GOAWAY on an idle connection is not an error`() async throws {
      let peer = try ScriptedPeer { client in
        let stream = try client.request().stream
        try client.send(Frame.response(stream, [UInt8(client.number)]) + Frame.goAway(lastStream: stream))
        try client.waitForDisconnect()
      }
      let channel = Channel(path: peer.path)
      for number in 0..<200 { #expect(await call(channel) == .success([UInt8(number)])) }
      #expect(peer.clients == 200)
    }

    /// Go's servers send a warning with the highest stream ID first, and the actual GOAWAY after it.
    @Test func `a graceful shutdown in two steps loses no call`() async throws {
      let peer = try ScriptedPeer { client in
        let stream = try client.request().stream
        guard client.number == 0 else {
          try client.send(Frame.response(stream, [1]))
          return try client.waitForDisconnect()
        }
        try client.send(Frame.goAway(lastStream: .max))
        try client.send(Frame.ping([1, 2, 3, 4, 5, 6, 7, 8]))
        try client.send(Frame.goAway(lastStream: stream))
        try client.send(Frame.response(stream, [0]))
        try client.waitForDisconnect()
      }
      let channel = Channel(path: peer.path)
      #expect(await call(channel) == .success([0]))
      #expect(await call(channel) == .success([1]))
      channel.close()
      try await peer.finished(2)
    }

    @Test func `the debug data of GOAWAY is reported if no response follows`() async throws {
      let outcome = try await outcome { client in
        let stream = try client.request().stream
        try client.send(Frame.goAway(lastStream: stream, code: 11, debug: "too_many_pings"))
      }
      #expect(outcome.isLost("too_many_pings"), "\(outcome)")
    }

    @Test func `a refused streaming call is retried`() async throws {
      let peer = try ScriptedPeer { client in
        let stream = try client.request().stream
        if client.number == 0 {
          try client.send(Frame.goAway(lastStream: 0))
        } else {
          try client.send(Frame.response(stream, [5]))
        }
        try client.waitForDisconnect()
      }
      var messages: [[UInt8]] = []
      for try await message in try Channel(path: peer.path).stream(method, []) { messages.append(message) }
      #expect(messages == [[5]])
    }

    @Test func `calls fail when the connection is lost, and the next call reconnects`() async throws {
      let peer = try ScriptedPeer { client in
        guard client.number == 0 else {
          try client.send(Frame.response(try client.request().stream, [1]))
          return try client.waitForDisconnect()
        }
        let requests = try client.requests(20)
        try client.send(Frame.responseHeaders(requests[3].stream))
      }
      let channel = Channel(path: peer.path)
      let outcomes = await makeTwentyCalls(channel)
      #expect(outcomes.allSatisfy { $0.isLost() }, "\(outcomes)")
      #expect(await call(channel) == .success([1]))
      #expect(peer.clients == 2)
    }
  }
}
