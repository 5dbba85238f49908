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

  @Test func `a verdict that could not be written is not nothing to verify`() async throws {
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
}
