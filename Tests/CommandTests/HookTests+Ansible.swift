import CRIJSON
import Foundation
import Glibc
import TestSupport
import Testing

/// The Ansible role.
extension HookTests {
  /// Runs the Ansible role on this machine.
  func role(
    _ systemd: FakeSystemctl, on runtime: SimulatorProcess?, _ variables: [String: String] = [:],
    options: [String] = []
  ) async throws -> Tool {
    let socket = runtime?.socket ?? directory.file("no.sock")
    try await needs("ansible-playbook")
    var lines = ["cri_guard_preflight_codes": "[0, 3]"].merging(variables) { $1 }
    lines["cri_guard_command"] = variables["cri_guard_command"] ?? Tool.path("cri")
    lines["cri_guard_snapshot"] = directory.file("state/before.json")
    lines["cri_guard_report"] = directory.file("state/report.json")
    lines["cri_guard_endpoint"] = socket
    lines["ansible_become"] = "false"
    try TestFile.write(lines.map { "\($0): \($1)\n" }.joined(), to: directory.file("variables.yml"))
    let words =
      [
        "/usr/bin/ansible-playbook", "-i", "localhost,", "-c", "local", "-e", "@\(directory.file("variables.yml"))",
        "\(Self.hooks)/ansible/playbook.yml",
      ] + options
    let environment = ["LC_ALL": "C.UTF-8", "ANSIBLE_NOCOLOR": "1"]
    guard let runtime else { return try await run(words, systemd, on: socket, environment) }
    return try await run(words, systemd, on: runtime, environment)
  }

  @Test func `the role starts kubelet if nothing is lost, with a custom change`() async throws {
    let runtime = try await SimulatorProcess(in: directory)
    let systemd = try await systemd(for: runtime)
    try TestFile.write(
      "- ansible.builtin.command: touch \(directory.file("changed"))\n  notify: Restart the container runtime\n",
      to: directory.file("change.yml"))
    let run = try await role(
      systemd, on: runtime, ["cri_guard_change": directory.file("change.yml"), "cri_guard_restart": "false"])
    #expect(run.code == 0, "\(run)")
    #expect(systemd.changes == ["stop kubelet", "restart containerd", "start kubelet"])
    #expect(TestFile.exists(directory.file("changed")))
    #expect(try JSON.parse(TestFile.read(directory.file("state/report.json")))["verdict"] == "intact")
  }

