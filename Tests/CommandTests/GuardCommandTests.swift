import CRIJSON
import CRISnapshot
import CRISystem
import Foundation
import Glibc
import TestSupport
import Testing

/// Runs `cri guard` as users run it.
@Suite(.timeLimit(.minutes(10))) struct GuardCommandTests {
  private let directory: TemporaryDirectory

  init() throws { directory = try TemporaryDirectory() }

  /// Returns a command that restarts the runtime as an administrator's command would: the command exits and the daemon
  /// stays.
  private func restart(_ runtime: SimulatorProcess, _ losses: [String] = [], then: String = "") throws -> [String] {
    let daemon = ([SimulatorProcess.program] + runtime.arguments + losses).joined(separator: " ")
    let script = """
      kill \(runtime.pid ?? 0)
      while [ -S \(runtime.socket) ]; do sleep 0.05; done
      \(daemon) </dev/null >/dev/null 2>&1 & echo $! >\(directory.file("pid"))
      \(then)
      """
    try TestFile.write(script, to: directory.file("restart"))
    return ["/bin/sh", directory.file("restart")]
  }

  /// Runs `cri guard` and ends the process that its command has started.
  private func guarding(_ runtime: SimulatorProcess, _ arguments: [String], _ command: [String]) async throws -> Tool {
    let run = try await Tool.cri(
      ["guard"] + arguments + ["--"] + command, on: runtime.socket,
      environment: ["STATE_DIRECTORY": directory.file("state")])
    if let pid = Int32(TestFile.read(directory.file("pid")).trimmingCharacters(in: .whitespacesAndNewlines)) {
      kill(pid, SIGKILL)
    }
    return run
  }

  @Test func `a restart that loses nothing is intact`() async throws {
    let runtime = try await SimulatorProcess(in: directory)
    let run = try await guarding(runtime, ["--wait", "60s"], restart(runtime))
    #expect(run.code == 0, "\(run)")
    #expect(run.output.contains("intact") && run.errors.isEmpty)
  }

  @Test func `a restart that loses addresses is lost`() async throws {
    let runtime = try await SimulatorProcess(in: directory)
    let command = try restart(runtime, ["--on-restart", "lose-ips"])
    let run = try await guarding(runtime, ["--save", directory.file("kept")], command)
    #expect(run.code == 1)
    #expect(run.output.contains("LOST") && run.output.contains("C5"))
    #expect(try Snapshot(parsing: File.read(directory.file("kept"))).sandboxes.count == 3)
    var status = stat()
    #expect(lstat(directory.file("kept"), &status) == 0 && status.st_mode & 0o777 == 0o600)
  }

  @Test func `guard waits for a slow restart`() async throws {
    let runtime = try await SimulatorProcess(in: directory)
    let run = try await guarding(
      runtime, [], restart(runtime, ["--not-ready", "2s", "--network-ready-after", "4s"]))
    #expect(run.code == 0, "\(run)")
  }

  @Test func `a command that restarts nothing is vacuous`() async throws {
    let runtime = try await SimulatorProcess(in: directory)
    let run = try await guarding(runtime, [], ["true"])
    #expect(run.code == 4 && run.output.contains("not restarted"))
  }

  @Test(arguments: [("exit 7", "ended with exit code 7"), ("kill -9 $$", "was killed by signal 9")])
  func `a failed command has its own exit code`(script: String, words: String) async throws {
    let runtime = try await SimulatorProcess(in: directory)
    let vacuous = try await guarding(runtime, [], ["/bin/sh", "-c", script])
    #expect(vacuous.code == 6)
    #expect(vacuous.errors == "cri: /bin/sh \(words)\n")
    let good = try await guarding(runtime, [], restart(runtime, then: script))
    #expect(good.code == 6 && good.output.contains("intact"), "\(good)")
    #expect(good.errors == "cri: /bin/sh \(words)\n")
  }

  @Test func `a loss takes precedence over the command's failure`() async throws {
    let runtime = try await SimulatorProcess(in: directory)
    let run = try await guarding(runtime, [], restart(runtime, ["--on-restart", "lose-ips"], then: "exit 7"))
    #expect(run.code == 1)
    #expect(run.errors == "cri: /bin/sh ended with exit code 7\n")
  }

  @Test func `a runtime that does not return is unverified, and the command's failure is reported too`() async throws {
    let runtime = try await SimulatorProcess(in: directory)
    let run = try await guarding(
      runtime, ["--wait", "1s"], ["/bin/sh", "-c", "kill -9 \(runtime.pid ?? 0); exit 7"])
    #expect(run.code == 3)
    let lines = run.errors.split(separator: "\n")
    #expect(lines.count == 2, "\(run.errors)")
    #expect(lines.first?.contains("ended with exit code 7") == true)
    #expect(lines.last?.contains("not ready within 1 s: no process listens") == true)
    // The snapshot cannot be taken again, so it must have been saved and its path printed.
    let words = run.errors.split { $0 == " " || $0 == "\n" }
    let file = String(try #require(words.first { $0.hasSuffix(".json") }))
    #expect(file.hasPrefix(directory.path))
    #expect(try Snapshot(parsing: Array(TestFile.read(file).utf8)).sandboxes.isEmpty == false)
  }

  @Test func `a missing command changes nothing`() async throws {
    let runtime = try await SimulatorProcess(in: directory)
    let run = try await guarding(runtime, [], ["/no/such/command"])
    #expect(run.code == 2)
    SnapshotCommandTests.expectOneLine(
      run, containing: "/no/such/command cannot be run: No such file or directory; nothing was changed")
    // Its snapshot is not one of a run that was not verified.
    #expect(try FileManager.default.contentsOfDirectory(atPath: directory.file("state")).contains("guard-before.json"))
    let saved = directory.file("saved.json")
    for _ in 0..<2 { _ = try await guarding(runtime, ["--save", saved], ["/no/such/command"]) }
    #expect(
      try FileManager.default.contentsOfDirectory(atPath: directory.path).count { $0.hasPrefix("saved.json.2") } == 0)
  }

  @Test func `the command is not run without a snapshot`() async throws {
    let touch = ["/bin/touch", directory.file("touched")]
    let run = try await Tool.cri(["guard", "--"] + touch, on: directory.file("no.sock"))
    #expect(run.code == 3)
    SnapshotCommandTests.expectOneLine(run, containing: "No such file or directory")
    let runtime = try await SimulatorProcess(in: directory)
    let unsaved = try await guarding(runtime, ["--save", directory.file("missing/s")], touch)
    #expect(unsaved.code == 2)
    #expect(!TestFile.exists(directory.file("touched")))
  }

  @Test func `standard output contains only the document, whatever the command prints`() async throws {
    let runtime = try await SimulatorProcess(in: directory)
    let run = try await guarding(runtime, ["-o", "json"], restart(runtime, then: "echo I am chatty"))
    #expect(run.code == 0)
    let document = try JSON.parse(run.output)
    #expect(document["kind"] == "cri-report" && document["exitCode"] == 0)
    #expect(run.errors == "I am chatty\n")
  }

  @Test func `the document's exit code includes a failed command`() async throws {
    let runtime = try await SimulatorProcess(in: directory)
    let run = try await guarding(runtime, ["-o", "json"], ["false"])
    #expect(run.code == 6)
    let document = try JSON.parse(run.output)
    #expect(document["verdict"] == "vacuous" && document["exitCode"] == 6)
  }

  @Test(arguments: [[], ["--"], ["true"], ["--wait", "soon", "--", "true"], ["--scenario", "war", "--", "true"]])
  func `a usage error is reported in one line with exit code 2`(arguments: [String]) async throws {
    let run = try await Tool.cri(["guard"] + arguments, on: directory.file("no.sock"))
    #expect(run.code == 2, "\(run)")
    SnapshotCommandTests.expectOneLine(run, containing: "cri: ")
  }
}
