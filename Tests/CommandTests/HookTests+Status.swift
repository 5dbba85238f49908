import CRIReport
import CRIVerify
import Glibc
import TestSupport
import Testing

/// What `cri-hook status` says if the verdict is old or could not be written, and the socket of a runtime with another name.
extension HookTests {
  @Test func `a runtime that was restarted without its hook is not verified, whatever the verdict was`() async throws {
    let runtime = try await SimulatorProcess(in: directory)
    let systemd = try await FakeSystemctl(in: directory, units: ["containerd": "active"])
    try systemd.show("MainPID=10\nExecMainStartTimestampMonotonic=1", of: "containerd.service")
    _ = try await hook("verify", systemd, runtime)
    #expect(try await hook("status", systemd, runtime).code != 3)
    try systemd.show("MainPID=11\nExecMainStartTimestampMonotonic=2", of: "containerd.service")
    let status = try await hook("status", systemd, runtime)
    #expect(status.code == 3 && status.output.contains("the hook did not run"), "\(status)")
  }

  @Test func `a verdict that could not be written does not count as nothing to verify`() async throws {
    let runtime = try await SimulatorProcess(in: directory)
    let systemd = try await FakeSystemctl(in: directory, units: ["containerd": "active"])
    _ = try await hook("gate", systemd, runtime)
    try TestFile.write("verdict=unverified\nkubelet_refused=1\n", to: directory.file("status/containerd.status"))
    for path in ["run/containerd/verdict", "run/containerd"] {
      _ = try await Tool.shell("rm -r '\(directory.file(path))'; [ \(path) = run/containerd ] || true")
      let status = try await hook("status", systemd, runtime)
      #expect(status.code == 3 && status.output.contains("could not be written"), "\(path) \(status)")
    }
  }

  @Test func `a runtime with its own socket needs it only in its units`() async throws {
    let runtime = try await SimulatorProcess(in: directory)
    let systemd = try await FakeSystemctl(in: directory, units: ["mycd": "active"])
    func run(_ words: String...) async throws -> Tool {
      try await self.run(["\(Self.hooks)/systemd/cri-hook"] + words, systemd, on: runtime, hookDirectories)
    }
    #expect(try await run("snapshot", "mycd", runtime.socket).code == 0)
    try await runtime.restart(["--on-restart", "lose-ips"])
    #expect(try await run("verify", "mycd", runtime.socket).code == 0)
    #expect(try await run("status", "mycd").code == 1)
    let recheck = try await run("recheck", "mycd")
    #expect(recheck.code == 0 && recheck.errors.contains("LOST"), "\(recheck)")
    #expect(try await run("accept", "mycd").code == 0)
    let gate = try await run("gate", "mycd", runtime.socket)
    #expect(gate.code == 0, "\(gate)")
    #expect(try await run("gate", "othercd").code == 2)
  }

  /// coreutils translates the types of files.
  @Test func `the settings are read in any language`() async throws {
    let runtime = try await SimulatorProcess(in: directory)
    let systemd = try await FakeSystemctl(in: directory, units: ["containerd": "active"])
    try TestFile.write(
      """
      #!/bin/sh
      [ "${LC_ALL:-}" != C ] || exec /usr/bin/stat "$@"
      /usr/bin/stat "$@" | sed 's/regular.* file/reguläre Datei/'

      """, to: directory.file("stat"))
    try TestFile.write("CRI_HOOK_WAIT=wrong\n", to: directory.file("hook.conf"))
    chmod(directory.file("stat"), 0o755)
    let settings = ["CRI_HOOK_CONF": directory.file("hook.conf"), "LANG": "de_DE.UTF-8"]
    let run = try await hook("status", systemd, runtime, settings)
    #expect(run.errors.contains("'wrong' is not a number of seconds"), "\(run)")
  }

  @Test func `a runtime without a unit is named instead of a command that cannot work`() async throws {
    let runtime = try await SimulatorProcess(in: directory)
    let systemd = try await FakeSystemctl(in: directory, units: ["kubelet": "active"])
    try systemd.show("MainPID=0\nExecMainStartTimestampMonotonic=0", of: "containerd.service")
    try TestFile.write("", to: directory.file("units/absent"))
    _ = try await hook("gate", systemd, runtime)
    let reason = "there is no unit containerd.service; remove the line 'cri-hook gate containerd'"
    let status = try await hook("status", systemd, runtime)
    #expect(status.code == 5 && status.output.contains(reason), "\(status)")
    try TestFile.write("", to: directory.file("run/containerd/refused"))
    let accepted = try await hook("accept", systemd, runtime)
    #expect(accepted.code == 1 && accepted.errors.contains("nothing was accepted, because \(reason)"), "\(accepted)")
  }

  @Test(arguments: [("", true), ("CRITICAL default/web  container container.missing [container.missing]\n", false)])
  func `the end of a pod that is not restarted is not a reason to refuse kubelet`(more: String, isDead: Bool)
    async throws
  {
    let last =
      "LOST: state of 2 objects; some pods or containers have ended, and their restartPolicy does not start them again: repeat it"
    try TestFile.write("1\n\(more)\(last)\n", to: directory.file("report"))
    let script = ". '\(Self.hooks)/systemd/without-snapshot.sh'; names_only_dead '\(directory.file("report"))'"
    #expect(try await Tool.shell(script).code == (isDead ? 0 : 1))
    #expect(
      ReportText.english.remedy(.repeatWork, .stopped).hasPrefix(
        "some pods or containers have ended, and their restartPolicy does not"))
  }

  /// Without a snapshot, the present state is compared with itself.
  @Test(arguments: ["--probe", "--wait 10s", "--probe --ignore image.missing --wait=10s --scenario restart"])
  func `options that need a snapshot or the runtime do not keep kubelet stopped after a crash`(
    _ options: String
  ) async throws {
    let runtime = try await SimulatorProcess(in: directory)
    let systemd = try await FakeSystemctl(in: directory, units: [:])
    let settings = ["CRI_VERIFY": options]
    _ = try await hook("verify", systemd, runtime, settings)
    try await runtime.restart([])
    _ = try await hook("verify", systemd, runtime, settings)
    let gate = try await hook("gate", systemd, runtime, settings)
    #expect(gate.code == 0 && gate.errors.contains("has ended without its ExecStop="), "\(gate)")
    try await runtime.restart(["--on-restart", "lose-ips"])
    _ = try await hook("verify", systemd, runtime, settings)
    let refused = try await hook("gate", systemd, runtime, settings)
    #expect(refused.code == 1 && refused.errors.contains("LOST: kubelet would kill pods"), "\(refused)")
  }
}
