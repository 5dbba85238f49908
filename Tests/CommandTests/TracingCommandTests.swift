import CRIGRPC
import CRIMessages
import CRIProtobuf
import CRISystem
import Foundation
import Glibc
import TestSupport
import Testing

@testable import CRICommandLine

/// `--enable-tracing` with a collector on loopback.
@Suite(.timeLimit(.minutes(5))) struct TracingCommandTests {
  /// A runtime that records the trace headers of its calls.
  private final class TracedRuntime: Sendable {
    let path: String
    private let server: Server
    private let headers: Locked<[String: [String]]>

    init(_ reply: @escaping @Sendable (String) -> (any CMessage)?) throws {
      path = "/tmp/cri-traced-\(UUID().uuidString.prefix(12)).sock"
      let headers = Locked<[String: [String]]>([:])
      self.headers = headers
      server = try Server(at: path) { call in
        let name = String(call.method.split(separator: "/").last ?? "")
        let values = call.metadata.filter { $0.name == "traceparent" }.map(\.value)
        headers.withLock { $0[name, default: []] += values }
        guard let message = reply(name) else { return call.finish(.notFound, "no such object") }
        call.send(message.encode())
        call.finish()
      }
    }

    deinit {
      server.stop()
      unlink(path)
    }

    func traceparents(of name: String) -> [String] { headers.withLock { $0[name] ?? [] } }
  }

  private static func runtime() throws -> TracedRuntime {
    try TracedRuntime { name in
      switch name {
      case "ListPodSandbox": ListPodSandboxResponse(items: [PodSandbox(id: "p")])
      case "ListContainers": ListContainersResponse()
      default: nil
      }
    }
  }

  private static func run(
    _ words: [String], on runtime: TracedRuntime, options: [String] = [], port: UInt16, name: String = "cri"
  ) async throws -> Tool {
    let directory = try TemporaryDirectory()
    chmod(directory.path, 0o755)
    guard symlink(Tool.path("cri"), directory.file(name)) == 0 else { throw Errno.last }
    let tracing = ["--enable-tracing", "--tracing-endpoint", "127.0.0.1:\(port)"]
    defer { withExtendedLifetime(runtime) {} }
    return try await Tool.run(
      [directory.file(name)] + tracing + options + words, environment: ["CONTAINER_RUNTIME_ENDPOINT": runtime.path])
  }

  @Test(arguments: [("cri", "cri"), ("crictl", "cri-tools")])
  func `a command and its call are traced, and the runtime can continue the trace`(
    name: String, service: String
  ) async throws {
    let (collector, runtime) = (try TraceCollector(), try Self.runtime())
    let run = try await Self.run(["pods", "-q"], on: runtime, port: collector.port, name: name)
    #expect(run.output == "p\n" && run.errors.isEmpty && run.code == 0, "\(run)")
    let spans = collector.spans
    try #require(spans.count == 2, "\(spans)")
    let (call, root) = (spans[0], spans[1])
    #expect(root.name == "pods" && root.parentID.isEmpty && root.statusCode == 0)
    #expect(root.attributes == ["command": "pods", "process.exit.code": "0"])
    #expect(call.name == "runtime.v1.RuntimeService/ListPodSandbox" && call.parentID == root.spanID)
    #expect(call.traceID == root.traceID && call.attributes["server.address"] == runtime.path)
    #expect(runtime.traceparents(of: "ListPodSandbox") == ["00-\(root.traceID)-\(call.spanID)-01"])
    let resource = try #require(collector.requests.first?.resource)
    #expect(resource["service.name"] == service && resource["host.name"] == Kernel.names.node)
    #expect(Int(resource["process.pid"] ?? "").map { $0 > 0 } == true)
  }

  @Test(arguments: [("cri", 7), ("crictl", 1)] as [(String, Int32)])
  func `a failure is part of the trace, and the exit code stays the same`(name: String, code: Int32) async throws {
    let (collector, runtime) = (try TraceCollector(), try Self.runtime())
    let run = try await Self.run(["inspectp", "x"], on: runtime, port: collector.port, name: name)
    #expect(run.code == code && run.errors.split(separator: "\n").count == 1, "\(run)")
    let root = try #require(collector.spans.last)
    #expect(root.name == "inspectp" && root.statusCode == 2 && root.attributes["process.exit.code"] == "\(code)")
    #expect(run.errors.contains(root.statusMessage) && !root.statusMessage.isEmpty, "\(root)")
    let call = try #require(collector.spans.first)
    #expect(call.name.hasSuffix("/PodSandboxStatus") && call.statusMessage == "no such object")
    #expect(call.attributes["rpc.grpc.status_code"] == "5" && call.statusCode == 2)
  }

  @Test func `a usage error of the subcommand is part of the trace`() async throws {
    let (collector, runtime) = (try TraceCollector(), try Self.runtime())
    let run = try await Self.run(["pods", "--nonsense"], on: runtime, port: collector.port)
    #expect(run.code == 2)
    #expect(collector.spans.map(\.name) == ["pods"] && collector.spans.first?.statusCode == 2)
  }

  @Test(arguments: [("0", 0, "00"), ("1000000", 2, "01"), ("-1", 2, "01")])
  func `the sampling rate determines whether a trace is sent`(rate: String, count: Int, flags: String) async throws {
    let (collector, runtime) = (try TraceCollector(), try Self.runtime())
    let run = try await Self.run(
      ["pods", "-q"], on: runtime, options: ["--tracing-sampling-rate-per-million=\(rate)"], port: collector.port)
    #expect(run.output == "p\n" && run.errors.isEmpty && run.code == 0, "\(run)")
    #expect(collector.spans.count == count)
    #expect(runtime.traceparents(of: "ListPodSandbox").map { $0.suffix(2) } == [Substring(flags)])
  }

  @Test func `without the option, nothing is traced`() async throws {
    let (collector, runtime) = (try TraceCollector(), try Self.runtime())
    for options in [["--tracing-endpoint", "127.0.0.1:\(collector.port)"], ["--enable-tracing=false"]] {
      let run = try await Tool.cri(options + ["pods", "-q"], on: runtime.path)
      #expect(run.output == "p\n" && run.errors.isEmpty && run.code == 0, "\(run)")
    }
    #expect(collector.requests.isEmpty && runtime.traceparents(of: "ListPodSandbox").isEmpty)
  }

  @Test(arguments: [(["pods", "-q"], 0), (["inspectp", "x"], 7), (["verify"], 2)] as [([String], Int32)])
  func `a collector that cannot be reached causes one line of output, and the exit code stays the same`(
    words: [String], code: Int32
  ) async throws {
    let runtime = try Self.runtime()
    let listener = try TCPSocket.listen(on: .loopback(port: 0))
    let port = try listener.localPort()
    _ = consume listener
    let run = try await Self.run(words, on: runtime, port: port)
    #expect(run.code == code, "\(run)")
    let lines = run.errors.split(separator: "\n")
    #expect(lines.count == (code == 0 ? 1 : 2), "\(run)")
    #expect(lines.last?.contains("of the trace could not be sent to 127.0.0.1:\(port): Connection refused; ") == true)
    #expect(run.output == (code == 0 ? "p\n" : ""))
  }

  @Test(arguments: [(["pods", "-q"], 0), (["inspectp", "x"], 7)] as [([String], Int32)])
  func `a collector that never responds delays the command by one second`(words: [String], code: Int32) async throws {
    let runtime = try Self.runtime()
    let listener = try TCPSocket.listen(on: .loopback(port: 0))
    let run = try await Self.run(words, on: runtime, port: listener.localPort())
    let plain = try await Tool.cri(words, on: runtime.path)
    #expect(run.code == code && run.errors.contains("the collector did not respond in time"), "\(run)")
    // Half a second for a busy machine.
    #expect(run.duration - plain.duration >= .milliseconds(900), "\(run.duration) \(plain.duration)")
    #expect(run.duration - plain.duration < .milliseconds(1500), "\(run.duration) \(plain.duration)")
    _ = consume listener
  }

  @Test(arguments: ["collector:4317", "127.0.0.1", "http://127.0.0.1:4317", ""])
  func `an address that is not valid is a usage error, but only with tracing`(address: String) async throws {
    let runtime = try Self.runtime()
    let run = try await Tool.cri(["--enable-tracing", "--tracing-endpoint", address, "pods", "-q"], on: runtime.path)
    #expect(run.code == 2 && run.output.isEmpty, "\(run)")
    #expect(run.errors.hasPrefix("cri: --tracing-endpoint \(address): specify an IP address or localhost with a port"))
    let plain = try await Tool.cri(["--tracing-endpoint", address, "pods", "-q"], on: runtime.path)
    #expect(plain.code == 0 && plain.errors.isEmpty, "\(plain)")
    let rate = try await Tool.cri(["--tracing-sampling-rate-per-million", "all", "pods"], on: runtime.path)
    #expect(rate.code == 2 && rate.errors.contains("specify a whole number"), "\(rate)")
  }

  @Test func `completions are not traced`() async throws {
    let (collector, runtime) = (try TraceCollector(), try Self.runtime())
    let run = try await Self.run([CompletionScript.command, "inspectp", ""], on: runtime, port: collector.port)
    #expect(run.code == 0, "\(run)")
    #expect(collector.requests.isEmpty)
  }

  @Test func `a command that runs until Ctrl-C sends its trace`() async throws {
    let (collector, runtime) = (try TraceCollector(), try Self.runtime())
    let run = try await Tool.run(
      [
        // Without --foreground, timeout sends the signal twice, and the second one ends the command immediately.
        "/usr/bin/timeout", "--foreground", "--preserve-status", "--signal=INT", "3", Tool.path("cri"),
        "--enable-tracing",
        "--tracing-endpoint",
        "127.0.0.1:\(collector.port)", "pods", "-q", "--watch",
      ], environment: ["CONTAINER_RUNTIME_ENDPOINT": runtime.path])
    #expect(run.code == 0 && run.errors.isEmpty, "\(run)")
    #expect(collector.spans.last?.name == "pods", "\(collector.spans)")
    #expect(collector.spans.count == runtime.traceparents(of: "ListPodSandbox").count + 1)
  }
}
