import CRIGRPC
import CRIHTTP2
import CRISystem
import TestSupport
import Testing

extension WireTests {
  /// Our own server: what the simulated runtime stands on.
  @Suite(.timeLimit(.minutes(2)))
  struct ServerTests {
    let directory: TemporaryDirectory
    var path: String { directory.file("s") }

    init() throws { directory = try TemporaryDirectory() }

    @Test func echo() async throws {
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

    @Test func streamsAndStatus() async throws {
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

    @Test func whatAHandlerSees() async throws {
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
      let options = CallOptions(timeout: .seconds(30), metadata: [("x-a", "b")])
      _ = try await Channel(path: path).unary("/a.B/C", [], options: options)
      #expect(seen.withLock { $0 } == ["/a.B/C", "b", "timeout"])
      server.stop()
    }

    @Test func handlerIsCancelledWhenItsClientGoes() async throws {
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

    @Test func resetAndGone() async throws {
      let server = try Server(at: path) { call in
        if call.message == [1] { call.reset(code: 11) } else { call.closeConnection() }
      }
      let channel = Channel(path: path)
      #expect(await CRIGRPCTests.call(channel, [1]).isStatus(.resourceExhausted))
      #expect(await CRIGRPCTests.call(channel, [2]).isLost())
      #expect(await CRIGRPCTests.call(channel, [1]).isStatus(.resourceExhausted))
      server.stop()
    }

    @Test func stopEndsEverything() async throws {
      let hasBegun = Locked(false)
      let server = try Server(at: path) { _ in
        hasBegun.withLock { $0 = true }
        try? await Task.sleep(for: .seconds(60))
      }
      let channel = Channel(path: path)
      async let answer = CRIGRPCTests.call(channel)
      #expect(await eventually { hasBegun.withLock { $0 } })
      server.stop()
      #expect(await answer.isLost())
      #expect(await eventually { await CRIGRPCTests.call(channel).error?.isCannotConnect ?? false })
    }

    /// A second server takes the path only when the first is gone.
    @Test func pathInUse() async throws {
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

    /// More words than a client takes: it says so, instead of waiting for them.
    @Test func longestStatus() async throws {
      let server = try Server(at: path) { call in
        call.finish(.internal, String(repeating: "x", count: call.message == [1] ? 60_000 : 100_000))
      }
      let channel = Channel(path: path)
      #expect(await CRIGRPCTests.call(channel, [1]).isStatus(.internal, String(repeating: "x", count: 60_000)))
      // A single field over 64 KiB is a broken header block to libnghttp2.
      #expect(await CRIGRPCTests.call(channel, [2]).isLost())
      server.stop()
    }

    static let requests: [(String, [UInt8], StatusCode)] = [
      ("no message", [], .internal),
      ("half a prefix", [0, 0, 0], .internal),
      ("shorter than its prefix", Frame.message([1, 2], length: 5), .internal),
      ("longer than its prefix", Frame.message([1, 2, 3], length: 1), .internal),
      ("two messages", Frame.message([1]) + Frame.message([2]), .internal),
      ("compressed", Frame.message([1], compressed: 1), .internal),
      ("a prefix that claims 4 GiB", Frame.message([1], length: .max), .resourceExhausted),
    ]

    @Test(arguments: requests) func malformedRequest(name: String, body: [UInt8], code: StatusCode)
      async throws
    {
      let wasCalled = Locked(false)
      let server = try Server(at: path) { call in
        wasCalled.withLock { $0 = true }
        call.send([])
        call.finish()
      }
      let connection = try Connection(to: path)
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

    /// Many clients at once, each with many calls.
    @Test func crowd() async throws {
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

/// Keeps the header fields of a response.
private final class TrailerCollector: StreamHandler {
  private let state = Locked<(headers: [Header], isClosed: Bool)>(([], false))
  var headers: [Header] { state.withLock { $0.headers } }
  var isClosed: Bool { state.withLock { $0.isClosed } }

  func received(headers: [Header], endStream: Bool) { state.withLock { $0.headers += headers } }
  func received(data: [UInt8]) -> Bool { true }
  func closed(_ failure: StreamFailure?) { state.withLock { $0.isClosed = true } }
}
