import CRISystem
import Foundation
import TestSupport
import Testing

@Suite(.timeLimit(.minutes(10))) struct PortForwardCommandTests {
  /// Runs `port-forward` on the simulated runtime's only pod, and a test on its local port.
  private func with(
    _ faults: [String] = [], port: String, _ test: (SimulatorProcess, SpawnedProcess, UInt16) async throws -> Void
  ) async throws {
    let folder = try TemporaryDirectory()
    try TestFile.write(
      "pods: [{name: web, namespace: default, containers: [{name: nginx, image: i}]}]", to: folder.file("pods.yaml"))
    let simulator = try await SimulatorProcess(in: folder, ["--description", folder.file("pods.yaml")] + faults)
    let words = [Tool.path("cri"), "-r", simulator.socket, "port-forward", "default/web", ":\(port)"]
    let process = try SpawnedProcess(words)
    let line = try #require(await process.line())
    #expect(line.hasPrefix("Forwarding from 127.0.0.1:") && line.hasSuffix(" -> \(port)"))
    let local = try #require(
      line.split(separator: " ").dropFirst(2).first?.split(separator: ":").last.flatMap { UInt16($0) })
    let result: Result<Void, any Error>
    do { result = .success(try await test(simulator, process, local)) } catch { result = .failure(error) }
    process.signal(SIGTERM)
    #expect(await process.end().code == 128 + SIGTERM)
    await simulator.end()
    try result.get()
  }

  private static let request = Array("GET / HTTP/1.1\r\nHost: web\r\n\r\n".utf8)

  @Test(arguments: [[], ["--no-spdy"]])
  func `a page can be read through a forwarded port`(faults: [String]) async throws {
    try await with(faults, port: "80") { _, _, port in
      let reply = try await LoopbackClient.exchange(port, Self.request)
      #expect(String(decoding: reply, as: UTF8.self).hasSuffix("simulated\n"))
    }
  }

  @Test func `a connection stays half-closed, and its data arrives unchanged`() async throws {
    try await with(port: "7") { _, _, port in
      let bytes = (0..<2_000_000).map { UInt8(truncatingIfNeeded: $0 &* 31 >> 3) }
      let reply = try await LoopbackClient.exchange(port, bytes)
      #expect(reply == bytes)
    }
  }

  @Test func `200 connections are forwarded concurrently`() async throws {
    try await with(port: "7") { _, _, port in
      let counts = try await withThrowingTaskGroup(of: Int.self) { group in
        for number in 0..<200 {
          group.addTask {
            try await LoopbackClient.exchange(port, [UInt8](repeating: 1, count: 1000 + number)).count - number
          }
        }
        return try await group.reduce(into: [Int]()) { $0.append($1) }
      }
      #expect(counts == [Int](repeating: 1000, count: 200))
    }
  }

  @Test func `a refused port ends only its connection`() async throws {
    try await with(port: "81") { _, process, port in
      for _ in 0..<2 {
        let reply = try await LoopbackClient.exchange(port, Self.request)
        #expect(reply.isEmpty)
      }
      #expect(TestFile.exists("/proc/\(process.pid)"))
    }
  }

  @Test func `a restart of the runtime costs only the open connections`() async throws {
    try await with(port: "80") { simulator, _, port in
      let before = try await LoopbackClient.exchange(port, Self.request)
      await simulator.end(SIGKILL)
      let during = try await LoopbackClient.exchange(port, Self.request)
      try await simulator.start()
      let after = try await LoopbackClient.exchange(port, Self.request)
      #expect(!before.isEmpty && during.isEmpty && !after.isEmpty)
    }
  }

  @Test(
    arguments: [
      (["web"], 2, "specify a pod and ports"), (["web", "x"], 2, "x is not a port"),
      (["absent", ":80"], 7, "no ready pod"),
      (["--address", "nowhere", "web", ":80"], 2, "IP address"),
      (["--address", "", "web", ":80"], 2, "--address is empty"),
      (["--address", "192.0.2.1", "web", ":80"], 1, "cannot listen on 192.0.2.1"),
    ] as [([String], Int32, String)])
  func `an invalid argument is reported in one line`(arguments: [String], code: Int32, text: String) async throws {
    let folder = try TemporaryDirectory()
    let simulator = try await SimulatorProcess(in: folder, ["--pods", "1"])
    let pod = try await Tool.cri(["pods", "-q"], on: simulator.socket).output.trimmingCharacters(in: .newlines)
    let words = arguments.map { $0 == "web" ? pod : $0 }
    let run = try await Tool.cri(["port-forward"] + words, on: simulator.socket)
    #expect(run.code == code && run.errors.contains(text), "\(run)")
    await simulator.end()
  }
}
