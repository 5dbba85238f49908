import CRIJSON
import Foundation
import Glibc
import TestSupport
import Testing

/// `cri guard --hold`, and what signals do to `cri guard`.
@Suite(.timeLimit(.minutes(10))) struct GuardHoldTests {
  private let folder: TemporaryDirectory

  init() throws { folder = try TemporaryDirectory() }

  /// The shell's words for an administrator's restart.
  private func restart(_ runtime: SimulatorProcess, _ losses: String = "") -> String {
    """
    kill \(runtime.pid ?? 0)
    while [ -S \(runtime.socket) ]; do sleep 0.05; done
    \(([SimulatorProcess.program] + runtime.arguments).joined(separator: " ")) \(losses) </dev/null >/dev/null 2>&1 &
    echo $! >\(folder.file("pid"))

    """
  }

  private func guarding(
    _ runtime: SimulatorProcess, _ systemd: FakeSystemctl, _ arguments: [String] = ["--hold", "kubelet"],
    run script: String
  ) async throws -> Tool {
    try ProcessFacts.write(script, to: folder.file("command"))
    let run = try await Tool.cri(
      ["guard"] + arguments + ["--", "/bin/sh", folder.file("command")], on: runtime.socket,
      environment: ["PATH": systemd.path])
    if let pid = Int32(ProcessFacts.read(folder.file("pid")).trimmingCharacters(in: .whitespacesAndNewlines)) {
      kill(pid, SIGKILL)
    }
    return run
  }

  private func kubelet(_ state: String = "active") async throws -> FakeSystemctl {
    try await FakeSystemctl(in: folder, units: ["kubelet": state, "node-agent": "active"])
  }

  // MARK: Units

  @Test func `what keeps everything starts the unit again, after the verdict`() async throws {
    let (runtime, systemd) = (try await SimulatorProcess(in: folder), try await kubelet())
    try systemd.when("stop", "cri=1; [ -S '\(runtime.socket)' ] && touch '\(folder.file("stopped-first"))'")
    let run = try await guarding(
      runtime, systemd, ["--hold", "kubelet", "--hold", "node-agent"],
      run: "[ -f '\(folder.file("stopped-first"))' ] || exit 9\n" + restart(runtime))
    #expect(run.code == 0 && run.output.contains("intact") && run.errors.isEmpty, "\(run)")
    #expect(systemd.changes == ["stop kubelet", "stop node-agent", "start node-agent", "start kubelet"])
  }

  @Test func `a loss leaves it stopped, and says what to read and to do`() async throws {
    let (runtime, systemd) = (try await SimulatorProcess(in: folder), try await kubelet())
    let report = folder.file("report.json")
    let run = try await guarding(
      runtime, systemd, ["--hold", "kubelet", "--report", "json=\(report)"],
      run: restart(runtime, "--on-restart lose-ips"))
    #expect(run.code == 1)
    #expect(
      run.errors == "cri: kubelet stays stopped (exit code 1); read \(report), then run systemctl start kubelet\n")
    #expect(systemd.changes == ["stop kubelet"] && systemd.state(of: "kubelet") == "inactive")
  }

  @Test(arguments: [
    ("--pod", "--pod nope: the snapshot has no such pod; it has "),
    ("--namespace", "no pod that --namespace and --pod select"),
  ])
  func `pods that there are not are told before anything is changed`(option: String, words: String) async throws {
    let (runtime, systemd) = (try await SimulatorProcess(in: folder), try await kubelet())
    let run = try await guarding(
      runtime, systemd, ["--hold", "kubelet", option, "nope"], run: "touch '\(folder.file("ran"))'")
    #expect(run.code == 2 && run.errors.contains(words), "\(run)")
    #expect(systemd.changes == ["stop kubelet", "start kubelet"])
    #expect(!ProcessFacts.exists(folder.file("ran")))
  }

  @Test(arguments: [("exit 7", Int32(6)), ("true", 4)])
  func `only 0 starts it`(then script: String, code: Int32) async throws {
    let (runtime, systemd) = (try await SimulatorProcess(in: folder), try await kubelet())
    let run = try await guarding(runtime, systemd, run: script)
    #expect(run.code == code, "\(run)")
    #expect(run.errors.contains("kubelet stays stopped (exit code \(code)); read the report above"))
    #expect(systemd.changes == ["stop kubelet"])
  }

  @Test func `with --warn-only it is started also where Nagios is told of it`() async throws {
    let (runtime, systemd) = (try await SimulatorProcess(in: folder), try await kubelet())
    let run = try await guarding(
      runtime, systemd, ["--hold", "kubelet", "--warn-only", "-o", "nagios"],
      run: restart(runtime, "--on-restart lose-ips"))
    #expect(run.code == 1 && run.output.hasPrefix("CRI VERIFY WARNING - LOST"), "\(run)")
    #expect(systemd.changes == ["stop kubelet", "start kubelet"])
  }

  @Test func `with --warn-only it is started whatever is found`() async throws {
    let (runtime, systemd) = (try await SimulatorProcess(in: folder), try await kubelet())
    let run = try await guarding(
      runtime, systemd, ["--hold", "kubelet", "--warn-only"], run: restart(runtime, "--on-restart lose-ips"))
    #expect(run.code == 0 && run.output.contains("LOST"))
    #expect(systemd.changes == ["stop kubelet", "start kubelet"])
  }

  @Test func `a unit that cannot be stopped stops everything`() async throws {
    let (runtime, systemd) = (try await SimulatorProcess(in: folder), try await kubelet())
    try systemd.when("stop", "[ $2 = kubelet ] || touch '\(folder.file("units/stop.fails"))'")
    let run = try await guarding(
      runtime, systemd, ["--hold", "kubelet", "--hold", "node-agent", "--warn-only"],
      run: "touch '\(folder.file("touched"))'")
    #expect(run.code == 3)
    #expect(run.errors.contains("node-agent cannot be stopped (systemctl ended with exit code 1)"), "\(run.errors)")
    #expect(run.errors.contains("kubelet was started again, because nothing was changed"))
    #expect(systemd.state(of: "kubelet") == "active" && systemd.state(of: "node-agent") == "active")
    #expect(!ProcessFacts.exists(folder.file("touched")))
  }

  @Test func `a unit that nobody knows is wrong usage, and no other is stopped`() async throws {
    let (runtime, systemd) = (try await SimulatorProcess(in: folder), try await kubelet())
    let run = try await guarding(runtime, systemd, ["--hold", "kubelet", "--hold", "kublet"], run: "exit 9")
    #expect(run.code == 2)
    SnapshotCommandTests.expectOneLine(
      run, containing: "--hold kublet: systemd has no such unit; nothing was changed")
    #expect(systemd.changes.isEmpty)
  }

  @Test func `without systemd nothing is run`() async throws {
    let runtime = try await SimulatorProcess(in: folder)
    let run = try await Tool.cri(
      ["guard", "--hold", "kubelet", "--", "/bin/true"], on: runtime.socket, environment: ["PATH": folder.path])
    #expect(run.code == 3)
    SnapshotCommandTests.expectOneLine(run, containing: "systemctl show kubelet: No such file or directory")
  }

  @Test(arguments: ["inactive", "failed"]) func `what was not active is not started`(state: String) async throws {
    let (runtime, systemd) = (try await SimulatorProcess(in: folder), try await kubelet(state))
    let run = try await guarding(runtime, systemd, run: restart(runtime))
    #expect(run.code == 0)
    #expect(run.errors == "cri: kubelet is not active, so it will not be started at the end\n")
    #expect(systemd.changes.isEmpty)
  }

  @Test func `one that crashes over and over is active, one that is just ending is not`() async throws {
    let runtime = try await SimulatorProcess(in: folder)
    let systemd = try await FakeSystemctl(in: folder, units: ["kubelet": "activating", "other": "deactivating"])
    let run = try await guarding(runtime, systemd, ["--hold", "kubelet", "--hold", "other"], run: restart(runtime))
    #expect(run.code == 0, "\(run)")
    #expect(systemd.changes == ["stop kubelet", "stop other", "start kubelet"])
  }

  @Test func `without a snapshot it is started again`() async throws {
    let systemd = try await kubelet()
    let run = try await Tool.cri(
      ["guard", "--warn-only", "--hold", "kubelet", "--", "/bin/touch", folder.file("touched")],
      on: folder.file("no.sock"), environment: ["PATH": systemd.path])
    #expect(run.code == 3)
    #expect(run.errors.contains("kubelet was started again, because nothing was changed\n"), "\(run.errors)")
    #expect(systemd.changes == ["stop kubelet", "start kubelet"] && !ProcessFacts.exists(folder.file("touched")))
  }

  @Test func `a command that is not there is the same`() async throws {
    let (runtime, systemd) = (try await SimulatorProcess(in: folder), try await kubelet())
    let run = try await Tool.cri(
      ["guard", "--hold", "kubelet", "--", "/no/such/command"], on: runtime.socket, environment: ["PATH": systemd.path])
    #expect(run.code == 2 && systemd.changes == ["stop kubelet", "start kubelet"], "\(run)")
  }

  @Test func `a unit that does not start again is not done`() async throws {
    let (runtime, systemd) = (try await SimulatorProcess(in: folder), try await kubelet())
    try systemd.fail("start")
    let run = try await guarding(runtime, systemd, run: restart(runtime))
    #expect(run.code == 6 && run.output.contains("intact"))
    #expect(run.errors.contains("kubelet could not be started again (systemctl ended with exit code 1)"), "\(run)")
  }

  @Test func `a unit that somebody else has started is told`() async throws {
    let (runtime, systemd) = (try await SimulatorProcess(in: folder), try await kubelet())
    let run = try await guarding(
      runtime, systemd,
      run: restart(runtime, "--on-restart lose-ips") + "echo active >'\(folder.file("units/kubelet"))'")
    #expect(run.code == 1)
    #expect(run.errors.contains("kubelet is running although it was stopped"), "\(run.errors)")
  }

  @Test func `a reader that closes its pipe does not change the verdict`() async throws {
    let (runtime, systemd) = (try await SimulatorProcess(in: folder), try await kubelet())
    try ProcessFacts.write(restart(runtime), to: folder.file("command"))
    // The pipe's reader is gone before anything is written to it.
    let script = """
      export PATH='\(systemd.path)'
      { '\(Tool.path("cri"))' -r '\(runtime.socket)' guard --hold kubelet -- /bin/sh '\(folder.file("command"))'
        echo "code $?" >&2; } | true
      kill $(cat '\(folder.file("pid"))')
      """
    let run = try await Tool.shell(script)
    #expect(
      run.errors.contains("cannot write the report to standard output: ") && run.errors.contains("code 0"), "\(run)")
    #expect(systemd.state(of: "kubelet") == "active")
    // Not ended before the script.
    withExtendedLifetime(runtime) {}
  }

  // MARK: Signals

  @Test func `a signal goes to the command, and the verdict follows`() async throws {
    let (runtime, systemd) = (try await SimulatorProcess(in: folder), try await kubelet())
    let script = """
      trap 'echo told >\(folder.file("told")); exit 0' TERM
      \(restart(runtime))
      kill -TERM $PPID
      while :; do sleep 0.05; done
      """
    let run = try await guarding(runtime, systemd, run: script)
    #expect(run.code == 0 && run.output.contains("intact"), "\(run)")
    #expect(run.errors == "cri: SIGTERM is passed on to /bin/sh; the verdict follows when it has ended\n")
    #expect(ProcessFacts.exists(folder.file("told")))
    #expect(systemd.changes == ["stop kubelet", "start kubelet"])
  }

  @Test(arguments: [("HUP", 1), ("INT", 2), ("TERM", 15)])
  func `a command that dies of it is looked at all the same`(name: String, number: Int) async throws {
    let (runtime, systemd) = (try await SimulatorProcess(in: folder), try await kubelet())
    let run = try await guarding(
      runtime, systemd, run: restart(runtime) + "kill -\(name) $PPID; while :; do sleep 0.05; done")
    #expect(run.code == 6 && run.output.contains("intact"), "\(run)")
    #expect(run.errors.contains("was killed by signal \(number)"))
    #expect(run.errors.contains("kubelet stays stopped (exit code 6)"))
    #expect(systemd.changes == ["stop kubelet"])
  }

  @Test func `a terminal that hangs up tells guard alone, which passes it on`() async throws {
    let (runtime, systemd) = (try await SimulatorProcess(in: folder), try await kubelet())
    try ProcessFacts.write(
      restart(runtime) + "trap 'touch \(folder.file("told")); exit 0' HUP; echo ready; while :; do sleep 0.05; done",
      to: folder.file("command"))
    let script = """
      import os, pty, sys
      pid, terminal = pty.fork()
      if pid == 0: os.execv(sys.argv[1], sys.argv[1:])
      text = b""
      while b"ready" not in text: text += os.read(terminal, 4096)
      os.close(terminal)
      sys.exit(os.waitpid(pid, 0)[1] >> 8)
      """
    let run = try await Tool.run(
      [
        "/usr/bin/env", "python3", "-c", script, Tool.path("cri"), "-r", runtime.socket, "guard", "--hold", "kubelet",
        "--report", "json=\(folder.file("report"))", "--", "/bin/sh", folder.file("command"),
      ], environment: ["PATH": systemd.path])
    withExtendedLifetime(runtime) {}
    if let pid = Int32(ProcessFacts.read(folder.file("pid")).trimmingCharacters(in: .whitespacesAndNewlines)) {
      kill(pid, SIGKILL)
    }
    // Nobody could be told, but for the file.
    #expect(run.code == 3, "\(run)")
    #expect(ProcessFacts.exists(folder.file("told")) && systemd.changes == ["stop kubelet"])
    #expect(try JSON.parse(ProcessFacts.read(folder.file("report")))["verdict"] == "intact")
  }

  @Test func `a signal before the verdict is not a verdict, whatever else was asked for`() async throws {
    let (runtime, systemd) = (try await SimulatorProcess(in: folder), try await kubelet())
    // When the command has ended, and was waited for, its parent gets signals: the first may still count as the
    // command's.
    let script = """
      kill -9 \(runtime.pid ?? 0)
      ( while kill -0 $$; do sleep 0.05; done; while kill -TERM $PPID; do sleep 0.2; done ) </dev/null >/dev/null 2>&1 &
      """
    let run = try await guarding(runtime, systemd, ["--hold", "kubelet", "--warn-only", "-o", "json"], run: script)
    #expect(run.code == 3, "\(run)")
    #expect(run.errors.contains("SIGTERM before the verdict, so nothing was checked"))
    #expect(run.errors.contains("kubelet stays stopped (exit code 3)"))
    #expect(try JSON.parse(run.output)["verdict"] == "failed")
    #expect(systemd.changes == ["stop kubelet"])
  }

  @Test func `a signal before the command changes nothing`() async throws {
    let (runtime, systemd) = (try await SimulatorProcess(in: folder), try await kubelet())
    try systemd.when("stop", "kill -TERM $PPID")
    let run = try await guarding(runtime, systemd, run: "touch '\(folder.file("touched"))'")
    #expect(run.code == 3)
    #expect(run.errors.contains("SIGTERM before the command was run; nothing was changed"), "\(run.errors)")
    #expect(systemd.changes == ["stop kubelet", "start kubelet"] && !ProcessFacts.exists(folder.file("touched")))
  }

  @Test(arguments: [
    ["--wait", "soon"], ["--hold", ""], ["--hold", "-f"], ["--hold", "kube*"], ["--hold", "kubelet containerd"],
    ["--hold", "kubelet", "--hold", "kubelet"], ["--save", "/no/such/folder/s"], ["--save", "-"],
    ["--fail-on", "war"], ["--report", "json=/no/such/folder/r"],
  ])
  func `what can be wrong is found before anything is stopped`(arguments: [String]) async throws {
    let (runtime, systemd) = (try await SimulatorProcess(in: folder), try await kubelet())
    let hold = arguments.contains("--hold") ? [] : ["--hold", "kubelet"]
    let run = try await guarding(runtime, systemd, hold + arguments, run: "touch '\(folder.file("touched"))'")
    #expect(run.code == 2, "\(run)")
    SnapshotCommandTests.expectOneLine(run, containing: "cri: ")
    #expect(systemd.changes.isEmpty && !ProcessFacts.exists(folder.file("touched")))
  }
}
