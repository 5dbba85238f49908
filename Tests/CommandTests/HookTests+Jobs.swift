import TestSupport
import Testing

/// A restart that systemd has not finished when `systemctl` ends.
extension HookTests {
  /// - Parameter restart: How the script restarts the runtime.
  @Test(arguments: ["cri_restart containerd", "cri_change; systemctl --no-block restart containerd"])
  func `the script verifies only after a restart that systemd has not finished`(restart: String) async throws {
    let runtime = try await SimulatorProcess(in: directory)
    let systemd = try await systemd(for: runtime)
    let jobs = directory.file("units/jobs")
    try TestFile.write(
      """
      . '\(Self.hooks)/shell/cri-upgrade.sh'
      cri_begin
      cri_hold kubelet
      cri_snapshot
      \(restart)
      echo '12 containerd.service restart running' >'\(jobs)'
      (sleep 2; : >'\(jobs)') 9>&- &
      cri_verify

      """, to: directory.file("script"))
    let run = try await run(["/bin/sh", directory.file("script")], systemd, on: runtime)
    #expect(run.errors.contains("systemd has not finished its job for the runtime's unit; waiting"), "\(run)")
    #expect(TestFile.read(jobs).isEmpty)
    #expect(restart.hasPrefix("cri_restart") ? run.code == 0 : run.code == 4, "\(run)")
  }

  @Test func `a unit that is still being stopped after its job was cancelled counts too`() async throws {
    let runtime = try await SimulatorProcess(in: directory)
    let systemd = try await systemd(for: runtime)
    try systemd.setStates("containerd.service loaded deactivating stop containerd container runtime")
    try TestFile.write(
      """
      . '\(Self.hooks)/shell/cri-upgrade.sh'
      cri_begin
      cri_hold kubelet
      cri_snapshot
      cri_restart containerd
      (sleep 2; rm '\(directory.file("units/states"))') 9>&- &
      cri_verify

      """, to: directory.file("script"))
    let run = try await run(["/bin/sh", directory.file("script")], systemd, on: runtime)
    #expect(run.code == 0 && run.errors.contains("systemd has not finished its job"), "\(run)")
    #expect(!TestFile.exists(directory.file("units/states")))
  }

  @Test func `the role verifies only after a restart that systemd has not finished`() async throws {
    let runtime = try await SimulatorProcess(in: directory)
    let systemd = try await systemd(for: runtime)
    let jobs = directory.file("units/jobs")
    try systemd.setJobs("12 containerd.service restart running")
    try TestFile.write(
      "- ansible.builtin.shell: |\n    (sleep 4; : >'\(jobs)') >/dev/null 2>&1 &\n", to: directory.file("change.yml"))
    let run = try await role(systemd, on: runtime, ["cri_guard_change": directory.file("change.yml")])
    #expect(run.code == 0, "\(run)")
    #expect(TestFile.read(jobs).isEmpty)
    #expect(systemd.changes == ["stop kubelet", "restart containerd", "start kubelet"])
  }

  @Test func `the role starts the units that systemd has stopped together with kubelet`() async throws {
    let runtime = try await SimulatorProcess(in: directory)
    let systemd = try await systemd(for: runtime)
    try systemd.set("npd.service", "active")
    try systemd.set("exporter.service", "inactive")
    try systemd.show("RequiredBy=npd.service exporter.service\nBoundBy=", of: "kubelet")
    let run = try await role(systemd, on: runtime)
    #expect(run.code == 0, "\(run)")
    #expect(
      systemd.changes == [
        "stop kubelet", "stop npd.service", "restart containerd", "start npd.service", "start kubelet",
      ], "\(run)")
  }

  @Test func `kubelet is not even stopped if its start would kill pods`() async throws {
    try TestFile.write(
      "pods: [{name: web, ips: [], containers: [{name: main}]}]\n", to: directory.file("node.yaml"))
    let runtime = try await SimulatorProcess(in: directory, ["--description", directory.file("node.yaml")])
    let systemd = try await systemd(for: runtime)
    try TestFile.write(
      "set -eu\n. '\(Self.hooks)/shell/cri-upgrade.sh'\ncri_begin\ncri_hold kubelet\ncri_snapshot\n",
      to: directory.file("script"))
    let run = try await run(["/bin/sh", directory.file("script")], systemd, on: runtime)
    #expect(run.code == 1 && run.errors.contains("so it was not stopped") && run.errors.contains("LOST"), "\(run)")
    #expect(systemd.changes == [])
  }
}
