import CRIGRPC
import CRISystem
import Glibc
import TestSupport
import Testing

extension WireTests {
  /// Tests our client against an independent server.
  @Suite(.enabled(if: GRPCIO.mayRun, "python3-grpcio is not installed"), .timeLimit(.minutes(4)))
  struct IndependentServerTests {
    let directory: TemporaryDirectory
    var path: String { directory.file("s") }
    let events = "/runtime.v1.RuntimeService/GetContainerEvents"

    init() throws { directory = try TemporaryDirectory() }

    @Test func `recorded responses of an independent server arrive`() async throws {
      let recording = directory.file("r")
      let lines = [
        #"{"method": "\#(method)", "request": "", "response": "AQID", "code": 0, "message": ""}"#,
        #"{"method": "\#(method)", "request": "BAU=", "response": "", "code": 9, "message": "schon läuft 🐳 100%"}"#,
      ]
      try TestFile.write(lines.joined(separator: "\n"), to: recording)
      let server = try await GRPCIO.serve(
        at: path, [recording, "--metadata", "a=b", "--trailing", "c-bin=d"])
      let channel = Channel(path: path)
      #expect(await call(channel, []) == .success([1, 2, 3]))
      #expect(await call(channel, [4, 5]).isStatus(.failedPrecondition, "schon läuft 🐳 100%"))
      #expect(await call(channel, [6]).isStatus(.notFound))
      #expect(await call(channel, []) == .success([1, 2, 3]))
      #expect(channel.peer?.pid == server.pid)
      let unknown = await failure { () async throws(RPCError) in try await channel.unary("/a.B/C", []) }
      #expect(unknown?.statusCode == .unimplemented)
    }

    @Test func `an independent server handles five hundred concurrent calls`() async throws {
      let server = try await GRPCIO.serve(at: path, ["--big", "Version=1000", "--delay", "Version=20"])
      let channel = Channel(path: path)
      let good = await withTaskGroup(of: Bool.self) { group in
        for _ in 0..<500 { group.addTask { (try? await call(channel).get().count) == 1000 } }
        return await group.reduce(0) { $0 + ($1 ? 1 : 0) }
      }
      #expect(good == 500)
      #expect(channel.peer?.pid == server.pid)
    }

    @Test func `large responses of an independent server arrive, up to the limit`() async throws {
      let sizes = [
        "--big", "Version=16777216", "--big", "Status=70000000", "--big", "ListContainers=67108864",
      ]
      let server = try await GRPCIO.serve(at: path, sizes)
      let channel = Channel(path: path)
      let status = "/runtime.v1.RuntimeService/Status"
      #expect(try await channel.unary(method, []).count == 16 << 20)
      await #expect(throws: RPCError.responseTooLarge(method: status, size: 70_000_000, limit: 64 << 20)) {
        try await channel.unary(status, [])
      }
      #expect(try await channel.unary("/runtime.v1.RuntimeService/ListContainers", []).count == 64 << 20)
      #expect(channel.peer?.pid == server.pid)
    }

    @Test func `an independent server sees the deadline and the cancellation`() async throws {
      let log = directory.file("log")
      let server = try await GRPCIO.serve(
        at: path, ["--big", "Version=10", "--delay", "Version=20000", "--log", log])
      let channel = Channel(path: path)
      #expect(await call(channel, [1], timeout: .milliseconds(300)).isOverdue)
      #expect(await eventually { TestFile.read(log).contains(#""cancelled": true"#) })
      let line = TestFile.read(log)
      #expect(line.contains(#""deadline": 0.2"#) || line.contains(#""deadline": 0.3"#), "\(line)")
      let task = Task { await call(channel, [2], timeout: nil) }
      try await Task.sleep(for: .milliseconds(100))
      task.cancel()
      #expect(await task.value == .failure(.cancelled(method: method)))
      #expect(await eventually { TestFile.read(log).split(separator: "\n").count == 2 })
      #expect(server.pid > 0)
    }

    @Test func `an independent server can stream, and notices a client that leaves`() async throws {
      let log = directory.file("log")
      let options = ["--stream", "GetContainerEvents=2000,ABORTED:zu spät", "--pad", "16384", "--log", log]
      let server = try await GRPCIO.serve(at: path, options)
      let channel = Channel(path: path)
      var count = 0
      let error = await failure { () async throws(RPCError) in
        for try await message in try channel.stream(events, []) {
          #expect(message.count == 16384 + 4)
          count += 1
        }
      }
      #expect(count == 2000)
      #expect(error == .status(RPCStatus(code: .aborted, message: "zu spät", method: events)))
      for try await _ in try channel.stream(events, []) { break }
      #expect(await eventually { TestFile.read(log).split(separator: "\n").count == 2 })
      #expect(TestFile.read(log).split(separator: "\n").last?.contains(#""cancelled": true"#) ?? false)
      #expect(server.pid > 0)
    }

    @Test func `a server that is killed during a stream is reported, and the client reconnects`() async throws {
      let server = try await GRPCIO.serve(
        at: path, ["--stream", "GetContainerEvents=3,hang", "--big", "Version=9"])
      let channel = Channel(path: path)
      var count = 0
      let error = await failure { () async throws(RPCError) in
        for try await _ in try channel.stream(events, []) {
          count += 1
          if count == 3 { server.signal(SIGKILL) }
        }
      }
      #expect(count == 3)
      guard case .connectionLost = error?.cause else {
        Issue.record("\(String(describing: error))")
        return
      }
      let next = try await GRPCIO.serve(at: path, ["--big", "Version=9"])
      #expect(try await channel.unary(method, []).count == 9)
      #expect(channel.peer?.pid == next.pid)
    }

