import CRISnapshot
import CRISystem
import Foundation
import Glibc
import TestSupport
import Testing

/// Runs the files in `Tools/hooks` with a systemctl that only logs its calls.
@Suite(.timeLimit(.minutes(10))) struct HookTests {
  let directory: TemporaryDirectory
  static let hooks = Tool.source("Tools/hooks")

  init() throws { directory = try TemporaryDirectory() }

  /// Creates a runtime whose unit is restarted by a fake systemctl, with the given losses.
  func systemd(
    for runtime: SimulatorProcess, kubelet: String = "active", losing losses: String = ""
  ) async throws -> FakeSystemctl {
    let systemd = try await FakeSystemctl(in: directory, units: ["kubelet": kubelet, "containerd": "active"])
    try systemd.when(
      "restart",
      """
      kill "$(cat '\(directory.file("pid"))')"
      while [ -S '\(runtime.socket)' ]; do sleep 0.05; done
      \(([SimulatorProcess.program] + runtime.arguments).joined(separator: " ")) \(losses) </dev/null >/dev/null 2>&1 &
      echo $! >'\(directory.file("pid"))'
      """)
    try TestFile.write("\(runtime.pid ?? 0)", to: directory.file("pid"))
    return systemd
  }

  /// Runs a hook.
  func run(
    _ words: [String], _ systemd: FakeSystemctl, on socket: String, _ environment: [String: String] = [:]
  ) async throws -> Tool {
    let mine = [
      "PATH": systemd.path, "CONTAINER_RUNTIME_ENDPOINT": socket, "CRI": Tool.path("cri"), "HOME": directory.path,
      "CRI_BEFORE": directory.file("state/before.json"), "CRI_REPORT": directory.file("state/report.txt"),
      // A simulated runtime has no files on disk, so preflight cannot predict.
      "CRI_PREFLIGHT_CODES": "0 3",
    ]
    return try await Tool.run(words, environment: mine.merging(environment) { $1 })
  }

  /// Runs a hook and ends the runtime that it has started.
  func run(
    _ words: [String], _ systemd: FakeSystemctl, on runtime: SimulatorProcess, _ environment: [String: String] = [:]
  ) async throws -> Tool {
    let run = try await run(words, systemd, on: runtime.socket, environment)
    let pid = Int32(TestFile.read(directory.file("pid")).trimmingCharacters(in: .whitespacesAndNewlines))
    if let pid, pid != runtime.pid { kill(pid, SIGKILL) }
    // Keeps the first runtime alive until here.
    withExtendedLifetime(runtime) {}
    return run
  }

  // MARK: The administrator's own script

  /// Creates new binaries for `example`, and the directory of the old one.
  private func binaries() throws -> (new: String, environment: [String: String]) {
    for name in ["new", "bin"] { mkdir(directory.file(name), 0o755) }
    try TestFile.write("new", to: directory.file("new/containerd"))
    try TestFile.write("old", to: directory.file("bin/containerd"))
    return (directory.file("new"), ["PLACE": directory.file("bin")])
  }

  @Test func `the script starts kubelet if nothing is lost`() async throws {
    let runtime = try await SimulatorProcess(in: directory)
    let systemd = try await systemd(for: runtime)
    let (new, environment) = try binaries()
    let run = try await run(["\(Self.hooks)/shell/example", new], systemd, on: runtime, environment)
    #expect(run.code == 0, "\(run)")
    #expect(systemd.changes == ["stop kubelet", "restart containerd", "start kubelet"])
    #expect(TestFile.read(directory.file("bin/containerd")) == "new")
    #expect(TestFile.read(directory.file("bin/containerd.before")) == "old")
  }

  @Test func `the script leaves kubelet stopped after a loss, and says why`() async throws {
    let runtime = try await SimulatorProcess(in: directory)
    let systemd = try await systemd(for: runtime, losing: "--on-restart lose-ips")
    let (new, environment) = try binaries()
    let run = try await run(["\(Self.hooks)/shell/example", new], systemd, on: runtime, environment)
    #expect(run.code == 1, "\(run)")
    #expect(
      run.errors.contains("upgrade: these units stay stopped: kubelet\nupgrade: LOST"), "\(run.errors)")
    #expect(run.errors.contains("systemctl start kubelet") && systemd.state(of: "kubelet") == "inactive")
    #expect(systemd.changes == ["stop kubelet", "restart containerd"])
  }

  @Test func `the script stops before the change if the loss cannot be predicted`() async throws {
    let runtime = try await SimulatorProcess(in: directory)
    let systemd = try await systemd(for: runtime)
    var (new, environment) = try binaries()
    environment["CRI_PREFLIGHT_CODES"] = "0"
    let run = try await run(["\(Self.hooks)/shell/example", new], systemd, on: runtime, environment)
    #expect(run.code == 3, "\(run)")
    #expect(run.errors.contains("nothing was changed") && systemd.changes.isEmpty, "\(run.errors)")
    #expect(TestFile.read(directory.file("bin/containerd")) == "old")
  }

  /// The outcome of a script after its change, and the exit code.
  private static let endings = [("exit 7", Int32(7)), ("kill -TERM $$; sleep 5", 143), ("cri_verify", 4), ("true", 4)]

  @Test(arguments: endings)
  func `a script that ends after the change starts kubelet if nothing is lost`(ending: String, code: Int32) async throws
  {
    let runtime = try await SimulatorProcess(in: directory)
    let systemd = try await systemd(for: runtime)
    try TestFile.write(
      "set -eu\n. '\(Self.hooks)/shell/cri-upgrade.sh'\ncri_begin\ncri_hold kubelet\ncri_snapshot\ncri_change\n\(ending)\n",
      to: directory.file("script"))
    let run = try await run(["/bin/sh", directory.file("script")], systemd, on: runtime)
    #expect(run.code == code, "\(run)")
    #expect(
      run.errors.contains("; nothing is lost") && systemd.changes == ["stop kubelet", "start kubelet"], "\(run.errors)")
  }

  @Test(arguments: [("exit 7", Int32(7)), ("kill -HUP $$; sleep 5", 129), ("cri_verify", 1), ("true", 1)])
  func `a script that ends after a loss leaves kubelet stopped`(ending: String, code: Int32) async throws {
    let runtime = try await SimulatorProcess(in: directory)
    let systemd = try await systemd(for: runtime, losing: "--on-restart lose-ips")
    try TestFile.write(
      "set -eu\n. '\(Self.hooks)/shell/cri-upgrade.sh'\ncri_begin\ncri_hold kubelet\ncri_snapshot\ncri_restart containerd\n\(ending)\n",
      to: directory.file("script"))
    let run = try await run(["/bin/sh", directory.file("script")], systemd, on: runtime)
    #expect(run.code == code, "\(run)")
    #expect(
      run.errors.contains("these units stay stopped: kubelet")
        && systemd.changes == ["stop kubelet", "restart containerd"], "\(run.errors)")
  }

  @Test func `an unknown unit ends the script`() async throws {
    let runtime = try await SimulatorProcess(in: directory)
    let systemd = try await systemd(for: runtime)
    try TestFile.write(
      "set -eu\n. '\(Self.hooks)/shell/cri-upgrade.sh'\ncri_begin\ncri_hold kubelet kubelt\n",
      to: directory.file("script")
    )
    let run = try await run(["/bin/sh", directory.file("script")], systemd, on: runtime)
    #expect(run.code == 2 && run.errors.contains("there is no unit kubelt"), "\(run)")
    #expect(systemd.changes == ["stop kubelet", "start kubelet"])
  }

  @Test func `a script does not stop kubelet if the runtime cannot be examined`() async throws {
    let runtime = try await SimulatorProcess(in: directory)
    let systemd = try await systemd(for: runtime)
    try TestFile.write(
      ". '\(Self.hooks)/shell/cri-upgrade.sh'\ncri_begin\ncri_hold kubelet\ncri_snapshot\n",
      to: directory.file("script"))
    let run = try await run(["/bin/sh", directory.file("script")], systemd, on: directory.file("no.sock"))
    #expect(run.code == 3 && systemd.changes == [], "\(run)")
    #expect(run.errors.contains("without a snapshot, nothing can be verified; nothing was changed"), "\(run.errors)")
  }

  @Test(arguments: ["cri_restart containerd 2>&1 | cat", "(cri_hold kubelet)", "x=$(cri_snapshot)", "cri_begin | cat"])
  func `a step in a subshell ends the script before it does anything`(step: String) async throws {
    let runtime = try await SimulatorProcess(in: directory)
    let systemd = try await systemd(for: runtime, losing: "--on-restart lose-ips")
    let steps = step.hasPrefix("cri_begin") ? "\(step)\ncri_hold kubelet" : "cri_begin\n\(step)\n"
    try TestFile.write(
      ". '\(Self.hooks)/shell/cri-upgrade.sh'\n\(steps)\ntouch '\(directory.file("after"))'\n",
      to: directory.file("script"))
    let run = try await run(["/bin/sh", directory.file("script")], systemd, on: runtime)
    #expect(run.code == 143 && (run.output + run.errors).contains("was called in a pipeline or a subshell"), "\(run)")
    #expect(systemd.changes.isEmpty && !TestFile.exists(directory.file("after")))
  }

  @Test func `the script works with other field separators and without globbing`() async throws {
    let runtime = try await SimulatorProcess(in: directory)
    let systemd = try await systemd(for: runtime)
    try systemd.set("npd", "active")
    try TestFile.write(
      "set -euf -o pipefail\nIFS=$'\\n\\t'\n. '\(Self.hooks)/shell/cri-upgrade.sh'\ncri_begin\ncri_hold kubelet npd\n"
        + "cri_snapshot\ncri_restart containerd\ncri_verify --ignore image.missing\n", to: directory.file("script"))
    let run = try await run(["/bin/bash", directory.file("script")], systemd, on: runtime)
    #expect(run.code == 0, "\(run)")
    #expect(
      systemd.changes == [
        "stop kubelet", "stop npd", "restart containerd", "start npd", "start kubelet",
      ])
  }

  @Test(arguments: ["--warn-only", "--help", "--version", "--warn-only=true", "-warn-only", "-h=1", "--version=1"])
  func `the script refuses an option that would start kubelet after a loss`(_ option: String) async throws {
    let runtime = try await SimulatorProcess(in: directory)
    let systemd = try await systemd(for: runtime, losing: "--on-restart lose-ips")
    try TestFile.write(
      ". '\(Self.hooks)/shell/cri-upgrade.sh'\ncri_begin\ncri_hold kubelet\ncri_snapshot\ncri_restart containerd\n"
        + "IFS=:\ncri_verify --ignore image.missing \(option)\n", to: directory.file("script"))
    let run = try await run(["/bin/sh", directory.file("script")], systemd, on: runtime)
    #expect(run.code == 2 && run.errors.contains(option) && run.errors.contains("omit it"), "\(run)")
    #expect(systemd.changes == ["stop kubelet", "restart containerd"])
  }

  @Test func `the script does not run at the same time as another one, or as guard`() async throws {
    try await needs("flock")
    let runtime = try await SimulatorProcess(in: directory)
    let systemd = try await systemd(for: runtime)
    mkdir(directory.file("state"), 0o700)
    try TestFile.write(
      ". '\(Self.hooks)/shell/cri-upgrade.sh'\ncri_begin\ncri_hold kubelet\n", to: directory.file("script"))
    let lock = directory.file("state/guard.lock")
    let run = try await run(
      ["/usr/bin/env", "flock", "-o", lock, "/bin/sh", directory.file("script")], systemd, on: runtime)
    #expect(run.code == 2 && run.errors.contains("another upgrade script or cri guard is running"), "\(run)")
    #expect(systemd.changes.isEmpty)
    let later = try await self.run(["/bin/sh", directory.file("script")], systemd, on: runtime)
    #expect(later.code == 0 && systemd.changes == ["stop kubelet", "start kubelet"], "\(later)")
  }

  @Test func `the script works with a real containerd`() async throws {
    try await ContainerdNode.with { node in
      let systemd = try await FakeSystemctl(in: directory, units: ["kubelet": "active"])
      try systemd.when("restart", "'\(ContainerdNode.script)' restart --no-wait '\(node.directory)'")
      let (new, environment) = try binaries()
      let good = try await run(
        ["\(Self.hooks)/shell/example", new], systemd, on: node.socket, environment)
      #expect(good.code == 0 && good.errors.contains("intact: 3 ready pods"), "\(good)")
      #expect(systemd.changes == ["stop kubelet", "restart containerd", "start kubelet"])
      #expect(try await node.cri("snapshot", "-o", directory.file("now")).code == 0)
      let now = try Snapshot(parsing: File.read(directory.file("now")))
      let pause = try #require(now.sandboxes.first { $0.pod.name == "coredns-7c6" }?.facts.pid)
      try systemd.when("restart", "kill -9 \(pause); '\(ContainerdNode.script)' restart --no-wait '\(node.directory)'")
      let bad = try await run(
        ["\(Self.hooks)/shell/example", new], systemd, on: node.socket, environment)
      #expect(bad.code == 1 && bad.errors.contains("these units stay stopped: kubelet"), "\(bad)")
      #expect(systemd.state(of: "kubelet") == "inactive")
    }
  }

  // MARK: systemd

  /// The hook's directories and settings, none of which belong to the machine itself.
  var hookDirectories: [String: String] {
    [
      "CRI_HOOK_DIR": directory.file("run"), "CRI_HOOK_STATUS_DIR": directory.file("status"),
      "CRI_HOOK_CONF": directory.file("hook.conf"),
    ]
  }

  /// Returns the commands from the drop-ins that systemd runs when a unit is restarted.
  func hook(
    _ verb: String, _ systemd: FakeSystemctl, _ runtime: SimulatorProcess, _ more: [String: String] = [:]
  ) async throws -> Tool {
    try await run(
      ["\(Self.hooks)/systemd/cri-hook", verb, "containerd", runtime.socket], systemd, on: runtime,
      hookDirectories.merging(more) { $1 })
  }

  private func restart(
    _ runtime: SimulatorProcess, _ systemd: FakeSystemctl, _ losses: [String] = [], _ more: [String: String] = [:]
  ) async throws {
    let stop = try await hook("snapshot", systemd, runtime, more)
    #expect(stop.code == 0, "\(stop)")
    try await runtime.restart(losses)
    let start = try await hook("verify", systemd, runtime, more)
    #expect(start.code == 0, "\(start)")
  }

  private var verdict: String {
    String(TestFile.read(directory.file("run/containerd/verdict")).prefix { $0 != "\n" })
  }

  @Test func `kubelet starts after an intact restart, and the snapshot is removed`() async throws {
    let runtime = try await SimulatorProcess(in: directory)
    let systemd = try await FakeSystemctl(in: directory, units: [:])
    try await restart(runtime, systemd)
    #expect(verdict == "0" && !TestFile.exists(directory.file("run/containerd/before.json")))
    let gate = try await hook("gate", systemd, runtime)
    #expect(gate.code == 0 && gate.errors.isEmpty, "\(gate)")
  }

  @Test func `kubelet does not start after a loss, whatever restarts follow, until it is accepted`() async throws {
    let runtime = try await SimulatorProcess(in: directory)
    let systemd = try await FakeSystemctl(in: directory, units: [:])
    try await restart(runtime, systemd, ["--on-restart", "lose-ips"])
    for _ in 1...2 {
      #expect(verdict == "1")
      let gate = try await hook("gate", systemd, runtime)
      #expect(gate.code == 1 && gate.errors.contains("kubelet is not started (verdict 1): LOST"), "\(gate)")
      #expect(gate.errors.contains("accept containerd"))
      try await restart(runtime, systemd)
    }
    #expect(try await hook("accept", systemd, runtime).code == 0)
    #expect(try await hook("gate", systemd, runtime).code == 0)
    #expect(try await hook("status", systemd, runtime).output.contains("it was: LOST"))
  }

  @Test func `a program that is not cri proves nothing`() async throws {
    let runtime = try await SimulatorProcess(in: directory)
    let systemd = try await FakeSystemctl(in: directory, units: [:])
    let empty = directory.file("empty")
    _ = try await Tool.shell(": >'\(empty)'; chmod +x '\(empty)'")
    _ = try await hook("snapshot", systemd, runtime)
    try await runtime.restart(["--on-restart", "lose-ips"])
    _ = try await hook("verify", systemd, runtime, ["CRI": empty])
    #expect(verdict == "3" && TestFile.exists(directory.file("run/containerd/before.json")))
    #expect(try await hook("gate", systemd, runtime, ["CRI": empty]).code == 1)
    _ = try await Tool.shell("rm -r '\(directory.file("run/containerd"))'")
    _ = try await hook("snapshot", systemd, runtime, ["CRI": empty])
    _ = try await hook("verify", systemd, runtime, ["CRI": empty])
    #expect(verdict == "3")
    try TestFile.write(
      ". '\(Self.hooks)/shell/cri-upgrade.sh'\ncri_begin\ncri_preflight\n", to: directory.file("script"))
    let script = try await run(
      ["/bin/sh", directory.file("script")], systemd, on: runtime, ["CRI": empty, "CRI_PREFLIGHT_CODES": "0"])
    #expect(script.code == 3, "\(script)")
  }

  @Test(arguments: ["--help", "--version", "--warn-only", "--warn-only=true", "-warn-only", "-h=1", "--version=1"])
  func `a setting with which nothing is verified is refused`(_ option: String) async throws {
    let runtime = try await SimulatorProcess(in: directory)
    let systemd = try await FakeSystemctl(in: directory, units: [:])
    _ = try await hook("snapshot", systemd, runtime)
    try await runtime.restart(["--on-restart", "lose-ips"])
    #expect(try await hook("verify", systemd, runtime, ["CRI_VERIFY": option]).code == 2 && verdict == "3")
  }

  @Test func `a loss that was repaired while kubelet runs is verified again on request`() async throws {
    let runtime = try await SimulatorProcess(in: directory)
    let systemd = try await FakeSystemctl(in: directory, units: [:])
    try await restart(runtime, systemd)
    try TestFile.write("1\nLOST: state of 1 object\n", to: directory.file("run/containerd/verdict"))
    #expect(try await hook("recheck", systemd, runtime).code == 0 && verdict == "none")
    try await restart(runtime, systemd, ["--on-restart", "lose-ips"])
    #expect(try await hook("recheck", systemd, runtime).code == 0 && verdict == "1")
  }

  @Test func `accept says that it has no effect on a runtime in another unit`() async throws {
    let runtime = try await SimulatorProcess(in: directory)
    let systemd = try await FakeSystemctl(in: directory, units: ["containerd": "active"])
    try await restart(runtime, systemd, ["--on-restart", "lose-ips"])
    try systemd.show("MainPID=0", of: "containerd.service")
    let accept = try await hook("accept", systemd, runtime)
    #expect(accept.code == 1 && accept.errors.contains("set CRI_HOOK_UNIT") && verdict == "1", "\(accept)")
  }

  @Test func `kubelet starts without a snapshot, with a notice`() async throws {
    let runtime = try await SimulatorProcess(in: directory)
    let systemd = try await FakeSystemctl(in: directory, units: [:])
    let first = try await hook("gate", systemd, runtime)
    #expect(
      first.code == 0
        && first.errors.contains(
          "kubelet is allowed to start: kubelet's start would kill no pod that is alive, as far as that is known:"),
      "\(first)")
    _ = try await hook("verify", systemd, runtime)
    #expect(try await hook("status", systemd, runtime).output.contains("this is the first start of containerd"))
    // The daemon is killed, so systemd does not run ExecStop=.
    try await runtime.restart([])
    _ = try await hook("verify", systemd, runtime)
    #expect(verdict == "none")
    let gate = try await hook("gate", systemd, runtime)
    #expect(gate.code == 0 && gate.errors.contains("has ended without its ExecStop="), "\(gate)")
  }

  @Test func `a crash that loses addresses keeps kubelet from starting, although there is no snapshot`() async throws {
    let runtime = try await SimulatorProcess(in: directory)
    let systemd = try await FakeSystemctl(in: directory, units: [:])
    _ = try await hook("verify", systemd, runtime)
    try await runtime.restart(["--on-restart", "lose-ips"])
    _ = try await hook("verify", systemd, runtime)
    #expect(verdict == "1")
    let gate = try await hook("gate", systemd, runtime)
    #expect(gate.code == 1 && gate.errors.contains("LOST: kubelet would kill pods that are alive"), "\(gate)")
    #expect(try await hook("status", systemd, runtime).code == 1)
  }

  @Test func `a crash after which the state of containers is unknown keeps kubelet from starting`() async throws {
    let runtime = try await SimulatorProcess(in: directory)
    let systemd = try await FakeSystemctl(in: directory, units: [:])
    _ = try await hook("verify", systemd, runtime)
    try await runtime.restart(["--on-restart", "unknown-containers"])
    _ = try await hook("verify", systemd, runtime)
    #expect(verdict == "3")
    let gate = try await hook("gate", systemd, runtime)
    #expect(gate.code == 1, "\(gate)")
    #expect(
      TestFile.read(directory.file("run/containerd/verdict"))
        .contains("the runtime does not know whether these containers run: "))
  }

  @Test func `a pod that is newer than the kept snapshot is judged too`() async throws {
    let pods = "pods: [{name: web, uid: web}, {name: db, uid: db, containers: [{name: main, image: busybox}]}]"
    try TestFile.write(pods, to: directory.file("pods.yaml"))
    let runtime = try await SimulatorProcess(in: directory, ["--description", directory.file("pods.yaml")])
    let systemd = try await FakeSystemctl(in: directory, units: [:])
    // The pods have no network namespaces.
    let options = ["CRI_VERIFY": "--ignore pod.network-gone"]
    try await restart(runtime, systemd, ["--on-restart", "lose-ips=web"], options)
    #expect(verdict == "1")
    // kubelet replaces the pod, as the report advises, and creates another one.
    func cri(_ words: String...) async throws -> String {
      let run = try await Tool.run([Tool.path("cri"), "-r", runtime.socket] + words)
      #expect(run.code == 0, "\(run)")
      return run.output.trimmingCharacters(in: .newlines)
    }
    _ = try await cri("rmp", "-f", cri("pods", "-q", "--no-trunc", "--name", "web"))
    for (name, attempt) in [("web", 1), ("cache", 0)] {
      let metadata = #""name": "\#(name)", "namespace": "default", "uid": "\#(name)", "attempt": \#(attempt)"#
      try TestFile.write("{\"metadata\": {\(metadata)}}", to: directory.file("pod.json"))
      _ = try await cri("runp", directory.file("pod.json"))
    }
    try await restart(runtime, systemd, ["--on-restart", "lose-ips=cache"], options)
    let gate = try await hook("gate", systemd, runtime, options)
    #expect(gate.code == 1 && gate.errors.contains("LOST: "), "\(gate)")
    let report = TestFile.read(directory.file("run/containerd/verdict"))
    #expect(report.contains("default/cache") && report.contains("pod.no-ip"), "\(report)")
  }

  @Test func `a mistake in the options keeps the snapshot, and leaves kubelet stopped`() async throws {
    let runtime = try await SimulatorProcess(in: directory)
    let systemd = try await FakeSystemctl(in: directory, units: [:])
    try await restart(runtime, systemd, ["--on-restart", "lose-ips"], ["CRI_VERIFY": "--ignore pod.ipp"])
    #expect(verdict == "3")
    #expect(TestFile.exists(directory.file("run/containerd/before.json")))
    // After the correction, the gate compares again.
    let gate = try await hook("gate", systemd, runtime)
    #expect(gate.code == 1 && gate.errors.contains("kubelet is not started (verdict 1): LOST"), "\(gate)")
  }

  @Test func `kubelet starts if nothing was restarted`() async throws {
    let runtime = try await SimulatorProcess(in: directory)
    let systemd = try await FakeSystemctl(in: directory, units: [:])
    _ = try await hook("snapshot", systemd, runtime)
    _ = try await hook("verify", systemd, runtime)
    #expect(verdict == "4")
    #expect(try await hook("gate", systemd, runtime).code == 0)
  }

  @Test func `kubelet waits for a runtime that has not started yet, but not for one of another boot`() async throws {
    let runtime = try await SimulatorProcess(in: directory)
    let systemd = try await FakeSystemctl(in: directory, units: [:])
    _ = try await hook("snapshot", systemd, runtime)
    await runtime.end()
    let gate = try await hook("gate", systemd, runtime, ["CRI_HOOK_GATE_WAIT": "1"])
    #expect(
      gate.code == 1 && gate.errors.contains("containerd is stopped, or is being stopped or restarted"), "\(gate)")
    try TestFile.write("another\n", to: directory.file("run/containerd/boot"))
    let booted = try await hook("gate", systemd, runtime)
    #expect(booted.code == 0 && booted.errors.contains("the node was rebooted"), "\(booted)")
  }

  /// What systemd shows as the commands before the start of kubelet, the exit code of `status`, and the state.
  private static let gates: [(shown: String, code: Int32, state: String)] = [
    ("cri-hook gate containerd ; ignore_errors=no ;", 0, "installed"), ("", 5, "missing"),
    ("cri-hook gate crio ; ignore_errors=no ;", 5, "missing"),
    ("cri-hook gate containerd2 ; ignore_errors=no ;", 5, "missing"),
    ("cri-hook gate containerd /run/c.sock ; ignore_errors=no ;", 0, "installed"),
    ("cri-hook gate containerd ; ignore_errors=yes ;", 5, "ignored"),
  ]

  @Test(arguments: gates)
  func `status reports a kubelet that does not run the gate`(shown: String, code: Int32, state: String) async throws {
    let runtime = try await SimulatorProcess(in: directory)
    let systemd = try await FakeSystemctl(in: directory, units: ["kubelet.service": "active"])
    let line = "ExecStartPre={ path=/x/cri-hook ; argv[]=/x/\(shown) start_time=[n/a] ; status=0/0 }"
    if !shown.isEmpty { try systemd.show(line, of: "kubelet.service") }
    let steps = [("ExecStop", "snapshot"), ("ExecStartPost", "verify")].map {
      "\($0)={ path=/x/cri-hook ; argv[]=/x/cri-hook \($1) containerd ; ignore_errors=yes ; status=0/0 }"
    }
    try systemd.show(steps.joined(separator: "\n"), of: "containerd.service")
    let first = try await hook("status", systemd, runtime)
    #expect(first.code == (code == 0 ? 4 : code), "\(first)")
    try await restart(runtime, systemd)
    let status = try await hook("status", systemd, runtime)
    #expect(status.code == code && status.output.contains("kubelet is not guarded") == (code != 0), "\(status)")
    #expect(TestFile.read(directory.file("status/containerd.status")).contains("gate=\(state)\n"))
    let metric = "cri_hook_gate_installed{runtime=\"containerd\"} \(code == 0 ? 1 : 0)\n"
    #expect(TestFile.read(directory.file("status/containerd.prom")).contains(metric))
    // A loss is more urgent.
    try await restart(runtime, systemd, ["--on-restart", "lose-ips"])
    #expect(try await hook("status", systemd, runtime).code == 1)
  }

  @Test func `a restart warns of a kubelet that does not run the gate`() async throws {
    let runtime = try await SimulatorProcess(in: directory)
    let systemd = try await FakeSystemctl(in: directory, units: ["kubelet.service": "active"])
    for verb in ["snapshot", "verify"] {
      let run = try await hook(verb, systemd, runtime)
      #expect(run.errors.contains("cri-hook: kubelet is not guarded: kubelet.service does not run"), "\(run)")
    }
  }

  // MARK: kured

  @Test func `the snapshot before a reboot is complete, or an earlier one is removed`() async throws {
    let runtime = try await SimulatorProcess(in: directory)
    let systemd = try await FakeSystemctl(in: directory, units: [:])
    let reboot = ["CRI_REBOOT": "touch \(directory.file("rebooted"))", "CRI_FALLBACK": directory.file("fallback")]
    let mark = directory.file("state/before-reboot.unproven")
    let words = ["\(Self.hooks)/kured/cri-reboot"]
    #expect(try await run(words, systemd, on: runtime, reboot).code == 0)
    #expect(TestFile.exists(directory.file("state/before.json")) && TestFile.exists(directory.file("rebooted")))
    // A snapshot from before a reboot that was not verified as intact is not replaced.
    let first = TestFile.read(directory.file("state/before.json"))
    try TestFile.write("not verified yet\n", to: mark)
    let second = try await run(words, systemd, on: runtime, reboot)
    #expect(second.code == 0 && second.errors.contains("is kept, because the reboot after it"), "\(second)")
    #expect(TestFile.read(directory.file("state/before.json")) == first && TestFile.exists(mark))
    unlink(mark)
    unlink(directory.file("rebooted"))
    let silent = try await run(words, systemd, on: directory.file("no.sock"), reboot)
    #expect(silent.code == 0 && silent.errors.contains("this reboot will not be verified"), "\(silent)")
    #expect(
      !TestFile.exists(directory.file("state/before.json")) && TestFile.exists(directory.file("rebooted")))
    #expect(TestFile.exists(mark), "the reboot must count as not verified")
  }

  /// The options of cri, and what it does in place of a verification.
  @Test(arguments: [
    ("exit 127", Int32(127)), ("kill -KILL $$", 137),
    (#"echo '{"reasonCode": "other-node"}' >"$(echo "$*" | sed 's/.*json=\([^ ]*\).*/\1/')"; exit 4"#, 3),
  ])
  func `a reboot that could not be verified is published as failed, and remains to be proved`(
    script: String, code: Int32
  ) async throws {
    let systemd = try await FakeSystemctl(in: directory, units: [:])
    mkdir(directory.file("state"), 0o700)
    let (mark, metrics) = (directory.file("state/before-reboot.unproven"), directory.file("reboot.prom"))
    try TestFile.write("{}", to: directory.file("state/before.json"))
    try TestFile.write("#!/bin/sh\n\(script)\n", to: directory.file("cri"))
    chmod(directory.file("cri"), 0o755)
    let run = try await run(
      ["\(Self.hooks)/kured/cri-reboot", "verify"], systemd, on: "/nonexistent",
      ["CRI": directory.file("cri"), "CRI_METRICS": metrics, "CRI_FALLBACK": directory.path])
    #expect(run.code == code, "\(run)")
    #expect(TestFile.read(metrics).contains("verdict=\"failed\"} 1\n"))
    #expect(TestFile.exists(mark) && TestFile.exists(directory.file("state/before.json")))
  }

  @Test func `accept ends the alert of a reboot, even if the directory of the snapshot cannot be used`() async throws {
    let systemd = try await FakeSystemctl(in: directory, units: [:])
    mkdir(directory.file("fallback"), 0o700)
    mkdir(directory.file("state"), 0o700)
    chmod(directory.file("state"), 0o777)
    let mark = directory.file("fallback/before-reboot.unproven")
    let metrics = directory.file("reboot.prom")
    let snapshot = directory.file("state/before.json")
    for file in [mark, metrics, snapshot] { try TestFile.write("", to: file) }
    let settings = ["CRI_FALLBACK": directory.file("fallback"), "CRI_METRICS": metrics]
    let words = ["\(Self.hooks)/kured/cri-reboot", "accept"]
    let run = try await run(words, systemd, on: "/nonexistent", settings)
    #expect(run.code == 2 && run.errors.contains("can be changed by other users; the alert has ended"), "\(run)")
    #expect(!TestFile.exists(mark) && !TestFile.exists(metrics) && TestFile.exists(snapshot))
    chmod(directory.file("state"), 0o700)
    #expect(try await self.run(words, systemd, on: "/nonexistent", settings).code == 0)
    #expect(!TestFile.exists(snapshot))
  }

  // MARK: The files themselves

  /// Cancels a test if a program is missing. Tools/test installs the programs, and does not allow this in CI.
  func needs(_ program: String) async throws {
    if try await Tool.shell("command -v \(program)").code != 0 { try Test.cancel("\(program) is not installed") }
  }

  @Test func `the scripts pass the linters`() async throws {
    let list =
      "find '\(Self.hooks)' -type f -exec sh -c 'head -n 3 \"$1\" | grep -qE \"^#!/bin/sh|shell=sh\"' - {} \\; -print"
    let scripts = try await Tool.shell(list).output.split(separator: "\n")
    #expect(scripts.count == 19)
    for script in scripts { #expect(try await Tool.shell("sh -n '\(script)'").code == 0) }
    try await needs("shellcheck")
    let run = try await Tool.shell("cd '\(Tool.source(""))' && shellcheck -x \(scripts.joined(separator: " "))")
    #expect(run.code == 0, "\(run)")
  }

  @Test func `systemd accepts the units`() async throws {
    try await needs("systemd-analyze")
    // systemd requires the plain units that the drop-ins extend, with programs that exist.
    let script = """
      cd '\(directory.path)' && mkdir units && cp -r '\(Self.hooks)'/systemd/*.d '\(Self.hooks)'/systemd/*.service '\(Self.hooks)'/kured/*.service units/ &&
      sed -i 's,/usr/local/lib/cri/cri-hook,\(Self.hooks)/systemd/cri-hook,; s,/usr/local/sbin/cri-reboot,\(Self.hooks)/kured/cri-reboot,; s,/usr/local/bin/cri,/bin/true,' \
        units/*/* units/*.service &&
      for unit in containerd crio kubelet; do printf '[Service]\\nExecStart=/bin/true\\n' >units/$unit.service; done &&
      systemd-analyze verify --man=no units/*.service
      """
    let run = try await Tool.shell(script)
    #expect(run.code == 0 && run.errors.isEmpty, "\(run)")
    let wrong = try await Tool.shell(
      "cd '\(directory.path)' && echo Nonsense >>units/kubelet.service.d/50-cri.conf && systemd-analyze verify --man=no units/kubelet.service"
    )
    #expect(!wrong.errors.isEmpty, "the drop-in was not read")
  }

  @Test func `Ansible accepts the role, and the plan is a document`() async throws {
    try await needs("ansible-playbook")
    let run = try await Tool.shell(
      "cd '\(Self.hooks)/ansible' && LC_ALL=C.UTF-8 HOME='\(directory.path)' ansible-playbook -i localhost, --syntax-check playbook.yml"
    )
    #expect(run.code == 0, "\(run)")
    let yaml = try await Tool.shell(
      "cd '\(Self.hooks)' && python3 -c 'import sys, yaml; [list(yaml.safe_load_all(open(name))) for name in sys.argv[1:]]' */*.yaml"
    )
    #expect(yaml.code == 0, "\(yaml)")
  }
}
