import TestSupport
import Testing

/// Units that systemd stops together with a held unit.
extension GuardHoldTests {
  private func systemd(_ first: String, _ second: String) async throws -> FakeSystemctl {
    let systemd = try await FakeSystemctl(
      in: directory, units: ["kubelet": "active", "npd.service": first, "exporter.service": second])
    try systemd.show("RequiredBy=npd.service\nBoundBy=", of: "kubelet")
    try systemd.show("ConsistsOf=exporter.service kubelet.service", of: "npd.service")
    try systemd.when(
      "stop", "for unit in npd exporter; do echo inactive >'\(directory.file("units"))'/$unit.service; done")
    return systemd
  }

  @Test func `units that stop with a held unit are started again after it`() async throws {
    let runtime = try await SimulatorProcess(in: directory)
    let systemd = try await systemd("active", "active")
    let run = try await guarding(runtime, systemd, run: restart(runtime))
    #expect(run.code == 0 && run.errors.contains("npd.service is stopped too, because it depends on kubelet"), "\(run)")
    #expect(
      systemd.changes == ["stop kubelet", "start kubelet", "start npd.service", "start exporter.service"], "\(run)")
  }

  @Test func `units that stop with a held unit stay stopped after a loss, and are named`() async throws {
    let runtime = try await SimulatorProcess(in: directory)
    let systemd = try await systemd("active", "inactive")
    let run = try await guarding(runtime, systemd, run: restart(runtime, "--on-restart lose-ips"))
    #expect(run.code == 1 && run.errors.contains("run systemctl start npd.service"), "\(run)")
    #expect(systemd.changes == ["stop kubelet"] && !run.errors.contains("exporter"), "\(run)")
  }

  /// A shell ends at SIGTERM, but what it has started goes on.
  @Test(arguments: [false, true])
  func `an interrupted command is judged when all its processes have ended`(twice: Bool) async throws {
    let runtime = try await SimulatorProcess(in: directory)
    let systemd = try await kubelet()
    try systemd.when("start", "[ -e '\(directory.file("done"))' ] || touch '\(directory.file("early"))'")
    try TestFile.write(
      "(trap '' TERM; sleep 3; touch '\(directory.file("done"))') & touch '\(directory.file("runs"))'; wait; exit 1\n",
      to: directory.file("command"))
    let run = try await Tool.shell(
      """
      export PATH='\(systemd.path)' STATE_DIRECTORY='\(directory.file("state"))'
      '\(Tool.path("cri"))' -r '\(runtime.socket)' guard --hold kubelet -- /bin/sh '\(directory.file("command"))' &
      while ! [ -e '\(directory.file("runs"))' ]; do sleep 0.05; done
      kill -TERM $!
      \(twice ? "sleep 1.5; kill -TERM $!" : "")
      wait $!
      """)
    #expect(run.errors.contains("processes that it has started still run"), "\(run)")
    #expect(
      run.errors.contains("processes that /bin/sh has started still run, so nothing was checked") == twice, "\(run)")
    #expect(run.code == (twice ? 3 : 6), "\(run)")
    #expect(systemd.changes == (twice ? ["stop kubelet"] : ["stop kubelet", "start kubelet"]), "\(run)")
    #expect(!TestFile.exists(directory.file("early")))
    withExtendedLifetime(runtime) {}
  }

  /// A command that ends before the change, because it was killed or goes on in the background.
  @Test(arguments: ["kill -9 $$", "exit 0"])
  func `a command is judged when the processes that it has left have ended`(end: String) async throws {
    let runtime = try await SimulatorProcess(in: directory)
    let systemd = try await kubelet()
    try systemd.when("start", "[ -e '\(directory.file("done"))' ] || touch '\(directory.file("early"))'")
    let run = try await guarding(
      runtime, systemd, run: "(sleep 3; touch '\(directory.file("done"))') & \(end)\n")
    #expect(run.errors.contains("processes that it has started still run"), "\(run)")
    #expect(run.code == (end == "exit 0" ? 4 : 6), "\(run)")
    #expect(systemd.changes == ["stop kubelet", "start kubelet"], "\(run)")
    #expect(!TestFile.exists(directory.file("early")))
  }

  @Test func `a daemon that the command has started may stay`() async throws {
    let runtime = try await SimulatorProcess(in: directory)
    let systemd = try await kubelet()
    let run = try await guarding(
      runtime, systemd, run: "setsid sleep 60 </dev/null >/dev/null 2>&1 & echo $! >'\(directory.file("pid"))'\n")
    #expect(run.code == 4 && run.duration < .seconds(30), "\(run)")
    #expect(systemd.changes == ["stop kubelet", "start kubelet"], "\(run)")
  }

  @Test func `a retry is refused although there is a file beside the snapshot that begins like it`() async throws {
    let runtime = try await SimulatorProcess(in: directory)
    let systemd = try await kubelet()
    let first = try await guarding(runtime, systemd, run: restart(runtime, "--on-restart lose-ips"))
    #expect(first.code == 1, "\(first)")
    let kept = try #require(
      TemporaryDirectory.names(in: directory.file("state")).first { $0.hasPrefix("guard-before-2") })
    try TestFile.write("x", to: directory.file("state/\(kept).gz"))
    let next = try await SimulatorProcess(in: try TemporaryDirectory())
    let again = try await guarding(next, systemd, run: restart(next))
    #expect(again.code == 3 && again.errors.contains("\(kept) is from an earlier run"), "\(again)")
  }

  @Test func `a retry names the mask that a guard has left`() async throws {
    let runtime = try await SimulatorProcess(in: directory)
    let systemd = try await kubelet()
    let first = try await guarding(
      runtime, systemd, ["--mask", "--hold", "kubelet"], run: restart(runtime, "--on-restart lose-ips"))
    #expect(first.code == 1, "\(first)")
    let retry = try await guarding(runtime, systemd, run: "true")
    #expect(retry.code == 3 && retry.errors.contains("systemctl unmask --runtime kubelet"), "\(retry)")
  }

  /// A mask of an alias does not keep the unit from starting, and systemd names the runtime's unit by its own name.
  @Test func `an alias is replaced by the unit's own name`() async throws {
    let runtime = try await SimulatorProcess(in: directory)
    let systemd = try await FakeSystemctl(in: directory, units: ["kubelet.service": "active", "kl": "active"])
    try systemd.show("Id=kubelet.service", of: "kl")
    let run = try await guarding(runtime, systemd, ["--hold", "kl", "--mask"], run: restart(runtime))
    #expect(run.code == 0 && run.errors.contains("kl is another name of kubelet.service"), "\(run)")
    let changes = ["stop", "mask --runtime", "unmask --runtime", "start"].map { "\($0) kubelet.service" }
    #expect(systemd.changes == changes, "\(run)")
  }

  /// containerd 1.6.12 may have lost the addresses days ago, and kubelet kills the pods when it starts.
  @Test(arguments: [["--hold", "kubelet"], ["--hold", "kubelet", "--mask"]])
  func `the unit is not even stopped if its start would kill pods`(arguments: [String]) async throws {
    try TestFile.write(
      "pods: [{name: web, ips: [], containers: [{name: main}]}]\n", to: directory.file("node.yaml"))
    let runtime = try await SimulatorProcess(in: directory, ["--description", directory.file("node.yaml")])
    let systemd = try await kubelet()
    let run = try await guarding(runtime, systemd, arguments, run: "touch '\(directory.file("touched"))'")
    #expect(run.code == 1 && run.errors.contains("nothing was stopped") && run.output.contains("LOST"), "\(run)")
    #expect(systemd.changes == [] && !TestFile.exists(directory.file("touched")))
    // A unit that is not active is not started either.
    let stopped = try await kubelet("inactive")
    _ = try await guarding(runtime, stopped, arguments, run: "touch '\(directory.file("touched"))'")
    #expect(stopped.changes == [] && TestFile.exists(directory.file("touched")))
  }
}
