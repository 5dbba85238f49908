import CRISystem
import TestSupport
import Testing

@testable import CRIStreaming

@Suite(.timeLimit(.minutes(5))) struct SessionTests {
  static let v5: StreamServer.Options = {
    var options = StreamServer.Options()
    options.webSocketProtocols = ["v5.channel.k8s.io"]
    return options
  }()

  @Test(arguments: StreamTransportKind.allCases, [0, 1, 3, 126, 137, 255] as [UInt8])
  func `the exit status is the command's own`(kind: StreamTransportKind, status: UInt8) async throws {
    let server = try StreamServer(.exit(status))
    let session = try await Session.open(server, kind)
    #expect(session.transport == kind)
    #expect(session.version == (kind == .spdy ? .v5 : .v4))
    #expect(try await session.result() == .exited(status: status))
  }

  @Test(arguments: StreamTransportKind.allCases)
  func `the two outputs stay separate`(kind: StreamTransportKind) async throws {
    let server = try StreamServer(.both)
    let session = try await Session.open(server, kind)
    async let out = session.stdout.all()
    async let err = session.stderr.all()
    #expect(await out == Array("out".utf8))
    #expect(await err == Array("err".utf8))
    #expect(try await session.result() == .exited(status: 7))
  }

  @Test(arguments: StreamTransportKind.allCases)
  func `input arrives unchanged, and its end ends the command`(kind: StreamTransportKind) async throws {
    let server = try StreamServer(.cat, options: Self.v5)
    let session = try await Session.open(server, kind)
    #expect(session.input.canFinish)
    let bytes = (0..<3_000_000).map { UInt8(truncatingIfNeeded: $0 &* 7919 >> 5) }
    async let out = session.stdout.all()
    for start in stride(from: 0, to: bytes.count, by: 100_000) {
      try await session.input.write(Array(bytes[start..<start + 100_000]))
    }
    try session.input.finish()
    #expect(await out == bytes)
    #expect(try await session.result() == .exited(status: 0))
  }

  @Test func `WebSocket before v5 says that it cannot end the input`() async throws {
    let server = try StreamServer(.cat)
    let session = try await Session.open(server, .webSocket)
    #expect(!session.input.canFinish)
    do throws(StreamingError) {
      try session.input.finish()
      Issue.record("the input was ended")
    } catch { #expect(error.code == .cannotEndInput) }
  }

  @Test(arguments: StreamTransportKind.allCases)
  func `a session without a final status is not a success`(kind: StreamTransportKind) async throws {
    let server = try StreamServer(.drop)
    let session = try await Session.open(server, kind)
    #expect(await session.stdout.all() == Array("before".utf8))
    let error = await failure { () async throws(StreamingError) in try await session.result() }
    #expect(error?.code == .connectionLost)
  }

  @Test(arguments: StreamTransportKind.allCases)
  func `a failure of the runtime is reported with its message`(kind: StreamTransportKind) async throws {
    let server = try StreamServer(.fail("no such program"))
    let session = try await Session.open(server, kind)
    let status = RemoteStatus(message: "no such program", reason: "InternalError", code: 500)
    #expect(try await session.result() == .failed(status))
  }

  @Test(arguments: StreamTransportKind.allCases)
  func `the sizes of the terminal arrive in order`(kind: StreamTransportKind) async throws {
    let streams = RemoteCommandStreams(stdin: true, terminal: true)
    let server = try StreamServer(.sizes, streams)
    let session = try await Session.open(server, kind, streams)
    for width: UInt16 in [80, 132, 1] { session.resize(TerminalSize(width: width, height: 24)) }
    #expect(await session.stdout.all() == Array("80x24 132x24 1x24 ".utf8))
  }

  @Test(arguments: StreamTransportKind.allCases)
  func `cancelling ends a session on both sides`(kind: StreamTransportKind) async throws {
    let server = try StreamServer(.hang)
    let session = try await Session.open(server, kind)
    let start = ContinuousClock.now
    session.cancel()
    let error = await failure { () async throws(StreamingError) in try await session.result() }
    #expect(error?.code == .cancelled)
    #expect(.now - start < .seconds(5))
  }

  @Test(arguments: StreamTransportKind.allCases)
  func `cancelling the task that waits cancels the session`(kind: StreamTransportKind) async throws {
    let server = try StreamServer(.hang)
    let session = try await Session.open(server, kind)
    let task = Task { try await session.result() }
    task.cancel()
    await #expect(throws: StreamingError.self) { try await task.value }
  }

  /// The command writes much more than is read, and memory must not grow with its output.
  @Test(arguments: StreamTransportKind.allCases)
  func `output that is not read stops the command`(kind: StreamTransportKind) async throws {
    let size = 64 << 20
    let server = try StreamServer(.flood(size))
    let session = try await Session.open(server, kind)
    // The server's own queue is not bounded, so only this end's buffer is examined.
    try await Task.sleep(for: .milliseconds(500))
    #expect(session.mailbox.waitingOutput < 4 << 20)
    var count = 0
    for await piece in session.stdout {
      count += piece.count
      #expect(piece.count <= 512 << 10)
    }
    #expect(count == size)
    #expect(try await session.result() == .exited(status: 0))
  }

  /// The command does not read, so a writer must wait.
  @Test(arguments: StreamTransportKind.allCases)
  func `input that is not read stops the writer`(kind: StreamTransportKind) async throws {
    let listener = try TCPSocket.listen(on: .loopback(port: 0))
    let port = try listener.localPort()
    let peer = try NonReadingPeer(listener, kind)
    let session = try await Session.open(
      RemoteCommandStreams(stdin: true), options: StreamingOptions(transport: .only(kind))
    ) { "http://127.0.0.1:\(port)/x" }
    let written = Locked(0)
    let writer = Task {
      let piece = [UInt8](repeating: 1, count: 64 << 10)
      for _ in 0..<4096 {
        try await session.input.write(piece)
        written.withLock { $0 += piece.count }
      }
    }
    try await Task.sleep(for: .seconds(1))
    let count = written.withLock { $0 }
    // The limit covers the kernel's buffers and a few hundred kilobytes of our own.
    #expect(count > 0 && count < 64 << 20, "\(count) bytes were written")
    peer.close()
    await #expect(throws: StreamingError.self) { try await writer.value }
  }

  /// Input that waits for a window that is never enlarged must not delay the end.
  @Test(arguments: StreamTransportKind.allCases)
  func `a session whose input is not read can be cancelled`(kind: StreamTransportKind) async throws {
    let listener = try TCPSocket.listen(on: .loopback(port: 0))
    let port = try listener.localPort()
    let peer = try NonReadingPeer(listener, kind)
    let session = try await Session.open(
      RemoteCommandStreams(stdin: true), options: StreamingOptions(transport: .only(kind))
    ) { "http://127.0.0.1:\(port)/x" }
    let writer = Task {
      while true { try await session.input.write([UInt8](repeating: 1, count: 64 << 10)) }
    }
    try await Task.sleep(for: .seconds(1))
    let start = ContinuousClock.now
    session.cancel()
    let error = await failure { () async throws(StreamingError) in try await session.result() }
    #expect(error?.code == .cancelled)
    await #expect(throws: StreamingError.self) { try await writer.value }
    #expect(.now - start < .seconds(20))
    peer.close()
  }

  @Test func `automatic tries WebSocket where SPDY is refused`() async throws {
    var options = StreamServer.Options()
    options.acceptsSPDY = false
    let server = try StreamServer(.exit(4), options: options)
    let asked = Locked(0)
    let refused = Locked<[StreamingError]>([])
    let session = try await Session.open(
      RemoteCommandStreams(), refused: { error in refused.withLock { $0.append(error) } }
    ) {
      asked.withLock { $0 += 1 }
      return server.url
    }
    #expect(session.transport == .webSocket)
    #expect(asked.withLock { $0 } == 2, "each URL can be used once")
    #expect(refused.withLock { $0.map(\.transport) } == [.spdy])
    #expect(refused.withLock { $0.first?.refusedStatus } == 403)
  }

  @Test func `many sessions run concurrently`() async throws {
    let server = try StreamServer(.cat, options: Self.v5)
    let counts = try await withThrowingTaskGroup(of: Int.self) { group in
      for number in 0..<200 {
        group.addTask {
          let session = try await Session.open(server, number.isMultiple(of: 2) ? .spdy : .webSocket)
          async let out = session.stdout.all()
          try await session.input.write([UInt8](repeating: 5, count: 1000 + number))
          try session.input.finish()
          guard try await session.result() == .exited(status: 0) else { return -1 }
          return await out.count - number
        }
      }
      return try await group.reduce(into: [Int]()) { $0.append($1) }
    }
    #expect(counts == [Int](repeating: 1000, count: 200))
  }
}
