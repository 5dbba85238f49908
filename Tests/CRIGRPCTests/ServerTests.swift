import CRIGRPC
import CRIHTTP2
import CRISystem
import TestSupport
import Testing

extension WireTests {
  /// Our own server, which the simulated runtime uses.
  @Suite(.timeLimit(.minutes(2)))
  struct ServerTests {
    let directory: TemporaryDirectory
    var path: String { directory.file("s") }

    init() throws { directory = try TemporaryDirectory() }

    @Test func `a server echoes messages of any size`() async throws {
      let server = try Server(at: path) { call in
        call.send(call.message)
        call.finish()
      }
      let channel = Channel(path: path)
      for size in [0, 1, 1000, 16 << 20] {
        let message = [UInt8](repeating: 3, count: size)
        #expect(await CRIGRPCTests.call(channel, message).isSuccess(message))
      }
      server.stop()
    }

    @Test func `a server sends a stream and a status`() async throws {
      let server = try Server(at: path) { call in
        for number in 0..<1000 { call.send([UInt8(number & 255)]) }
        call.finish(.dataLoss, "é%\n")
      }
      var count = 0
      let error = await failure { () async throws(RPCError) in
        for try await message in try Channel(path: path).stream(method, []) {
          #expect(message == [UInt8(count & 255)])
          count += 1
        }
      }
      #expect(count == 1000)
      #expect(error == .status(RPCStatus(code: .dataLoss, message: "é%\n", method: method)))
      server.stop()
    }

    @Test func `a handler receives method, metadata and timeout`() async throws {
      let seen = Locked<[String]>([])
      let server = try Server(at: path) { call in
        seen.withLock {
          $0 = [
            call.method, call.metadata.first { $0.name == "x-a" }?.value ?? "",
            call.timeout == nil ? "" : "timeout",
          ]
        }
        call.send([])
        call.finish()
      }
      let options = Channel.Options(timeout: .seconds(30), metadata: [("x-a", "b")])
      _ = try await Channel(path: path).unary("/a.B/C", [], options: options)
      #expect(seen.withLock { $0 } == ["/a.B/C", "b", "timeout"])
      server.stop()
    }

    @Test func `a handler is cancelled when its client disconnects`() async throws {
      let wasCancelled = Locked(false)
      let server = try Server(at: path) { call in
        try? await Task.sleep(for: .seconds(60))
        wasCancelled.withLock { $0 = Task.isCancelled }
      }
      let path = path
      #expect(await CRIGRPCTests.call(Channel(path: path), timeout: .milliseconds(50)).isOverdue)
      #expect(await eventually { wasCancelled.withLock { $0 } })
      server.stop()
    }

    @Test func `a handler can reset the stream or close the connection`() async throws {
      let server = try Server(at: path) { call in
        if call.message == [1] { call.reset(code: 11) } else { call.closeConnection() }
      }
      let channel = Channel(path: path)
      #expect(await CRIGRPCTests.call(channel, [1]).isStatus(.resourceExhausted))
      #expect(await CRIGRPCTests.call(channel, [2]).isLost())
      #expect(await CRIGRPCTests.call(channel, [1]).isStatus(.resourceExhausted))
      server.stop()
    }

    @Test func `stopping a server ends all calls`() async throws {
      let hasBegun = Locked(false)
      let server = try Server(at: path) { _ in
        hasBegun.withLock { $0 = true }
        try? await Task.sleep(for: .seconds(60))
      }
      let channel = Channel(path: path)
      async let reply = CRIGRPCTests.call(channel)
      #expect(await eventually { hasBegun.withLock { $0 } })
      server.stop()
      #expect(await reply.isLost())
      #expect(await eventually { await CRIGRPCTests.call(channel).error?.isCannotConnect ?? false })
    }

    @Test func `a second server can listen only after the first has stopped`() async throws {
      let server = try Server(at: path) { $0.finish() }
      #expect(throws: Errno.addressInUse) { try Server(at: path) { $0.finish() } }
      server.stop()
      #expect(
        await eventually {
          guard let second = try? Server(at: path, handle: { $0.finish() }) else { return false }
          second.stop()
          return true
        })
    }

    @Test func `a status message over the limit is reported instead of ignored`() async throws {
      let server = try Server(at: path) { call in
        call.finish(.internal, String(repeating: "x", count: call.message == [1] ? 60_000 : 100_000))
      }
      let channel = Channel(path: path)
      #expect(await CRIGRPCTests.call(channel, [1]).isStatus(.internal, String(repeating: "x", count: 60_000)))
      // To libnghttp2, a single field of more than 64 KiB is a malformed header block.
      #expect(await CRIGRPCTests.call(channel, [2]).isLost())
      server.stop()
    }

    static let requests: [(String, [UInt8], StatusCode)] = [
      ("no message", [], .internal),
      ("half a prefix", [0, 0, 0], .internal),
      ("a message that is shorter than its prefix", Frame.message([1, 2], length: 5), .internal),
      ("a message that is longer than its prefix", Frame.message([1, 2, 3], length: 1), .internal),
      ("two messages", Frame.message([1]) + Frame.message([2]), .internal),
      ("a compressed message", Frame.message([1], compressed: 1), .internal),
      ("a prefix that claims 4 GiB", Frame.message([1], length: .max), .resourceExhausted),
    ]

    @Test(arguments: requests) func `a malformed request is refused`(name: String, body: [UInt8], code: StatusCode)
      async throws
    {
      let wasCalled = Locked(false)
      let server = try Server(at: path) { call in
        wasCalled.withLock { $0 = true }
        call.send([])
        call.finish()
      }
      let connection = try Connection(to: .unix(path: path))
      let handler = TrailerCollector()
      connection.request(
        connection.makeKey(),
        [
          Header(":method", "POST"), Header(":scheme", "http"), Header(":path", method),
          Header(":authority", "localhost"), Header("content-type", "application/grpc"),
          Header("te", "trailers"),
        ], body: body, deadline: .now + .seconds(30), handler: handler)
      #expect(await eventually { handler.isClosed })
      #expect(handler.headers["grpc-status"] == "\(code.rawValue)")
      #expect(handler.headers["grpc-message"] != nil)
      #expect(!wasCalled.withLock { $0 })
      server.stop()
    }

    @Test func `many clients can make many concurrent calls`() async throws {
      let server = try Server(at: path) { call in
        call.send(call.message)
        call.finish()
      }
      let path = path
      let good = await withTaskGroup(of: Int.self) { group in
        for client in 0..<20 {
          group.addTask {
            let channel = Channel(path: path)
            var good = 0
            for number in 0..<50 {
              let message = [UInt8(client), UInt8(number)]
              if await CRIGRPCTests.call(channel, message) == .success(message) { good += 1 }
            }
            return good
          }
        }
        return await group.reduce(0, +)
      }
      #expect(good == 1000)
      server.stop()
    }
  }
}

/// Collects the header fields of a response.
private final class TrailerCollector: StreamHandler {
  private let state = Locked<(headers: [Header], isClosed: Bool)>(([], false))
  var headers: [Header] { state.withLock { $0.headers } }
  var isClosed: Bool { state.withLock { $0.isClosed } }

  func received(headers: [Header], endStream: Bool) { state.withLock { $0.headers += headers } }
  func received(data: [UInt8]) -> Bool { true }
  func closed(_ failure: StreamFailure?) { state.withLock { $0.isClosed = true } }
}