  @Test func `the role leaves kubelet stopped after a loss, and says why`() async throws {
    let runtime = try await SimulatorProcess(in: directory)
    let systemd = try await systemd(for: runtime, losing: "--on-restart lose-ips")
    let run = try await role(systemd, on: runtime)
    #expect(run.code == 2, "\(run)")
    #expect(
      run.output.contains("verify that nothing is lost: LOST") && run.output.contains("kubelet stays stopped"), "\(run)"
    )
    #expect(systemd.changes == ["stop kubelet", "restart containerd"])
  }

  @Test func `the role collects the reports, and combines them`() async throws {
    let runtime = try await SimulatorProcess(in: directory)
    let losing = try await systemd(for: runtime, losing: "--on-restart lose-ips")
    let collected = directory.file("collected")
    let variables = ["cri_guard_collect": collected, "cri_guard_merge": Tool.path("cri")]
    let lost = try await role(losing, on: runtime, variables)
    #expect(lost.code == 2 && lost.output.contains("1 report of 1 node"), "\(lost)")
    #expect(lost.output.contains("something is lost or wrong on 1 node"), "\(lost)")
    #expect(lost.output.contains("kubelet stays stopped"), "\(lost)")
    let document = try JSON.parse(TestFile.read("\(collected)/localhost.json"))
    #expect(document["verdict"] == "lost")
    // A report that cannot be collected hides nothing.
    let again = try await SimulatorProcess(in: directory)
    unlink(directory.file("state/before.json"))
    try TestFile.write("", to: directory.file("file"))
    let unusable = try await role(
      try await systemd(for: again), on: again,
      [
        "cri_guard_collect": directory.file("file"), "cri_guard_restart": "false",
        "cri_guard_preflight_codes": "[0, 3, 5]",
      ])
    #expect(unusable.output.contains("Collect the report\\\" failed: "), "\(unusable)")
    #expect(unusable.code == 0 || unusable.output.contains("TASK [cri_guard : Report the reason]"), "\(unusable)")
  }

  @Test func `the role starts kubelet again if the change fails and nothing is lost`() async throws {
    let runtime = try await SimulatorProcess(in: directory)
    let systemd = try await systemd(for: runtime)
    try TestFile.write("- ansible.builtin.command: /bin/false\n", to: directory.file("change.yml"))
    let run = try await role(systemd, on: runtime, ["cri_guard_change": directory.file("change.yml")])
    #expect(run.code == 2 && run.output.contains("Nothing is lost."), "\(run)")
    #expect(systemd.changes == ["stop kubelet", "start kubelet"])
  }

  @Test func `a retry of the role keeps the first snapshot, and names no unit that it has not stopped`() async throws {
    let runtime = try await SimulatorProcess(in: directory)
    let systemd = try await systemd(for: runtime, losing: "--on-restart lose-ips")
    _ = try await role(systemd, on: runtime)
    let first = TestFile.read(directory.file("state/before.json"))
    // The runtime that the role has started was ended with the role.
    let again = try await SimulatorProcess(in: directory)
    let run = try await role(systemd, on: again, ["cri_guard_restart": "false"])
    #expect(!first.isEmpty && TestFile.read(directory.file("state/before.json")) == first, "\(run)")
    #expect(!run.output.contains(" stays stopped"), "\(run)")
  }

  @Test func `the role does not hide a loss that guard has found`() async throws {
    let runtime = try await SimulatorProcess(in: directory)
    let systemd = try await FakeSystemctl(in: directory, units: ["kubelet": "inactive"])
    mkdir(directory.file("state"), 0o700)
    let kept = directory.file("state/guard-before-20260131T120000Z.json")
    #expect(try await Tool.cri(["snapshot", "-o", kept], on: runtime.socket).code == 0)
    let run = try await role(systemd, on: runtime)
    #expect(run.code == 2 && run.output.contains("kubelet is not active, and the snapshot"), "\(run)")
    #expect(systemd.changes.isEmpty)
    unlink(kept)
    #expect(try await role(systemd, on: runtime, ["cri_guard_restart": "false"]).code == 0)
  }

  @Test func `an unknown unit ends the role with its name`() async throws {
    let runtime = try await SimulatorProcess(in: directory)
    let systemd = try await FakeSystemctl(in: directory, units: ["kubelet": "active"])
    let run = try await role(systemd, on: runtime, ["cri_guard_hold": "[kubelet, kubelt]"])
    #expect(run.code == 2 && run.output.contains("systemd has no unit kubelt; correct cri_guard_hold"), "\(run)")
    #expect(systemd.changes.isEmpty)
  }

  @Test(arguments: ["--warn-only", "--help", "--version", "--warn-only=true", "-warn-only", "-h=1", "--version=1"])
  func `the role refuses an option that would start kubelet after a loss`(_ option: String) async throws {
    let runtime = try await SimulatorProcess(in: directory)
    let systemd = try await systemd(for: runtime, losing: "--on-restart lose-ips")
    let run = try await role(systemd, on: runtime, ["cri_guard_verify": "[\(option)]"])
    #expect(run.code == 2 && run.output.contains("contains \(option)"), "\(run)")
    #expect(systemd.changes.isEmpty)
  }

  @Test func `a command that is missing is named, and an empty one proves nothing`() async throws {
    let runtime = try await SimulatorProcess(in: directory)
    let systemd = try await systemd(for: runtime, losing: "--on-restart lose-ips")
    let missing = try await role(systemd, on: runtime, ["cri_guard_command": directory.file("missing")])
    #expect(missing.code == 2 && missing.output.contains("(\(directory.file("missing")))"), "\(missing)")
    _ = try await Tool.shell(": >'\(directory.file("empty"))'; chmod +x '\(directory.file("empty"))'")
    let empty = try await role(systemd, on: runtime, ["cri_guard_command": directory.file("empty")])
    #expect(empty.code == 2 && systemd.changes.isEmpty, "\(empty)")
  }

  @Test func `the role does not run at the same time as guard or an upgrade script`() async throws {
    let runtime = try await SimulatorProcess(in: directory)
    let systemd = try await systemd(for: runtime)
    mkdir(directory.file("state"), 0o700)
    let lock = open(directory.file("state/guard.lock"), O_CREAT | O_RDWR | O_CLOEXEC, 0o600)
    try #require(flock(lock, LOCK_EX) == 0)
    let run = try await role(systemd, on: runtime)
    close(lock)
    #expect(run.code == 2 && run.output.contains("cri guard or an upgrade script is running"), "\(run)")
    #expect(run.output.contains("Nothing was changed."), "\(run)")
    #expect(systemd.changes.isEmpty)
  }

  @Test func `the check mode of the role runs preflight and changes nothing`() async throws {
    let runtime = try await SimulatorProcess(in: directory)
    let systemd = try await FakeSystemctl(in: directory, units: ["kubelet": "active"])
    let run = try await role(systemd, on: runtime, ["cri_guard_preflight_codes": "[99]"], options: ["--check"])
    #expect(run.code == 2 && run.output.contains("Predict what the change would lose"), "\(run)")
    let good = try await role(systemd, on: runtime, options: ["--check"])
    #expect(good.code == 0 && systemd.changes.isEmpty, "\(good)")
  }

  @Test func `the role does not stop kubelet if the runtime cannot be examined`() async throws {
    let systemd = try await FakeSystemctl(in: directory, units: ["kubelet": "activating", "other": "failed"])
    let run = try await role(systemd, on: nil, ["cri_guard_hold": "[kubelet, other]"])
    #expect(run.code == 2 && run.output.contains("Nothing was changed."), "\(run)")
    #expect(systemd.changes == ["start kubelet"])
  }

  @Test func `the role does not stop the runtime under another name`() async throws {
    let runtime = try await SimulatorProcess(in: directory)
    let systemd = try await systemd(for: runtime)
    try systemd.set("cri-runtime", "active")
    for name in ["cri-runtime", "containerd"] { try systemd.show("Id=containerd.service", of: name) }
    let run = try await role(systemd, on: runtime, ["cri_guard_hold": "[kubelet, cri-runtime]"])
    #expect(run.code != 0 && run.output.contains("would also stop containerd"), "\(run)")
    #expect(systemd.changes.isEmpty)
  }

  /// The role is configured to continue although preflight finds the loss too.
  @Test func `the role does not stop kubelet if its start would kill pods`() async throws {
    try TestFile.write(
      "pods: [{name: web, ips: [], containers: [{name: main}]}]\n", to: directory.file("node.yaml"))
    let runtime = try await SimulatorProcess(in: directory, ["--description", directory.file("node.yaml")])
    let systemd = try await systemd(for: runtime)
    let run = try await role(systemd, on: runtime, ["cri_guard_preflight_codes": "[0, 3, 5]"])
    #expect(run.code == 2 && run.output.contains("LOST"), "\(run)")
    #expect(!systemd.changes.contains("stop kubelet") && !systemd.changes.contains("restart containerd"))
  }
}