    /// The server sends GOAWAY, completes the calls that it has started, and rejects the others.
    @Test func `GOAWAY from an independent server loses no call silently`() async throws {
      let server = try await GRPCIO.serve(
        at: path, ["--big", "Version=9", "--delay", "Version=300", "--goaway", "Version=5000"])
      let outcomes = await withTaskGroup(of: Outcome.self) { group in
        let channel = Channel(path: path)
        for _ in 0..<20 { group.addTask { await call(channel) } }
        return await group.reduce(into: []) { $0.append($1) }
      }
      let good = outcomes.filter { (try? $0.get().count) == 9 }.count
      // The other calls came after GOAWAY: they were rejected and the retry could not connect, or the server dropped
      // them.
      let refused = outcomes.count {
        $0.error?.isCannotConnect ?? false || $0.isLost() || $0.isStatus(.cancelled)
      }
      #expect(good > 0 && good + refused == 20, "\(outcomes)")
      #expect(server.pid > 0)
    }
  }
}

extension WireTests {
  /// Tests our server against an independent client.
  @Suite(.enabled(if: GRPCIO.mayRun, "python3-grpcio is not installed"), .timeLimit(.minutes(4)))
  struct IndependentClientTests {
    let directory: TemporaryDirectory
    let server: Server
    var path: String { directory.file("s") }
    private let cancelled: Locked<Int>

    /// The last component of the method's path selects the server's behaviour.
    init() throws {
      directory = try TemporaryDirectory()
      let cancelled = Locked(0)
      self.cancelled = cancelled
      server = try Server(at: directory.file("s")) { call in
        switch call.method.split(separator: "/").last ?? "" {
        case "Version":
          call.send(call.message)
          call.finish()
        case "Status": call.finish(.permissionDenied, "nicht für dich: 100%\n🐳")
        case "ListImages":
          call.send([UInt8](repeating: 1, count: 16 << 20))
          call.finish()
        case "GetContainerEvents":
          for number in 0..<1000 { call.send([UInt8](repeating: 7, count: number)) }
          call.finish()
        case "StreamContainers":
          call.send([1])
          call.finish(.aborted, "mitten drin")
        default:
          try? await Task.sleep(for: .seconds(60))
          if Task.isCancelled { cancelled.withLock { $0 += 1 } }
        }
      }
    }

    @Test func `an independent client receives responses and errors`() async throws {
      defer { server.stop() }
      let lines = try await GRPCIO.call(path, ["Version=AQID", "Version", "Status"])
      try #require(lines.count == 3)
      #expect(lines[0].contains(#""code": "OK""#) && lines[0].contains(#""responses": ["AQID"]"#))
      #expect(lines[1].contains(#""code": "OK""#) && lines[1].contains(#""responses": [""]"#))
      #expect(lines[2].contains(#""code": "PERMISSION_DENIED", "message": "nicht für dich: 100%\n🐳""#))
    }

    @Test func `an independent client makes many concurrent calls`() async throws {
      defer { server.stop() }
      let lines = try await GRPCIO.call(path, ["Version=AQID", "Status", "--repeat", "100", "--concurrent"])
      #expect(lines.count { $0.contains(#""responses": ["AQID"]"#) } == 100)
      #expect(lines.count { $0.contains("PERMISSION_DENIED") } == 100)
    }

    @Test func `an independent client receives a large response`() async throws {
      defer { server.stop() }
      let lines = try await GRPCIO.call(path, ["ListImages", "--sizes"])
      #expect(lines.first?.contains(#""responses": [16777216]"#) ?? false, "\(lines)")
    }

    @Test func `an independent client receives streams`() async throws {
      defer { server.stop() }
      let lines = try await GRPCIO.call(path, ["GetContainerEvents", "StreamContainers", "--sizes"])
      try #require(lines.count == 2)
      #expect(
        lines[0].contains(#""code": "OK""#) && lines[0].contains("[0, 1, 2, 3, ")
          && lines[0].contains(" 998, 999]"))
      #expect(lines[1].contains(#""code": "ABORTED", "message": "mitten drin", "responses": [1]"#))
      let taken = try await GRPCIO.call(path, ["GetContainerEvents", "--take", "5", "--sizes"])
      #expect(taken.first?.contains(#""code": "CANCELLED""#) ?? false, "\(taken)")
    }

    @Test func `a handler is cancelled by an independent client's deadline and cancellation`() async throws {
      defer { server.stop() }
      let late = try await GRPCIO.call(path, ["Attach", "--deadline", "200"])
      #expect(late.first?.contains(#""code": "DEADLINE_EXCEEDED""#) ?? false, "\(late)")
      let gone = try await GRPCIO.call(path, ["Attach", "--cancel-after", "100"])
      #expect(gone.first?.contains(#""code": "CANCELLED""#) ?? false, "\(gone)")
      let cancelled = cancelled
      #expect(await eventually { cancelled.withLock { $0 } == 2 })
    }
  }
}
