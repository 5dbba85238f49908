import CRIJSON
import CRISystem
import Glibc
import TestSupport
import Testing

/// Runs `cri wait` as users run it.
@Suite(.timeLimit(.minutes(10))) struct WaitCommandTests {
  private let directory: TemporaryDirectory

  init() throws { directory = try TemporaryDirectory() }

  @Test func `a ready runtime produces no output, or a document`() async throws {
    let runtime = try await SimulatorProcess(in: directory)
    let run = try await Tool.cri(["wait"], on: runtime.socket)
    #expect(run.code == 0 && run.output.isEmpty && run.errors.isEmpty, "\(run)")
    let json = try await Tool.cri(["wait", "--stable", "0", "-o", "json"], on: runtime.socket)
    #expect(json.code == 0)
    let document = try JSON.parse(json.output)
    #expect(document["kind"] == "cri-wait")
    #expect(document["pid"]?.intValue == runtime.pid.map(Int64.init))
    #expect((document["readyAfterSeconds"]?.doubleValue ?? -1) >= 0)
  }

  @Test(arguments: [("unknown", "700ms"), ("unavailable", "700ms"), ("hang", "1500ms"), ("no-socket", "700ms")])
  func `the command waits for a starting runtime`(style: String, time: String) async throws {
    let runtime = try await SimulatorProcess(
      in: directory, ["--pods", "1", "--containers", "1", "--not-ready", time, "--not-ready-style", style])
    let run = try await Tool.cri(["wait", "--stable", "0", "-t", "60s"], on: runtime.socket)
    #expect(run.code == 0, "\(run)")
    #expect(try await Tool.cri(["version"], on: runtime.socket).code == 0)
  }

  @Test func `a server that accepts and closes is not polled constantly`() async throws {
    let peer = try ScriptedPeer { _ in }
    let run = try await Tool.cri(["wait", "-t", "6s"], on: peer.path)
    #expect(run.code == 3 && run.errors.contains("the connection was lost"), "\(run)")
    // Seven polls in the first two seconds, then one per second.
    #expect(peer.clients >= 6 && peer.clients <= 20, "\(peer.clients)")
  }

  @Test func `with -D every phase is printed`() async throws {
    let runtime = try await SimulatorProcess(
      in: directory, ["--pods", "1", "--containers", "1", "--not-ready", "3s", "--not-ready-style", "no-socket"])
    let run = try await Tool.cri(["-D", "wait", "--stable", "0", "-t", "60s"], on: runtime.socket)
    #expect(run.code == 0)
    #expect(
      run.errors.contains("the socket does not exist") && run.errors.contains(": the runtime is ready"), "\(run.errors)"
    )
    #expect(run.errors.split(separator: "\n").allSatisfy { $0.hasPrefix("cri: ") })
  }

  @Test func `phases are printed on a terminal only`() async throws {
    let wait = "'\(Tool.path("cri"))' wait -t 300ms"
    // script(1) gives a terminal to the command and prints its output.
    let shown = try await Tool.run(
      ["/usr/bin/script", "-qec", wait, directory.file("typescript")],
      environment: ["CONTAINER_RUNTIME_ENDPOINT": directory.file("no.sock")])
    let lines = shown.output.split(whereSeparator: \.isNewline)
    #expect(shown.code == 3 && lines.count == 2, "\(shown)")
    #expect(lines.first?.hasSuffix("ms: the socket does not exist") == true, "\(shown)")
    let unseen = try await Tool.cri(["wait", "-t", "300ms"], on: directory.file("no.sock"))
    #expect(unseen.errors.split(whereSeparator: \.isNewline).count == 1, "\(unseen)")
  }

  @Test func `a timeout of zero reports the current state`() async throws {
    let runtime = try await SimulatorProcess(in: directory)
    let run = try await Tool.cri(["wait", "-t", "0"], on: runtime.socket)
    #expect(run.code == 0 && run.errors.isEmpty, "\(run)")
    await runtime.end()
    let later = try await Tool.cri(["wait", "-t", "0"], on: runtime.socket)
    #expect(later.code == 3, "\(later)")
  }

  @Test func `the wait includes the network only if requested`() async throws {
    let runtime = try await SimulatorProcess(
      in: directory, ["--pods", "1", "--containers", "1", "--network-ready-after", "600s"])
    #expect(try await Tool.cri(["wait", "--ready", "--stable", "0"], on: runtime.socket).code == 0)
    let run = try await Tool.cri(["wait", "--network", "--stable", "0", "-t", "500ms"], on: runtime.socket)
    #expect(run.code == 3)
    SnapshotCommandTests.expectOneLine(run, containing: "not ready within 500 ms: NetworkReady is false")
  }

  @Test func `a timeout is exit code 3 with the last observation`() async throws {
    let run = try await Tool.cri(["wait", "--timeout", "200ms"], on: directory.file("no.sock"))
    #expect(run.code == 3)
    SnapshotCommandTests.expectOneLine(run, containing: "was not ready within 200 ms: the socket does not exist")
    let now = try await Tool.cri(["wait", "--timeout", "0"], on: directory.file("no.sock"))
    #expect(now.code == 3)
    SnapshotCommandTests.expectOneLine(now, containing: "no.sock is not ready: the socket does not exist")
  }

  @Test func `a runtime without the CRI ends the wait early`() async throws {
    let runtime = try await SimulatorProcess(
      in: directory,
      ["--pods", "1", "--containers", "1", "--fail", "all=UNIMPLEMENTED:unknown service runtime.v1.RuntimeService"])
    let start = ContinuousClock.now
    let run = try await Tool.cri(["wait", "-t", "600s"], on: runtime.socket)
    #expect(run.code == 3)
    SnapshotCommandTests.expectOneLine(run, containing: "CRI plugin is disabled")
    // The limits allow for the grace period and for a busy machine.
    #expect(ContinuousClock.now - start >= .seconds(5))
    #expect(ContinuousClock.now - start < .seconds(120))
  }

  @Test(.enabled(if: geteuid() == 0, "needs root to switch to another user"))
  func `missing permission ends the wait early`() async throws {
    let runtime = try await SimulatorProcess(in: directory)
    chmod(directory.path, 0o755)
    chmod(runtime.socket, 0o700)
    let cri = [Tool.path("cri"), "-r", runtime.socket]
    let run = try await Tool.run(SnapshotCommandTests.unprivileged + cri + ["wait", "-t", "600s"])
    #expect(run.code == 3)
    SnapshotCommandTests.expectOneLine(run, containing: "Permission denied; run as root")
    let snapshot = try await Tool.run(SnapshotCommandTests.unprivileged + cri + ["snapshot"])
    #expect(snapshot.code == 3)
    SnapshotCommandTests.expectOneLine(snapshot, containing: "Permission denied; run as root")
  }

  @Test func `another process at the socket restarts the wait for stability`() async throws {
    let first = try await SimulatorProcess(in: directory)
    let other = try TemporaryDirectory()
    let second = try await SimulatorProcess(in: other)
    async let run = Tool.cri(["wait", "--stable", "4s", "-t", "100s", "-o", "json"], on: first.socket)
    try await Task.sleep(for: .seconds(1))
    // The path is switched to the new server atomically, so there is always a server.
    #expect(rename(second.socket, first.socket) == 0)
    let renamed = ContinuousClock.now
    let ended = try await run
    #expect(ended.code == 0)
    #expect(ContinuousClock.now - renamed >= .seconds(3))
    #expect(try JSON.parse(ended.output)["pid"]?.intValue == second.pid.map(Int64.init))
    await first.end(9)
  }

  @Test(arguments: [
    ["--timeout", "soon"], ["--stable", "-1s"], ["--timeout", "-1s"], ["--stable", "5s", "-t", "2s"], ["now"],
    ["--sometime"], ["-o", "yaml"],
  ])
  func `a usage error is reported in one line with exit code 2`(arguments: [String]) async throws {
    let run = try await Tool.cri(["wait"] + arguments, on: directory.file("no.sock"))
    #expect(run.code == 2)
    SnapshotCommandTests.expectOneLine(run, containing: "cri: ")
  }
}
