import CRIJSON
import CRISnapshot
import Foundation
import Glibc
import TestSupport
import Testing

/// Tests `cri guard --hold`, and the effect of signals on `cri guard`.
@Suite(.timeLimit(.minutes(10))) struct GuardHoldTests {
  let directory: TemporaryDirectory

  init() throws { directory = try TemporaryDirectory() }

  /// Returns an administrator's shell command that restarts the runtime.
  func restart(_ runtime: SimulatorProcess, _ losses: String = "") -> String {
    """
    kill \(runtime.pid ?? 0)
    while [ -S \(runtime.socket) ]; do sleep 0.05; done
    \(([SimulatorProcess.program] + runtime.arguments).joined(separator: " ")) \(losses) </dev/null >/dev/null 2>&1 &
    echo $! >\(directory.file("pid"))

    """
  }

  func guarding(
    _ runtime: SimulatorProcess, _ systemd: FakeSystemctl, _ arguments: [String] = ["--hold", "kubelet"],
    run script: String
  ) async throws -> Tool {
    try TestFile.write(script, to: directory.file("command"))
    let run = try await Tool.cri(
      ["guard"] + arguments + ["--", "/bin/sh", directory.file("command")], on: runtime.socket,
      environment: ["PATH": systemd.path, "STATE_DIRECTORY": directory.file("state")])
    if let pid = Int32(TestFile.read(directory.file("pid")).trimmingCharacters(in: .whitespacesAndNewlines)) {
      kill(pid, SIGKILL)
    }
    return run
  }

  func kubelet(_ state: String = "active") async throws -> FakeSystemctl {
    try await FakeSystemctl(in: directory, units: ["kubelet": state, "node-agent": "active"])
  }

  // MARK: Units

  @Test func `the unit is started again after an intact verdict`() async throws {
    let (runtime, systemd) = (try await SimulatorProcess(in: directory), try await kubelet())
    try systemd.when("stop", "cri=1; [ -S '\(runtime.socket)' ] && touch '\(directory.file("stopped-first"))'")
    let run = try await guarding(
      runtime, systemd, ["--hold", "kubelet", "--hold", "node-agent"],
      run: "[ -f '\(directory.file("stopped-first"))' ] || exit 9\n" + restart(runtime))
    #expect(run.code == 0 && run.output.contains("intact") && run.errors.isEmpty, "\(run)")
    #expect(systemd.changes == ["stop kubelet", "stop node-agent", "start node-agent", "start kubelet"])
  }

  /// A file may be a pipe whose reader waits, such as a pager.
  @Test func `the unit is started before a report is written`() async throws {
    let (runtime, systemd) = (try await SimulatorProcess(in: directory), try await kubelet())
    let report = directory.file("report.json")
    try systemd.when("start", "[ -e '\(report)' ] || touch '\(directory.file("started-first"))'")
    let run = try await guarding(
      runtime, systemd, ["--hold", "kubelet", "--report", "json=\(report)"], run: restart(runtime))
    #expect(run.code == 0 && TestFile.exists(report), "\(run)")
    #expect(TestFile.exists(directory.file("started-first")))
  }

  @Test func `a signal ends guard while it waits for the --pods file`() async throws {
    let runtime = try await SimulatorProcess(in: directory)
    let fifo = directory.file("fifo")
    let run = try await Tool.shell(
      """
      mkfifo '\(fifo)'; sleep 30 >'\(fifo)' &
      STATE_DIRECTORY='\(directory.file("state"))' timeout -s TERM 2 '\(Tool.path("cri"))' -r '\(runtime.socket)' \
        guard --pods - -- touch '\(directory.file("ran"))' <'\(fifo)'
      code=$?; kill $!; exit $code
      """)
    #expect(run.code == 124 && run.duration < .seconds(25), "\(run)")
    #expect(!TestFile.exists(directory.file("ran")))
  }

  /// The only snapshot of a `guard` that found a loss.
  private func lostSnapshot() throws -> String {
    let names = TemporaryDirectory.names(in: directory.file("state")).filter { $0.hasPrefix("guard-before-20") }
    #expect(names.count == 1, "\(names)")
    return "\(directory.file("state"))/\(try #require(names.first))"
  }

  @Test func `with an invalid --pods file, nothing is stopped; a valid one becomes part of the snapshot that is kept`()
    async throws
  {
    let (runtime, systemd) = (try await SimulatorProcess(in: directory), try await kubelet())
    let pods = directory.file("pods.json")
    try TestFile.write("{}", to: pods)
    let refused = try await guarding(
      runtime, systemd, ["--hold", "kubelet", "--pods", pods], run: "touch '\(directory.file("ran"))'")
    #expect(refused.code == 2 && refused.errors.contains("is neither a list of pods nor a pod"), "\(refused)")
    #expect(systemd.changes.isEmpty && !FileManager.default.fileExists(atPath: directory.file("ran")))
    let pod = #"{"kind": "Pod", "metadata": {"name": "p", "uid": "u"}, "spec": {"restartPolicy": "Never"}}"#
    try TestFile.write(pod, to: pods)
    let run = try await guarding(runtime, systemd, ["--hold", "kubelet", "--pods", pods], run: restart(runtime))
    #expect(run.code == 0, "\(run)")
    let files = try FileManager.default.contentsOfDirectory(atPath: directory.file("state"))
    let snapshots = files.map { TestFile.read(directory.file("state/\($0)")) }
      .compactMap { try? Snapshot(parsing: Array($0.utf8)) }
    #expect(snapshots.map { $0.pods?.map(\.restartPolicy) } == [[.never]], "\(files)")
  }

  @Test func `a loss leaves the unit stopped, and prints what to do`() async throws {
    let (runtime, systemd) = (try await SimulatorProcess(in: directory), try await kubelet())
    let report = directory.file("report.json")
    let run = try await guarding(
      runtime, systemd, ["--hold", "kubelet", "--report", "json=\(report)"],
      run: restart(runtime, "--on-restart lose-ips"))
    #expect(run.code == 1)
    #expect(
      run.errors
        == "cri: kubelet stays stopped because of --hold (exit code 1); read \(report), check again with cri verify "
        + "--before \(try lostSnapshot()), and when the problem is solved, run systemctl start kubelet\n")
    #expect(systemd.changes == ["stop kubelet"] && systemd.state(of: "kubelet") == "inactive")
  }

  @Test(arguments: [
    ("--pod", "--pod nope: the snapshot has no such pod; it has "),
    ("--namespace", "no pod that --namespace and --pod select"),
  ])
  func `pods that do not exist are reported before anything changes`(option: String, words: String) async throws {
    let (runtime, systemd) = (try await SimulatorProcess(in: directory), try await kubelet())
    let run = try await guarding(
      runtime, systemd, ["--hold", "kubelet", option, "nope"], run: "touch '\(directory.file("ran"))'")
    #expect(run.code == 2 && run.errors.contains(words), "\(run)")
    #expect(systemd.changes == ["stop kubelet", "start kubelet"])
    #expect(!TestFile.exists(directory.file("ran")))
  }

  @Test(arguments: [("exit 7", false, Int32(6)), ("exit 7", true, 6), ("true", false, 4)])
  func `the unit is started again if nothing is lost, whatever the command did`(
    then script: String, restarts: Bool, code: Int32
  ) async throws {
    let (runtime, systemd) = (try await SimulatorProcess(in: directory), try await kubelet())
    let run = try await guarding(runtime, systemd, run: (restarts ? restart(runtime) : "") + script)
    #expect(run.code == code, "\(run)")
    #expect(!run.errors.contains("stays stopped"), "\(run.errors)")
    #expect(systemd.changes == ["stop kubelet", "start kubelet"])
  }

  @Test func `a command that fails after a loss leaves the unit stopped`() async throws {
    let (runtime, systemd) = (try await SimulatorProcess(in: directory), try await kubelet())
    let run = try await guarding(runtime, systemd, run: restart(runtime, "--on-restart lose-ips") + "exit 7")
    #expect(run.code == 1 && systemd.changes == ["stop kubelet"], "\(run)")
  }

  @Test func `the unit is started even if the report cannot be printed`() async throws {
    let (runtime, systemd) = (try await SimulatorProcess(in: directory), try await kubelet())
    try TestFile.write(restart(runtime), to: directory.file("command"))
    let script = """
      export PATH='\(systemd.path)' STATE_DIRECTORY='\(directory.file("state"))'
      '\(Tool.path("cri"))' -r '\(runtime.socket)' guard --hold kubelet -- /bin/sh '\(directory.file("command"))' >/dev/full
      echo "code $?" >&2
      kill $(cat '\(directory.file("pid"))')
      """
    let run = try await Tool.shell(script)
    #expect(run.errors.contains("cannot write the report to standard output: No space left on device"), "\(run)")
    #expect(run.errors.contains("code 3") && systemd.state(of: "kubelet") == "active", "\(run)")
    #expect(TestFile.read(directory.file("state/guard-report.txt")).contains("intact"))
    withExtendedLifetime(runtime) {}
  }

  @Test func `the snapshot and the report stay in the state directory, which only its owner may enter`() async throws {
    let (runtime, systemd) = (try await SimulatorProcess(in: directory), try await kubelet())
    let run = try await guarding(
      runtime, systemd, ["--hold", "kubelet", "--report", "json=\(directory.file("state"))/more.json"],
      run: restart(runtime, "--on-restart lose-ips"))
    #expect(run.code == 1, "\(run)")
    let modes = try await Tool.shell(
      "cd '\(directory.file("state"))' && stat -c '%n %a' . guard-before*.json guard-report.txt more.json")
    let snapshot = try lostSnapshot()
    let name = snapshot.split(separator: "/").last ?? ""
    #expect(modes.output == ". 700\n\(name) 600\nguard-report.txt 644\nmore.json 644\n", "\(modes)")
    #expect(TestFile.read(directory.file("state/guard-report.txt")).contains("LOST"))
    let again = try await Tool.cri(
      [
        "verify", "--before", snapshot, "--after", snapshot,
      ])
    #expect(again.code == 4, "\(again)")
  }

  @Test func `the snapshot from before a loss is not replaced by the next guard`() async throws {
    let (runtime, systemd) = (try await SimulatorProcess(in: directory), try await kubelet())
    _ = try await guarding(runtime, systemd, ["--hold", "kubelet"], run: restart(runtime, "--on-restart lose-ips"))
    let snapshot = try lostSnapshot()
    let before = TestFile.read(snapshot)
    // Somebody has started kubelet. The runtime is not restarted, so nothing is verified and nothing is lost.
    try systemd.set("kubelet", "active")
    let intact = try TemporaryDirectory()
    let next = try await SimulatorProcess(in: intact)
    let second = try await guarding(next, systemd, run: "true")
    #expect(second.code == 4, "\(second)")
    #expect(TestFile.read(snapshot) == before && !before.isEmpty)
    #expect(TemporaryDirectory.names(in: directory.file("state")).contains("guard-before.json"))
    #expect(try lostSnapshot() == snapshot)
  }

  /// The options after a verdict, how the first run ends, and whether the next guard keeps its snapshot.
  private static let savedRuns = [
    ("--on-restart lose-ips", "true", "", true), ("--on-restart lose-ips", "true", "--warn-only", true),
    ("--not-ready 60s", "true", "", true), ("", "true", "", false), ("", "exit 7", "", false),
  ]

  @Test(arguments: savedRuns)
  func `the next guard keeps the --save file unless nothing was lost`(
    losses: String, then script: String, option: String, isKept: Bool
  ) async throws {
    let (runtime, systemd) = (try await SimulatorProcess(in: directory), try await kubelet())
    let save = directory.file("save/before.json")
    mkdir(directory.file("save"), 0o700)
    let options = ["--hold", "kubelet", "--save", save]
    _ = try await guarding(
      runtime, systemd, options + ["--wait", "2s"] + (option.isEmpty ? [] : [option]),
      run: restart(runtime, losses) + script)
    let first = TestFile.read(save)
    let other = try TemporaryDirectory()
    let next = try await SimulatorProcess(in: other)
    // After a loss, somebody has solved the problem and started the unit.
    try systemd.set("kubelet", "active")
    let second = try await guarding(next, systemd, options, run: "true")
    #expect(second.code == 4 && !first.isEmpty && TestFile.read(save) != first, "\(second)")
    let kept = TemporaryDirectory.names(in: directory.file("save")).filter { $0.hasPrefix("before.json.2") }
    #expect(kept.count == (isKept ? 1 : 0), "\(kept)")
    for name in kept { #expect(TestFile.read(directory.file("save/\(name)")) == first) }
    #expect(second.errors.contains("it is now \(directory.file("save"))") == isKept, "\(second.errors)")
    // The second run has proven that nothing is lost.
    let third = try await guarding(next, systemd, options, run: "true")
    #expect(third.code == 4 && !third.errors.contains("it is now"), "\(third)")
  }

  @Test(arguments: [true, false])
  func `guard does not run the command if it could not keep the snapshot of a loss`(saves: Bool) async throws {
    let (runtime, systemd) = (try await SimulatorProcess(in: directory), try await kubelet())
    let state = directory.file("state")
    mkdir(state, 0o700)
    for number in 0...9 {
      let name = saves ? "before.json.20260131T12000\(number)Z" : "guard-before-20260131T12000\(number)Z.json"
      try TestFile.write("{}", to: "\(state)/\(name)")
    }
    try TestFile.write("{}", to: "\(state)/before.json")
    let run = try await guarding(
      runtime, systemd, ["--hold", "kubelet"] + (saves ? ["--save", "\(state)/before.json"] : []),
      run: "touch '\(directory.file("ran"))'")
    #expect(run.code == 2 && run.errors.contains("has 10 snapshots of runs that were not verified"), "\(run)")
    #expect(!TestFile.exists(directory.file("ran")) && systemd.state(of: "kubelet") == "active")
    #expect(TestFile.read("\(state)/before.json") == "{}")
  }

  @Test func `a second guard is refused while one runs, and changes nothing`() async throws {
    let (runtime, systemd) = (try await SimulatorProcess(in: directory), try await kubelet())
    let script = """
      '\(Tool.path("cri"))' -r '\(runtime.socket)' guard --hold kubelet -- true
      echo $? > '\(directory.file("code"))'

      """
    let run = try await guarding(runtime, systemd, ["--hold", "kubelet"], run: script + restart(runtime))
    #expect(run.code == 0 && run.errors.contains("another guard is running on this node"), "\(run)")
    #expect(TestFile.read(directory.file("code")) == "2\n")
    #expect(systemd.changes == ["stop kubelet", "start kubelet"])
  }

  @Test(arguments: [(mode_t(0o770), uid_t(0)), (0o703, 0), (0o1777, 0), (0o700, 64_001)])
  func `a state directory that other users can write to is refused, and nothing is changed`(
    _ mode: mode_t, _ owner: uid_t
  ) async throws {
    let (runtime, systemd) = (try await SimulatorProcess(in: directory), try await kubelet())
    let state = directory.file("state")
    mkdir(state, 0o700)
    guard geteuid() == 0 || owner == 0 else { return }
    #expect(chown(state, owner == 0 ? geteuid() : owner, getegid()) == 0 && chmod(state, mode) == 0)
    let refused = try await guarding(runtime, systemd, ["--hold", "kubelet"], run: restart(runtime))
    #expect(refused.code == 2 && refused.errors.contains("\(state) can be changed by other users"), "\(refused)")
    #expect(systemd.changes == [] && TemporaryDirectory.names(in: state) == [])
  }

  /// Another user is able to open a state directory of mode 0755 and lock it.
  @Test func `a lock on the state directory itself does not stop guard`() async throws {
    let (runtime, systemd) = (try await SimulatorProcess(in: directory), try await kubelet())
    mkdir(directory.file("state"), 0o755)
    let fd = open(directory.file("state"), O_RDONLY | O_DIRECTORY)
    defer { close(fd) }
    #expect(flock(fd, LOCK_EX | LOCK_NB) == 0)
    #expect(try await guarding(runtime, systemd, ["--hold", "kubelet"], run: restart(runtime)).code == 0)
  }

  @Test func `a masked unit cannot be started during the command or after a loss`() async throws {
    let (runtime, systemd) = (try await SimulatorProcess(in: directory), try await kubelet())
    let start = "systemctl start kubelet && touch '\(directory.file("started"))'\n"
    let lost = try await guarding(
      runtime, systemd, ["--hold", "kubelet", "--mask"], run: start + restart(runtime, "--on-restart lose-ips"))
    #expect(lost.code == 1 && !TestFile.exists(directory.file("started")), "\(lost)")
    #expect(
      lost.errors.contains(
        "and when the problem is solved, run systemctl unmask --runtime kubelet && systemctl start kubelet\n"),
      "\(lost)")
    #expect(systemd.changes == ["stop kubelet", "mask --runtime kubelet", "start kubelet"])
    #expect(TestFile.exists(directory.file("units/kubelet.masked")))
  }

  @Test(arguments: ["true", "exit 7"])
  func `every path that starts a unit removes its mask`(script: String) async throws {
    let (runtime, systemd) = (try await SimulatorProcess(in: directory), try await kubelet())
    let run = try await guarding(runtime, systemd, ["--hold", "kubelet", "--mask"], run: script)
    #expect(run.code == (script == "true" ? 4 : 6), "\(run)")
    #expect(
      systemd.changes == ["stop kubelet", "mask --runtime kubelet", "unmask --runtime kubelet", "start kubelet"])
  }

  @Test func `a mask is removed if there is no snapshot, or if the unit cannot be masked`() async throws {
    let systemd = try await kubelet()
    let none = try await Tool.cri(
      ["guard", "--mask", "--hold", "kubelet", "--", "/bin/true"], on: directory.file("no.sock"),
      environment: ["PATH": systemd.path])
    #expect(none.code == 3 && systemd.state(of: "kubelet") == "active", "\(none)")
    #expect(!TestFile.exists(directory.file("units/kubelet.masked")))
    try TestFile.write("", to: directory.file("units/in-etc"))
    let runtime = try await SimulatorProcess(in: directory)
    let run = try await guarding(
      runtime, systemd, ["--hold", "kubelet", "--mask"], run: "touch '\(directory.file("touched"))'")
    #expect(run.code == 3 && run.errors.contains("its file is in /etc/systemd/system"), "\(run)")
    #expect(systemd.state(of: "kubelet") == "active" && !TestFile.exists(directory.file("touched")))
  }

  @Test func `with --warn-only the unit starts even if Nagios gets a warning`() async throws {
    let (runtime, systemd) = (try await SimulatorProcess(in: directory), try await kubelet())
    let run = try await guarding(
      runtime, systemd, ["--hold", "kubelet", "--warn-only", "-o", "nagios"],
      run: restart(runtime, "--on-restart lose-ips"))
    #expect(run.code == 1 && run.output.hasPrefix("CRI VERIFY WARNING - LOST"), "\(run)")
    #expect(systemd.changes == ["stop kubelet", "start kubelet"])
  }

  @Test func `with --warn-only the unit starts whatever is found`() async throws {
    let (runtime, systemd) = (try await SimulatorProcess(in: directory), try await kubelet())
    let run = try await guarding(
      runtime, systemd, ["--hold", "kubelet", "--warn-only"], run: restart(runtime, "--on-restart lose-ips"))
    #expect(run.code == 0 && run.output.contains("LOST"))
    #expect(run.errors.contains("kubelet was started again in spite of this, because of --warn-only"), "\(run.errors)")
    #expect(systemd.changes == ["stop kubelet", "start kubelet"])
  }

  @Test func `a unit that cannot be stopped ends the command`() async throws {
    let (runtime, systemd) = (try await SimulatorProcess(in: directory), try await kubelet())
    try systemd.when("stop", "[ $2 = kubelet ] || touch '\(directory.file("units/stop.fails"))'")
    let run = try await guarding(
      runtime, systemd, ["--hold", "kubelet", "--hold", "node-agent", "--warn-only"],
      run: "touch '\(directory.file("touched"))'")
    #expect(run.code == 3)
    #expect(run.errors.contains("node-agent cannot be stopped (systemctl ended with exit code 1)"), "\(run.errors)")
    #expect(run.errors.contains("kubelet was started again, because nothing was changed"))
    #expect(systemd.state(of: "kubelet") == "active" && systemd.state(of: "node-agent") == "active")
    #expect(!TestFile.exists(directory.file("touched")))
  }

  @Test func `an unknown unit is a usage error, and no other unit is stopped`() async throws {
    let (runtime, systemd) = (try await SimulatorProcess(in: directory), try await kubelet())
    let run = try await guarding(runtime, systemd, ["--hold", "kubelet", "--hold", "kublet"], run: "exit 9")
    #expect(run.code == 2)
    SnapshotCommandTests.expectOneLine(
      run, containing: "--hold kublet: systemd has no such unit; nothing was changed")
    #expect(systemd.changes.isEmpty)
  }

  @Test func `without systemd nothing is run`() async throws {
    let runtime = try await SimulatorProcess(in: directory)
    let run = try await Tool.cri(
      ["guard", "--hold", "kubelet", "--", "/bin/true"], on: runtime.socket, environment: ["PATH": directory.path])
    #expect(run.code == 3)
    SnapshotCommandTests.expectOneLine(run, containing: "systemctl show kubelet: No such file or directory")
  }

  @Test(arguments: ["inactive", "failed"]) func `an inactive unit is not started`(state: String) async throws {
    let (runtime, systemd) = (try await SimulatorProcess(in: directory), try await kubelet(state))
    let run = try await guarding(runtime, systemd, run: restart(runtime))
    #expect(run.code == 0)
    #expect(run.errors == "cri: kubelet is not active, so it will not be started at the end\n")
    #expect(systemd.changes.isEmpty)
  }

  @Test func `a unit that crashes repeatedly is active, and one that is being stopped is not`() async throws {
    let runtime = try await SimulatorProcess(in: directory)
    let systemd = try await FakeSystemctl(in: directory, units: ["kubelet": "activating", "other": "deactivating"])
    try systemd.setJobs("812 other.service stop running\n813 kubelet.service restart waiting")
    let run = try await guarding(runtime, systemd, ["--hold", "kubelet", "--hold", "other"], run: restart(runtime))
    #expect(run.code == 0, "\(run)")
    #expect(systemd.changes == ["stop kubelet", "stop other", "start kubelet"])
  }

  @Test(arguments: ["812 kubelet.service restart running", ""])
  func `a unit that is being restarted, or that has just crashed, is started again`(jobs: String) async throws {
    let runtime = try await SimulatorProcess(in: directory)
    let systemd = try await FakeSystemctl(in: directory, units: ["kubelet": "deactivating"])
    try systemd.setJobs(jobs)
    let run = try await guarding(runtime, systemd, run: restart(runtime))
    #expect(run.code == 0, "\(run)")
    #expect(systemd.changes == ["stop kubelet", "start kubelet"])
  }

  @Test(arguments: [true, false])
  func `a retry does not hide the loss of the first run`(saves: Bool) async throws {
    let (runtime, systemd) = (try await SimulatorProcess(in: directory), try await kubelet())
    mkdir(directory.file("save"), 0o700)
    let options = ["--hold", "kubelet"] + (saves ? ["--save", directory.file("save/before.json")] : [])
    let first = try await guarding(runtime, systemd, options, run: restart(runtime, "--on-restart lose-ips"))
    #expect(first.code == 1, "\(first)")
    let other = try TemporaryDirectory()
    let next = try await SimulatorProcess(in: other)
    let retry = try await guarding(next, systemd, options, run: "touch '\(directory.file("ran"))'")
    #expect(retry.code == 3 && retry.errors.contains("kubelet is not active, and the snapshot"), "\(retry)")
    #expect(
      TestFile.read(directory.file("state/guard-report.txt")).contains("LOST"),
      "the report that names what was lost stays")
    #expect(!TestFile.exists(directory.file("ran")) && systemd.changes == ["stop kubelet"])
  }

  @Test func `the unit is started again if there is no snapshot`() async throws {
    let systemd = try await kubelet()
    let run = try await Tool.cri(
      ["guard", "--warn-only", "--hold", "kubelet", "--", "/bin/touch", directory.file("touched")],
      on: directory.file("no.sock"), environment: ["PATH": systemd.path])
    #expect(run.code == 3)
    #expect(run.errors.contains("kubelet was started again, because nothing was changed\n"), "\(run.errors)")
    #expect(systemd.changes == ["stop kubelet", "start kubelet"] && !TestFile.exists(directory.file("touched")))
  }

  @Test func `the unit is started again if the command does not exist`() async throws {
    let (runtime, systemd) = (try await SimulatorProcess(in: directory), try await kubelet())
    let run = try await Tool.cri(
      ["guard", "--hold", "kubelet", "--", "/no/such/command"], on: runtime.socket, environment: ["PATH": systemd.path])
    #expect(run.code == 2 && systemd.changes == ["stop kubelet", "start kubelet"], "\(run)")
  }

  @Test func `a unit that does not start again is an error`() async throws {
    let (runtime, systemd) = (try await SimulatorProcess(in: directory), try await kubelet())
    try systemd.fail("start")
    let run = try await guarding(runtime, systemd, run: restart(runtime))
    #expect(run.code == 6 && run.output.contains("intact"))
    #expect(run.errors.contains("kubelet could not be started again (systemctl ended with exit code 1)"), "\(run)")
  }

  @Test func `a unit that another program started is reported`() async throws {
    let (runtime, systemd) = (try await SimulatorProcess(in: directory), try await kubelet())
    let run = try await guarding(
      runtime, systemd,
      run: restart(runtime, "--on-restart lose-ips") + "echo active >'\(directory.file("units/kubelet"))'")
    #expect(run.code == 1)
    #expect(run.errors.contains("kubelet is active or being started although it was stopped"), "\(run.errors)")
  }

  @Test func `a reader that closes its pipe does not change the verdict`() async throws {
    let (runtime, systemd) = (try await SimulatorProcess(in: directory), try await kubelet())
    try TestFile.write(restart(runtime), to: directory.file("command"))
    // The reader of the pipe closes it before anything is written.
    let script = """
      export PATH='\(systemd.path)'
      { '\(Tool.path("cri"))' -r '\(runtime.socket)' guard --hold kubelet -- /bin/sh '\(directory.file("command"))'
        echo "code $?" >&2; } | true
      kill $(cat '\(directory.file("pid"))')
      """
    let run = try await Tool.shell(script)
    #expect(
      run.errors.contains("cannot write the report to standard output: ") && run.errors.contains("code 0"), "\(run)")
    #expect(systemd.state(of: "kubelet") == "active")
    // Keeps the runtime alive until the script has ended.
    withExtendedLifetime(runtime) {}
  }

  // MARK: Signals

  @Test func `a signal is passed to the command, and the verdict follows`() async throws {
    let (runtime, systemd) = (try await SimulatorProcess(in: directory), try await kubelet())
    let script = """
      trap 'echo received >\(directory.file("received")); exit 0' TERM
      \(restart(runtime))
      kill -TERM $PPID
      while :; do sleep 0.05; done
      """
    let run = try await guarding(runtime, systemd, run: script)
    #expect(run.code == 0 && run.output.contains("intact"), "\(run)")
    #expect(run.errors == "cri: SIGTERM is passed on to /bin/sh; the verdict follows when it has ended\n")
    #expect(TestFile.exists(directory.file("received")))
    #expect(systemd.changes == ["stop kubelet", "start kubelet"])
  }

  @Test(arguments: [("INT", 2), ("TERM", 15), ("QUIT", 3)])
  func `the change is verified even if a signal killed the command`(name: String, number: Int) async throws {
    let (runtime, systemd) = (try await SimulatorProcess(in: directory), try await kubelet())
    let run = try await guarding(
      runtime, systemd, run: restart(runtime) + "kill -\(name) $PPID; while :; do sleep 0.05; done")
    #expect(run.code == 6 && run.output.contains("intact"), "\(run)")
    #expect(run.errors.contains("was killed by signal \(number)"))
    #expect(systemd.changes == ["stop kubelet", "start kubelet"])
  }

  @Test func `SIGHUP ends neither guard nor the command`() async throws {
    let (runtime, systemd) = (try await SimulatorProcess(in: directory), try await kubelet())
    let run = try await guarding(
      runtime, systemd, run: "kill -HUP $PPID; kill -HUP $$; " + restart(runtime) + "touch '\(directory.file("end"))'")
    #expect(run.code == 0 && run.output.contains("intact") && run.errors.isEmpty, "\(run)")
    #expect(TestFile.exists(directory.file("end")))
    #expect(systemd.changes == ["stop kubelet", "start kubelet"])
  }

  @Test func `a hang-up of the terminal does not end the command`() async throws {
    let (runtime, systemd) = (try await SimulatorProcess(in: directory), try await kubelet())
    try TestFile.write(
      restart(runtime)
        + "echo ready; while [ -t 1 ]; do sleep 0.05; done; sleep 0.2; touch '\(directory.file("end"))'",
      to: directory.file("command"))
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
        "--report", "json=\(directory.file("report"))", "--", "/bin/sh", directory.file("command"),
      ], environment: ["PATH": systemd.path])
    withExtendedLifetime(runtime) {}
    if let pid = Int32(TestFile.read(directory.file("pid")).trimmingCharacters(in: .whitespacesAndNewlines)) {
      kill(pid, SIGKILL)
    }
    // Only the file can contain the report, but the exit code is still that of the verdict.
    #expect(run.code == 0, "\(run)")
    #expect(TestFile.exists(directory.file("end")) && systemd.changes == ["stop kubelet", "start kubelet"])
    #expect(try JSON.parse(TestFile.read(directory.file("report")))["verdict"] == "intact")
  }

  @Test func `a hang-up after the command does not end the verification`() async throws {
    let (runtime, systemd) = (try await SimulatorProcess(in: directory), try await kubelet())
    // The parent is sent signals from the end of the command until the unit has been started.
    let script = """
      setsid sh -c 'while kill -0 $0; do sleep 0.05; done
        while ! grep -q "^start" "$2" && kill -HUP $1; do sleep 0.05; done' $$ $PPID '\(directory.file("units/log"))' </dev/null >/dev/null 2>&1 &
      """
    let run = try await guarding(runtime, systemd, run: restart(runtime) + script)
    #expect(run.code == 0 && run.output.contains("intact"), "\(run)")
    #expect(systemd.changes == ["stop kubelet", "start kubelet"])
  }

  @Test func `a signal before the verdict is never a success`() async throws {
    let (runtime, systemd) = (try await SimulatorProcess(in: directory), try await kubelet())
    // The parent is sent signals after the command has exited and been waited for; the first one may still be treated
    // as meant for the command.
    let script = """
      kill -9 \(runtime.pid ?? 0)
      setsid sh -c 'while kill -0 $0; do sleep 0.05; done; while kill -TERM $1; do sleep 0.2; done' $$ $PPID </dev/null >/dev/null 2>&1 &
      """
    let run = try await guarding(runtime, systemd, ["--hold", "kubelet", "--warn-only", "-o", "json"], run: script)
    #expect(run.code == 3, "\(run)")
    #expect(run.errors.contains("SIGTERM before the verdict, so nothing was checked"))
    #expect(run.errors.contains("kubelet stays stopped because of --hold (exit code 3)"))
    #expect(try JSON.parse(run.output)["verdict"] == "failed")
    #expect(systemd.changes == ["stop kubelet"])
  }

  @Test func `a signal before the command changes nothing`() async throws {
    let (runtime, systemd) = (try await SimulatorProcess(in: directory), try await kubelet())
    try systemd.when("stop", "kill -TERM $PPID")
    let run = try await guarding(runtime, systemd, run: "touch '\(directory.file("touched"))'")
    #expect(run.code == 3)
    #expect(run.errors.contains("SIGTERM before the command was run; nothing was changed"), "\(run.errors)")
    #expect(systemd.changes == ["stop kubelet", "start kubelet"] && !TestFile.exists(directory.file("touched")))
  }

  @Test(arguments: [
    ["--wait", "soon"], ["--hold", ""], ["--hold", "-f"], ["--hold", "kube*"], ["--hold", "kubelet containerd"],
    ["--hold", "kubelet", "--hold", "kubelet"], ["--save", "/no/such/folder/s"], ["--save", "-"],
    ["--fail-on", "war"], ["--report", "json=/no/such/folder/r"],
  ])
  func `a usage error is detected before anything is stopped`(arguments: [String]) async throws {
    let (runtime, systemd) = (try await SimulatorProcess(in: directory), try await kubelet())
    let hold = arguments.contains("--hold") ? [] : ["--hold", "kubelet"]
    let run = try await guarding(runtime, systemd, hold + arguments, run: "touch '\(directory.file("touched"))'")
    #expect(run.code == 2, "\(run)")
    SnapshotCommandTests.expectOneLine(run, containing: "cri: ")
    #expect(systemd.changes.isEmpty && !TestFile.exists(directory.file("touched")))
  }
}
