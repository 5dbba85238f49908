import CRI
import CRIJSON
import CRISnapshot
import CRISystem
import Foundation
import Glibc
import TestSupport
import Testing

/// A snapshot, a restart and a verification on a real containerd.
@Suite(.serialized, .timeLimit(.minutes(10))) struct RealContainerdTests {
  private let directory: TemporaryDirectory

  init() throws { directory = try TemporaryDirectory() }

  private func snapshot(_ node: ContainerdNode, _ global: [String] = []) async throws -> Snapshot {
    try await node.snapshot(to: directory.file("before"), global)
  }

  private func verify(_ node: ContainerdNode) async throws -> NodeVerdict {
    try await node.verify(directory.file("before"))
  }

  @Test func `restarts lose nothing, however the daemon ended`() async throws {
    try await ContainerdNode.with { node in
      let before = try await snapshot(node)
      #expect(before.sandboxes.count == 4 && before.sandboxes.count { $0.isReady } == 3)
      #expect(before.sandboxes.allSatisfy { !$0.isReady || $0.ip.isEmpty == $0.isHostNetwork })
      #expect(before.containers.contains { $0.status.state == .exited && $0.status.exitCode == 3 })

      let vacuous = try await verify(node)
      #expect(vacuous.code == 4 && vacuous.report["verdict"] == "vacuous", "\(vacuous.text)")

      try await node.act("restart")
      let restarted = try await verify(node)
      #expect(restarted.code == 0, "\(restarted.text)")
      #expect(restarted.findings.isEmpty)
      #expect(restarted.report["summary"]?["keep"] == 3)

      // verify waits by itself, and begins while the daemon is recovering.
      try await node.act("kill", "start --no-wait")
      let killed = try await verify(node)
      #expect(killed.code == 0, "\(killed.text)")
      #expect(killed.findings.isEmpty && killed.report["summary"]?["keep"] == 3, "\(killed.text)")

      let same = try await Tool.cri(["diff", directory.file("before")], on: node.socket)
      #expect(same.code == 0 && same.output.isEmpty, "\(same)")
    }
  }

  @Test func `guard restarts and verifies, including the recovery`() async throws {
    try await ContainerdNode.with { node in
      let tool = ContainerdNode.script
      let restarts = [
        "'\(tool)' restart --no-wait '\(node.directory)'",
        "'\(tool)' kill '\(node.directory)'; '\(tool)' start --no-wait '\(node.directory)'",
      ]
      for script in restarts {
        let run = try await Tool.cri(["guard", "--", "/bin/sh", "-c", script], on: node.socket)
        #expect(run.code == 0 && run.output.contains("intact: 3 ready pods"), "\(run)")
      }
      let broken = try await Tool.cri(["guard", "--wait", "2s", "--", tool, "kill", node.directory], on: node.socket)
      #expect(broken.code == 3, "\(broken)")
      SnapshotCommandTests.expectOneLine(broken, containing: "no process listens on the socket")
    }
  }

  @Test func `the old version of the CRI gives the same result`() async throws {
    try await ContainerdNode.with { node in
      let client = try node.client()
      guard try await client.runtime.version().runtimeVersion.hasPrefix("1.") else {
        // containerd 2 has removed v1alpha2.
        let run = try await Tool.cri(
          ["--api", "v1alpha2", "snapshot", "-o", directory.file("before")], on: node.socket)
        #expect(run.code == 3 && !TestFile.exists(directory.file("before")), "\(run)")
        return
      }
      let old = try await snapshot(node, ["--api", "v1alpha2"])
      // The snapshot contains the version that the runtime serves, regardless of which version was used.
      #expect(old.runtime.api == .v1)
      try await node.act("restart")
      let verified = try await verify(node)
      #expect(verified.code == 0, "\(verified.text)")
    }
  }

  @Test func `objects that disappear in the meantime are reported with rule and name`() async throws {
    try await ContainerdNode.with { node in
      try await killContainer(node)
      try await killPauseProcess(node)
      try await removeContainer(node)
      try await removePod(node)
      try await collectPod(node)
    }
  }

  /// Kills a container's process while the daemon is stopped.
  private func killContainer(_ node: ContainerdNode) async throws {
    let before = try await snapshot(node)
    try await node.act("stop")
    kill(try #require(before.containers.first { $0.name == "coredns" }?.pid), SIGKILL)
    try await node.act("start")
    let result = try await verify(node)
    #expect(result.code == 1, "\(result.text)")
    #expect(result.findings.contains("container.state coredns-7c6/coredns"), "\(result.text)")
    let affected = result.report["pods"]?.arrayValue?.filter { $0["action"] != "keep" } ?? []
    #expect(affected.map { $0["pod"] } == ["coredns-7c6"])
    #expect(affected.map { $0["rule"] } == ["B4"] && affected.map { $0["trigger"] } == ["immediate"])
  }

  /// Kills the pause process, with which the pod's namespaces end.
  private func killPauseProcess(_ node: ContainerdNode) async throws {
    let before = try await snapshot(node)
    kill(try #require(before.sandboxes.first { $0.pod.name == "coredns-7c6" }?.facts.pid), SIGKILL)
    try await node.act("restart")
    let result = try await verify(node)
    #expect(result.code == 1, "\(result.text)")
    #expect(result.findings.contains("pod.state coredns-7c6"), "\(result.text)")
    let pods = result.report["pods"]?.arrayValue ?? []
    #expect(pods.contains { $0["pod"] == "coredns-7c6" && $0["rule"] == "C3" }, "\(result.text)")
  }

  private func removeContainer(_ node: ContainerdNode) async throws {
    let before = try await snapshot(node)
    let sidecar = try #require(before.containers.first { $0.name == "sidecar" }?.id)
    _ = try await node.client().runtime.removeContainer(RemoveContainerRequest(containerID: sidecar))
    try await node.act("restart")
    let result = try await verify(node)
    #expect(result.code == 1, "\(result.text)")
    #expect(result.findings.contains("container.forgotten web-5d4b/sidecar"), "\(result.text)")
  }

  private func removePod(_ node: ContainerdNode) async throws {
    // Younger pods would be excused.
    try await Task.sleep(for: .seconds(11))
    _ = try await snapshot(node)
    try await remove("web-5d4b", node)
    try await node.act("restart")
    let result = try await verify(node)
    #expect(result.code == 1, "\(result.text)")
    let expected: Set = ["pod.missing web-5d4b", "container.missing web-5d4b/nginx"]
    #expect(result.findings.isSuperset(of: expected), "\(result.text)")
    let pods = result.report["pods"]?.arrayValue ?? []
    #expect(pods.contains { $0["pod"] == "web-5d4b" && $0["rule"] == "C1" }, "\(result.text)")
  }

  /// kubelet removes exited containers, which is not a loss.
  private func collectPod(_ node: ContainerdNode) async throws {
    _ = try await snapshot(node)
    try await remove("old-job", node)
    try await node.act("restart")
    let result = try await verify(node)
    #expect(result.code == 0, "\(result.text)")
    #expect(result.report["findings"]?.arrayValue?.contains { $0["rule"] == "pod.collected" } == true)
  }

  private func remove(_ pod: String, _ node: ContainerdNode) async throws {
    let id = try await node.sandbox(pod).id
    let runtime = try node.client().runtime
    _ = try await runtime.stopPodSandbox(StopPodSandboxRequest(podSandboxID: id))
    _ = try await runtime.removePodSandbox(RemovePodSandboxRequest(podSandboxID: id))
  }

  @Test func `a daemon that is killed during a snapshot leaves no file`() async throws {
    try await ContainerdNode.with { node in
      try TestFile.write("the old one", to: directory.file("s"))
      let text = TestFile.read("\(node.directory)/pid").trimmingCharacters(in: .whitespacesAndNewlines)
      let pid = try #require(Int32(text))
      // A stopped daemon accepts connections but does not respond, so it is killed during the call.
      kill(pid, SIGSTOP)
      #expect(await eventually { ProcessFacts.isStopped(pid) })
      async let asked = Tool.cri(["snapshot", "-o", directory.file("s")], on: node.socket)
      let isAsked = await eventually(within: .seconds(60)) { Self.hasWaitingConnection(node.socket) }
      kill(pid, SIGKILL)
      let run = try await asked
      #expect(isAsked)
      #expect(run.code == 3)
      SnapshotCommandTests.expectOneLine(run, containing: "Version: connection lost")
      #expect(TestFile.read(directory.file("s")) == "the old one")
      #expect(try FileManager.default.contentsOfDirectory(atPath: directory.path) == ["s"])
      let later = try await Tool.cri(["snapshot", "-o", directory.file("s")], on: node.socket)
      #expect(later.code == 3)
      SnapshotCommandTests.expectOneLine(later, containing: "Connection refused")
    }
  }

  /// Whether a client has connected but has not been accepted, as the kernel reports it (proc(5), state 2: connecting).
  private static func hasWaitingConnection(_ socket: String) -> Bool {
    TestFile.read("/proc/net/unix").split(separator: "\n").contains { line in
      let fields = line.split(separator: " ")
      return fields.count == 8 && fields[7] == socket && fields[5] == "02"
    }
  }
}
