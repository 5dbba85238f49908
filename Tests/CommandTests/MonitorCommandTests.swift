import CRIJSON
import CRIMonitor
import CRISystem
import Glibc
import TestSupport
import Testing

@testable import CRICommands
@testable import CRIStreaming

/// Runs `cri monitor` beside a simulated runtime that is killed and started again.
@Suite(.timeLimit(.minutes(10))) struct MonitorCommandTests {
  private let directory: TemporaryDirectory

  init() throws { directory = try TemporaryDirectory() }

  /// Runs a monitor while the runtime is killed and started again.
  private func restart(
    losing loss: String? = nil, ofOnePod isOfOne: Bool = false, _ arguments: [String] = [], path: String? = nil,
    meanwhile: (MonitorProcess) async throws -> Void = { _ in }
  ) async throws -> MonitorProcess {
    let runtime = try await SimulatorProcess(in: directory)
    let monitor = try MonitorProcess(in: directory, on: runtime.socket, arguments, path: path)
    try #require(await monitor.waitForState(of: runtime.pid), "\(monitor.lines())")
    let names = try await Tool.cri(
      ["pods", "-o", "jsonpath={.items[0].metadata.namespace}/{.items[0].metadata.name}"], on: runtime.socket)
    let name = names.output.split(separator: "\n").first ?? ""
    await runtime.end(SIGKILL)
    try await meanwhile(monitor)
    try await runtime.start(loss.map { ["--on-restart", isOfOne ? "\($0)=\(name)" : $0] } ?? [])
    try #require(await monitor.waitForLine("was restarted"), "\(monitor.lines())")
    try #require(await monitor.waitForState(of: runtime.pid), "\(monitor.lines())")
    #expect(await monitor.end() == 0)
    await runtime.end()
    return monitor
  }

  @Test func `a restart after a crash is noticed and verified`() async throws {
    let monitor = try await restart { monitor in
      #expect(await monitor.waitForLine("has ended"))
    }
    #expect(monitor.report["verdict"] == "intact", "\(monitor.reportText)")
    #expect(monitor.reportText.contains("the compared state was read "), "\(monitor.reportText)")
    #expect(monitor.lines().contains { $0.contains("was restarted, the cause is unknown: ") }, "\(monitor.lines())")
    let history = try await Tool.cri(["history"], environment: ["STATE_DIRECTORY": monitor.state])
    #expect(history.code == 0 && history.output.split(separator: "\n").count == 2, "\(history)")
    #expect(history.output.contains("intact") && history.output.contains("the cause is unknown"), "\(history)")
  }

  @Test func `a loss is reported, its evidence is kept, and the program is run without a shell`() async throws {
    let program = directory.file("on loss; true")
    try TestFile.write("#!/bin/sh\ncat >'\(directory.file("received"))'\n", to: program)
    chmod(program, 0o755)
    let metrics = directory.file("cri.prom")
    let monitor = try await restart(
      losing: "lose-ips", ["--on-loss", program, "--report", "prometheus=\(metrics)"])
    #expect(monitor.report["verdict"] == "lost", "\(monitor.reportText)")
    #expect(TestFile.read(metrics).contains("cri_verify_verdict{report=\"cri\",verdict=\"lost\"} 1"))
    let received = await eventually(within: .seconds(10)) {
      (try? JSON.parse(TestFile.read(directory.file("received"))))?["verdict"] == "lost"
    }
    #expect(received)
    let names = try Directory.names(at: monitor.state)
    #expect(names.count { $0.hasPrefix("monitor-before-") } == 1, "\(names)")
    for name in names where name.hasSuffix(".json") && !name.contains("report") {
      #expect(try File.status(of: "\(monitor.state)/\(name)").permissionText == "0600", "\(name)")
    }
  }

  @Test func `a restart while no monitor is running is verified later`() async throws {
    let runtime = try await SimulatorProcess(in: directory)
    var monitor = try MonitorProcess(in: directory, on: runtime.socket)
    try #require(await monitor.waitForState(of: runtime.pid), "\(monitor.lines())")
    #expect(await monitor.end() == 0)
    try await runtime.restart(["--on-restart", "lose-ips"], signal: SIGKILL)
    monitor = try MonitorProcess(in: directory, on: runtime.socket)
    #expect(await monitor.waitForLine("was restarted"), "\(monitor.lines())")
    #expect(await monitor.waitForState(of: runtime.pid))
    #expect(monitor.report["verdict"] == "lost", "\(monitor.reportText)")
    #expect(monitor.reportText.contains("no monitor was running when the runtime ended"), "\(monitor.reportText)")
    #expect(await monitor.end() == 0)
  }

  @Test func `pods that appear and disappear before the end are not lost`() async throws {
    let runtime = try await SimulatorProcess(in: directory)
    let monitor = try MonitorProcess(in: directory, on: runtime.socket)
    try #require(await monitor.waitForState(of: runtime.pid), "\(monitor.lines())")
    let pods = try await Tool.cri(["pods", "-q", "--no-trunc"], on: runtime.socket)
    let first = pods.output.split(separator: "\n").first.map(String.init) ?? ""
    let removal = try await Tool.cri(["rmp", "-f", first], on: runtime.socket)
    #expect(removal.code == 0, "\(removal)")
    let isGone = await eventually(within: .seconds(60)) {
      !TestFile.read("\(monitor.state)/monitor-state.json").contains(first)
    }
    #expect(isGone)
    try await runtime.restart(signal: SIGKILL)
    #expect(await monitor.waitForLine("was restarted"), "\(monitor.lines())")
    #expect(await monitor.waitForState(of: runtime.pid))
    #expect(monitor.report["verdict"] == "intact", "\(monitor.reportText)")
    #expect(await monitor.end() == 0)
  }

  @Test func `a new pod that is lost before its details were read leaves the verdict open`() async throws {
    let runtime = try await SimulatorProcess(
      in: directory, ["--pods", "3", "--containers", "5", "--delay", "PodSandboxStatus=5s"])
    let monitor = try MonitorProcess(in: directory, on: runtime.socket)
    try #require(await monitor.waitForState(of: runtime.pid), "\(monitor.lines())")
    try TestFile.write("metadata: {name: new, namespace: default, uid: new}\n", to: directory.file("new.yaml"))
    let creation = try await Tool.cri(["runp", directory.file("new.yaml")], on: runtime.socket)
    #expect(creation.code == 0, "\(creation)")
    await pause(.seconds(1))
    try await runtime.restart(["--on-restart", "lose-pods=default/new"], signal: SIGKILL)
    #expect(await monitor.waitForLine("was restarted"), "\(monitor.lines())")
    let isOpen = await eventually(within: .seconds(60)) { monitor.report["verdict"] == "unverified" }
    #expect(isOpen, "\(monitor.reportText)")
    #expect(monitor.reportText.contains("1 object that the runtime had announced"), "\(monitor.reportText)")
    #expect(await monitor.end() == 0)
    await runtime.end()
  }

  @Test func `a monitor waits for a runtime, and only one can run`() async throws {
    let socket = directory.file("sim.sock")
    let monitor = try MonitorProcess(in: directory, on: socket)
    let isLocked = await eventually(within: .seconds(30)) { TestFile.exists("\(monitor.state)/monitor.lock") }
    #expect(isLocked)
    let second = try await Tool.cri(["monitor"], on: socket, environment: ["STATE_DIRECTORY": monitor.state])
    #expect(second.code == 2 && second.errors.contains("another monitor is running"), "\(second)")
    let runtime = try await SimulatorProcess(in: directory)
    #expect(await monitor.waitForState(of: runtime.pid), "\(monitor.lines())")
    #expect(await monitor.end() == 0)
  }

  @Test(
    arguments: [
      (["--on-loss", "relative"], "--on-loss relative: specify the absolute path"),
      (["--hook", "/nonexistent"], "--hook /nonexistent: specify the absolute path"),
      (["--hook-name", "x"], "--hook-name is only used with --hook"),
      (["--max-calls", "1"], "specify at least 60"),
      (["--report", "x"], "specify FORMAT=FILE"),
    ])
  func `errors in the options are usage errors`(arguments: [String], message: String) async throws {
    let run = try await Tool.cri(["monitor"] + arguments, on: directory.file("sim.sock"))
    #expect(run.code == 2 && run.errors.contains(message), "\(run)")
  }

  @Test func `a state directory that other users can write to is refused`() async throws {
    let state = directory.file("state")
    try #require(mkdir(state, 0o700) == 0 && chmod(state, 0o777) == 0)
    let run = try await Tool.cri(
      ["monitor"], on: directory.file("sim.sock"), environment: ["STATE_DIRECTORY": state])
    #expect(run.code == 2 && run.errors.contains("can be changed by other users"), "\(run)")
    #expect(try Directory.names(at: state).isEmpty)
  }

  @Test func `a disk without space costs the history and the files, and never the verdict`() async throws {
    let runtime = try await SimulatorProcess(in: directory)
    let monitor = try MonitorProcess(in: directory, on: runtime.socket)
    try #require(await monitor.waitForState(of: runtime.pid), "\(monitor.lines())")
    // Nothing can be created any more: the directory is a file now.
    try #require(rename(monitor.state, monitor.state + ".old") == 0)
    try TestFile.write("", to: monitor.state)
    try await runtime.restart(["--on-restart", "lose-ips"], signal: SIGKILL)
    #expect(await monitor.waitForLine("the restart is not in the history"), "\(monitor.lines())")
    #expect(monitor.lines().contains { $0.contains("was restarted") && $0.contains("LOST") }, "\(monitor.lines())")
    // The monitor continues to work.
    try #require(unlink(monitor.state) == 0 && rename(monitor.state + ".old", monitor.state) == 0)
    try await runtime.restart(signal: SIGKILL)
    #expect(await monitor.waitForLine("was restarted", count: 2), "\(monitor.lines())")
    #expect(await monitor.waitForState(of: runtime.pid))
    let history = try await Tool.cri(["history", "-o", "json"], environment: ["STATE_DIRECTORY": monitor.state])
    #expect((try? JSON.parse(history.output))?["restarts"]?.arrayValue?.count == 2, "\(history)")
    #expect(await monitor.end() == 0)
  }

  @Test func `a history is empty at first, and a file of another kind is not read`() async throws {
    let state = directory.file("state")
    let empty = try await Tool.cri(["history", "-o", "json"], environment: ["STATE_DIRECTORY": state])
    #expect(empty.code == 0 && (try? JSON.parse(empty.output))?["restarts"] == [], "\(empty)")
    try #require(mkdir(state, 0o700) == 0)
    try TestFile.write("{}", to: "\(state)/history.json")
    let damaged = try await Tool.cri(["history"], environment: ["STATE_DIRECTORY": state])
    #expect(damaged.code == 1 && damaged.errors.contains("is not a history"), "\(damaged)")
  }

  // MARK: The gate of the systemd hooks

  @Test func `the gate compares with the state before a crash`() async throws {
    let systemd = try await FakeSystemctl(in: directory, units: ["kubelet": "inactive", "containerd": "active"])
    let hook = Tool.source("Tools/hooks/systemd/cri-hook")
    let (state, status) = (directory.file("run"), directory.file("status"))
    let settings = directory.file("hook.conf")
    try TestFile.write(
      "CRI='\(Tool.path("cri"))' CRI_HOOK_DIR='\(state)' CRI_HOOK_STATUS_DIR='\(status)'\n", to: settings)
    let wrapper = directory.file("cri-hook")
    try TestFile.write(
      "#!/bin/sh\nCRI_HOOK_CONF='\(settings)' STATE_DIRECTORY='\(directory.file("hooks"))' exec '\(hook)' \"$@\"\n",
      to: wrapper)
    chmod(wrapper, 0o755)
    let monitor = try await restart(
      losing: "lose-pods", ofOnePod: true, ["--hook", wrapper], path: systemd.path
    ) { _ in
      // The hook has the state from before the crash while the runtime is still down.
      let isOffered = await eventually(within: .seconds(30)) {
        TestFile.exists("\(state)/containerd/before.json")
      }
      #expect(isOffered)
    }
    #expect(monitor.report["verdict"] == "lost", "\(monitor.reportText)")
    #expect(TestFile.read("\(status)/containerd.status").contains("verdict=pending"))
    let runtime = try await SimulatorProcess(in: directory, [])
    let gate = try await Tool.run([wrapper, "gate", "containerd", runtime.socket], environment: ["PATH": systemd.path])
    // A pod that the runtime no longer lists cannot be found without a snapshot from before the crash.
    #expect(gate.code == 1 && gate.errors.contains("kubelet is not started (verdict 1)"), "\(gate)")
    await runtime.end()
  }

  @Test(
    arguments: [
      // What the hook has, the file that it must keep, and whether it takes the state of the monitor.
      ("", true), ("echo older >before.json", false), ("echo older >before.json; echo another-boot >boot", true),
      // The time of the file is that of a clock which may have been set since.
      ("\(started("$((${up%.*} * 1000000))")); touch -d '1 hour ago' daemon", false),
      ("\(started("1000000")); touch -d '2 hours' daemon", true),
      ("echo 0 >verdict; echo failed >failed", true),
    ])
  func `the hook takes the state of the monitor only if it has nothing better`(present: String, isTaken: Bool)
    async throws
  {
    let systemd = try await FakeSystemctl(in: directory, units: ["kubelet": "inactive"])
    let state = directory.file("run/containerd")
    let run = try await Tool.run(
      [
        "/bin/sh", "-c",
        "umask 077; mkdir -p '\(state)'; (cd '\(state)'; \(present)); echo newer | '\(Tool.source("Tools/hooks/systemd/cri-hook"))' adopt containerd /x $(($(date +%s) - 60))",
      ],
      environment: [
        "PATH": systemd.path, "CRI_HOOK_DIR": directory.file("run"), "CRI_HOOK_STATUS_DIR": directory.file("status"),
        "CRI_HOOK_CONF": directory.file("none"),
      ])
    #expect(run.code == 0, "\(run)")
    #expect((TestFile.read("\(state)/before.json") == "newer\n") == isTaken)
    if isTaken {
      #expect(!TestFile.exists("\(state)/verdict") && !TestFile.exists("\(state)/failed"))
      #expect(TestFile.read(directory.file("status/containerd.status")).contains("verdict=pending"))
      #expect(try File.status(of: "\(state)/before.json").permissionText == "0600")
    }
  }

  /// The record of a process of the runtime that was started at this time, in microseconds after boot.
  private static func started(_ time: String) -> String {
    "read up _ </proc/uptime; echo MainPID=1 ExecMainStartTimestampMonotonic=\(time) >daemon"
  }

  // MARK: HTTP

  /// Requests a page from a unix socket.
  private static func page(_ path: String, at socket: String) async throws -> String {
    try await Tool.run([
      "/usr/bin/python3", "-c",
      """
      import socket, sys
      s = socket.socket(socket.AF_UNIX); s.connect(sys.argv[1])
      s.sendall(f"GET {sys.argv[2]} HTTP/1.1\\r\\nHost: {sys.argv[3]}\\r\\n\\r\\n".encode())
      while part := s.recv(65536): sys.stdout.write(part.decode())
      """, socket, path, "localhost",
    ]).output
  }

  @Test func `metrics, health and the report are served`() async throws {
    let socket = directory.file("pages.sock")
    let runtime = try await SimulatorProcess(in: directory)
    let monitor = try MonitorProcess(in: directory, on: runtime.socket, ["--listen", "unix:\(socket)"])
    try #require(await monitor.waitForState(of: runtime.pid), "\(monitor.lines())")
    #expect(try await Self.page("/healthz", at: socket).hasPrefix("HTTP/1.1 200 "))
    #expect(try await Self.page("/report", at: socket).hasPrefix("HTTP/1.1 404 "))
    try await runtime.restart(["--on-restart", "lose-ips"], signal: SIGKILL)
    #expect(await monitor.waitForLine("was restarted"), "\(monitor.lines())")
    #expect(await monitor.waitForState(of: runtime.pid))
    let metrics = try await Self.page("/metrics", at: socket)
    #expect(metrics.contains("cri_monitor_restarts_total{verdict=\"lost\"} 1\n"), "\(metrics)")
    #expect(metrics.contains("cri_monitor_last_verdict{verdict=\"lost\"} 1\n"), "\(metrics)")
    let report = try await Self.page("/report", at: socket)
    #expect(report.contains("\"verdict\": \"lost\""), "\(report)")
    #expect(await monitor.end() == 0)
  }

  @Test(
    arguments: [
      ("unix:/run/x", .unix("/run/x")), ("9469", .tcp(.loopback(port: 9469))),
      ("[::1]:80", .tcp(.loopback6(port: 80))),
      ("10.0.0.7:80", .tcp(SocketAddress(bytes: [10, 0, 0, 7], port: 80))), ("unix:x", nil), ("node:80", nil),
      ("::1:80", nil), ("", nil), ("99999", nil),
    ] as [(String, DocumentServer.Address?)])
  func `an address is a socket, a port, or an IP address with a port`(text: String, address: DocumentServer.Address?) {
    #expect(DocumentServer.Address(argument: text) == address)
  }

  @Test(
    arguments: [
      ("/report", nil, "80", 404), ("/report", "localhost:80", "80", 404), ("/report", "[::1]", "80", 404),
      ("/report", "evil.example", "80", 403), ("/report", "localhost", "10.0.0.7:80", 403),
      // A page in a browser cannot connect to a unix socket.
      ("/report", "evil.example", "unix:/x", 404), ("/metrics", "x", "10.0.0.7:80", 200),
      ("/healthz", "x", "10.0.0.7:80", 503), ("/", nil, "80", 404),
    ] as [(String, String?, String, Int)])
  func `the report is only for this node`(path: String, host: String?, address: String, status: Int) throws {
    let address = try #require(DocumentServer.Address(argument: address))
    let response = MonitorPages().response(to: .init(path: path, host: host), on: address)
    #expect(response.status.rawValue == status)
  }

  // MARK: systemd

  @Test(
    arguments: [
      ("0::/system.slice/containerd.service\n", "containerd.service"),
      ("1:name=systemd:/system.slice/k3s.service/x\n0::/\n", "k3s.service"),
      ("0::/user.slice/session-1.scope\n", nil), ("", nil), ("12:cpu:/system.slice/a.service\n", nil),
    ])
  func `the unit of a process is found in its cgroups`(text: String, unit: String?) {
    #expect(RestartCause.unit(inCgroups: text) == unit)
  }

  @Test(
    arguments: [
      ("ExecMainPID=7\nExecMainCode=2\nExecMainStatus=9\nResult=signal\nSubState=auto-restart", .killed(signal: 9)),
      ("ExecMainPID=7\nExecMainCode=1\nExecMainStatus=2\nResult=exit-code\nSubState=auto-restart", .exited(status: 2)),
      ("ExecMainPID=7\nExecMainCode=2\nExecMainStatus=9\nResult=oom-kill\nSubState=auto-restart", .outOfMemory),
      ("ExecMainPID=7\nExecMainCode=1\nExecMainStatus=0\nResult=success\nSubState=dead", .stopped),
      ("ExecMainPID=7\nExecMainCode=1\nExecMainStatus=0\nResult=success\nSubState=auto-restart", .exited(status: 0)),
      ("ExecMainPID=7\nExecMainCode=3\nExecMainStatus=11\nResult=core-dump\nSubState=failed", .killed(signal: 11)),
      ("ExecMainPID=7\nExecMainCode=0\nExecMainStatus=0\nResult=success\nSubState=running", nil),
      ("ExecMainPID=8\nExecMainCode=0\nExecMainStatus=0\nResult=success\nSubState=running", .unknown),
    ] as [(String, Restart.Cause?)])
  func `systemd's properties say what ended a process`(properties: String, cause: Restart.Cause?) {
    #expect(RestartCause.cause(in: properties, pid: 7) == cause)
  }
}
