import CRIMessages
import CRISystem
import Glibc
import TestSupport
import Testing

/// A runtime that stops responding during calls without a short deadline.
@Suite(.timeLimit(.minutes(10))) struct StoppedRuntimeTests {
  private let directory: TemporaryDirectory

  init() throws { directory = try TemporaryDirectory() }

  /// Runs a command and measures its run time.
  private func timed(_ arguments: [String], on socket: String) async throws -> (run: Tool, time: Duration) {
    let begin = ContinuousClock.now
    return (try await Tool.cri(arguments, on: socket), .now - begin)
  }

  private func isGivenUp(_ run: Tool) -> Bool {
    run.code == 10 && run.errors.split(separator: "\n").count == 1
      && run.errors.contains("the server has stopped responding")
  }

  private static let endless: [[String]] = [
    ["pull", "registry.example/x:1"], ["stop", "--timeout", "3600", "aa"],
  ]

  @Test(arguments: endless) func `a call to a stopped process fails`(words: [String]) async throws {
    let runtime = try await SimulatorProcess(in: directory)
    let pid = try #require(runtime.pid)
    kill(pid, SIGSTOP)
    #expect(await eventually { ProcessFacts.isStopped(pid) })
    let (run, time) = try await timed(["--timeout", "1s"] + words, on: runtime.socket)
    kill(pid, SIGCONT)
    #expect(isGivenUp(run), "\(run)")
    #expect(time < .seconds(8))
  }

  @Test(arguments: endless) func `a call to a peer that never responds fails`(
    words: [String]
  ) async throws {
    let peer = try ScriptedPeer { client in
      client.sendsSessionFrames = false
      try client.waitForDisconnect()
    }
    let (run, time) = try await timed(["--timeout", "1s"] + words, on: peer.path)
    #expect(isGivenUp(run), "\(run)")
    #expect(time < .seconds(8))
  }

  @Test func `a call to a peer that sends only its settings fails`() async throws {
    let peer = try ScriptedPeer { client in
      client.sendsSessionFrames = false
      try client.send(Frame.settings() + Frame.settingsAck)
      try client.waitForDisconnect()
    }
    let (run, time) = try await timed(["--timeout", "1s", "pull", "x"], on: peer.path)
    #expect(isGivenUp(run), "\(run)")
    #expect(time < .seconds(8))
  }

  @Test func `a slow pull is not interrupted`() async throws {
    let runtime = try TestRuntime { name, _ in
      guard name == "PullImage" else { return nil }
      try await Task.sleep(for: .seconds(12))
      return .message(PullImageResponse(imageRef: "sha256:aa"))
    }
    let (run, time) = try await timed(["--timeout", "1s", "pull", "x"], on: runtime.path)
    #expect(run.code == 0 && run.output == "Image is up to date for sha256:aa\n", "\(run)")
    #expect(time >= .seconds(12))
    runtime.stop()
  }

  @Test func `a process that is stopped during a call fails the call`() async throws {
    let runtime = try await SimulatorProcess(in: directory, ["--pods", "1", "--delay", "StopContainer=3600s"])
    let pid = try #require(runtime.pid)
    let list = try await Tool.cri(["ps", "-q"], on: runtime.socket)
    let id = try #require(list.output.split(separator: "\n").first.map(String.init))
    async let reply = timed(["--timeout", "2s", "stop", "--timeout", "3600", id], on: runtime.socket)
    // The runtime acknowledges the keep-alive frames.
    try await Task.sleep(for: .seconds(3))
    kill(pid, SIGSTOP)
    let (run, time) = try await reply
    kill(pid, SIGCONT)
    #expect(isGivenUp(run), "\(run)")
    #expect(time > .seconds(3) && time < .seconds(40))
  }

  @Test func `events report a stopped runtime, and continue when it responds again`() async throws {
    let runtime = try await SimulatorProcess(in: directory, ["--pods", "1"])
    let pid = try #require(runtime.pid)
    let process = try SpawnedProcess([
      "/bin/sh", "-c", "exec \"$0\" \"$@\" 2>&1", Tool.path("cri"), "-t", "1s", "-r", runtime.socket, "events",
    ])
    try await Task.sleep(for: .seconds(2))
    kill(pid, SIGSTOP)
    #expect(await process.line()?.contains("the server has stopped responding") == true)
    kill(pid, SIGCONT)
    #expect(await process.line()?.contains("the runtime responds again") == true)
    process.signal(SIGKILL)
    _ = await process.end()
  }
}
