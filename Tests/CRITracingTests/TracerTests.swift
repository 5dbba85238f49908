import CRIGRPC
import CRISystem
import TestSupport
import Testing

@testable import CRITracing

/// A tracer with a collector on loopback.
@Suite(.timeLimit(.minutes(2))) struct TracerTests {
  private static func tracer(_ port: UInt16, rate: Int = -1) throws -> Tracer {
    Tracer(
      "ps", to: try #require(CollectorAddress("127.0.0.1:\(port)")), rate: SamplingRate(perMillion: rate),
      resource: [.init("service.name", "cri")], scope: ("cri", "0"))
  }

  private static let method = "/runtime.v1.RuntimeService/Version"

  @Test func `the spans of calls belong to the span of the command`() async throws {
    let collector = try TraceCollector()
    let tracer = try Self.tracer(collector.port)
    let before = Kernel.now
    let call = tracer.begin(method: Self.method, server: "/run/x.sock")
    call.end(nil)
    tracer.begin(method: "/runtime.v1.RuntimeService/PodSandboxStatus", server: "/run/x.sock").end(
      .status(RPCStatus(code: .notFound, message: "no such pod", method: "/x/y")))
    #expect(await tracer.finish(exitCode: 7, error: "pod x was not found", within: .seconds(5)) == nil)
    let spans = collector.spans
    #expect(
      spans.map(\.name) == [
        "runtime.v1.RuntimeService/Version", "runtime.v1.RuntimeService/PodSandboxStatus", "ps",
      ])
    try #require(spans.count == 3)
    let root = spans[2]
    #expect(
      root.parentID == "" && root.kind == 1 && root.statusCode == 2 && root.statusMessage == "pod x was not found")
    #expect(root.attributes == ["command": "ps", "process.exit.code": "7"])
    for span in spans.prefix(2) {
      #expect(span.traceID == root.traceID && span.parentID == root.spanID && span.kind == 3)
      #expect(span.start >= root.start && span.end >= span.start && span.end <= root.end)
    }
    #expect(Int64(root.start) <= before && before - Int64(root.start) < 60_000_000_000)
    #expect(Set(spans.map(\.spanID)).count == 3 && spans.allSatisfy { $0.spanID.count == 16 && $0.traceID.count == 32 })
    #expect(spans[0].statusCode == 0)
    #expect(
      spans[0].attributes == [
        "rpc.system": "grpc", "rpc.service": "runtime.v1.RuntimeService", "rpc.method": "Version",
        "rpc.grpc.status_code": "0", "server.address": "/run/x.sock",
      ])
    #expect(spans[1].statusCode == 2 && spans[1].statusMessage == "no such pod")
    #expect(spans[1].attributes["rpc.grpc.status_code"] == "5")
    #expect(call.headers.map(\.name) == ["traceparent"])
    #expect(call.headers.first?.value == "00-\(root.traceID)-\(spans[0].spanID)-01")
    #expect(collector.requests.first?.resource == ["service.name": "cri"])
  }

  @Test func `a trace that is not sampled is not sent, but its header is`() async throws {
    let collector = try TraceCollector()
    let tracer = try Self.tracer(collector.port, rate: 0)
    let call = tracer.begin(method: Self.method, server: "s")
    call.end(nil)
    #expect(call.headers.first?.value.hasSuffix("-00") == true)
    #expect(await tracer.finish(exitCode: 0, error: nil, within: .seconds(5)) == nil)
    #expect(collector.requests.isEmpty)
  }

  @Test func `full batches are sent while the command runs, and every span is sent or counted as lost`() async throws {
    let collector = try TraceCollector()
    let tracer = try Self.tracer(collector.port)
    for _ in 0..<600 { tracer.begin(method: Self.method, server: "s").end(nil) }
    #expect(await eventually { collector.spans.count >= 512 })
    for _ in 0..<20_000 { tracer.begin(method: Self.method, server: "s").end(nil) }
    let loss = await tracer.finish(exitCode: 0, error: nil, within: .seconds(20))
    #expect(collector.spans.count + (loss?.count ?? 0) == 20_601)
    #expect(loss == nil || loss?.error == nil, "\(String(describing: loss))")
    #expect(collector.spans.last?.name == "ps")
    #expect(collector.requests.allSatisfy { $0.spans.count <= 512 })
  }

  @Test func `a collector that refuses the connection causes no delay`() async throws {
    let listener = try TCPSocket.listen(on: .loopback(port: 0))
    let port = try listener.localPort()
    _ = consume listener
    let tracer = try Self.tracer(port)
    let start = ContinuousClock.now
    let loss = await tracer.finish(exitCode: 0, error: nil, within: .seconds(30))
    #expect(loss?.count == 1 && loss?.error == .cannotConnect(path: "127.0.0.1:\(port)", .connectionRefused))
    #expect(.now - start < .seconds(10))
  }

  @Test func `a collector that never responds delays the command by no more than the limit`() async throws {
    // The kernel accepts the connection.
    let listener = try TCPSocket.listen(on: .loopback(port: 0))
    let tracer = try Self.tracer(listener.localPort())
    for _ in 0..<600 { tracer.begin(method: Self.method, server: "s").end(nil) }
    let start = ContinuousClock.now
    let loss = await tracer.finish(exitCode: 0, error: nil, within: .milliseconds(1500))
    #expect(.now - start >= .milliseconds(900) && .now - start < .seconds(10))
    #expect(loss?.count == 601 && loss?.error?.code == .deadlineExceeded)
    _ = consume listener
  }

  @Test func `a collector that refuses the spans is reported`() async throws {
    let collector = try TraceCollector { $0.finish(.unauthenticated, "who are you") }
    let loss = try await Self.tracer(collector.port).finish(exitCode: 0, error: nil, within: .seconds(20))
    #expect(loss?.error?.status?.message == "who are you" && loss?.count == 1)
    let large = try TraceCollector { call in
      call.send([UInt8](repeating: 0, count: 1 << 17))
      call.finish()
    }
    let excess = try await Self.tracer(large.port).finish(exitCode: 0, error: nil, within: .seconds(20))
    #expect(excess?.error?.code == .responseTooLarge)
  }

  @Test func `long strings are truncated`() async throws {
    let collector = try TraceCollector()
    // One character of many scalars.
    let long = "a" + String(repeating: "\u{301}", count: 100_000)
    _ = try await Self.tracer(collector.port).finish(exitCode: 1, error: long, within: .seconds(20))
    #expect(collector.spans.first?.statusMessage.utf8.count ?? .max < 4096)
  }
}
