import CRIJSON
import CRISnapshot
import CRISystem
import Foundation
import TestSupport
import Testing

/// Breaks pods of a real containerd without going through containerd, and checks the findings of `cri verify`.
@Suite(.serialized, .timeLimit(.minutes(10))) struct BrokenNodeTests {
  private let directory: TemporaryDirectory
  private var before: String { directory.file("before") }

  init() throws { directory = try TemporaryDirectory() }

  @Test func `damage that the runtime did not cause is reported with its rule and pod`() async throws {
    try await ContainerdNode.with(pods: 3) { node in
      // Younger pods would be excused.
      try await Task.sleep(for: .seconds(11))
      try await deleteInterface(node)
      try await giveAddressTwice(node)
      try await unmountNamespace(node)
      try await loseObjects(node)
      try await removeConfiguration(node)
    }
  }

  private func namespace(_ pod: String, _ node: ContainerdNode) async throws -> String {
    let report = try JSON.parse(try await node.cri("net", "-o", "json", pod).output)
    return try #require(report["pods"]?[0]?["networkNamespace"]?.stringValue)
  }

  /// The runtime keeps the address and reports no fault (containerd#6549), so kubelet would keep the pod.
  private func deleteInterface(_ node: ContainerdNode) async throws {
    try await node.snapshot(to: before)
    try await node.run("nsenter --net='\(namespace("web-5d4b", node))' ip link delete eth0")
    try await node.act("restart")
    let verdict = try await node.verify(before)
    #expect(verdict.code == 1 && verdict.findings == ["pod.network-gone web-5d4b"], "\(verdict.text)")
    #expect(verdict.reactions.isEmpty, "\(verdict.text)")
    let net = try await node.cri("net")
    #expect(net.code == 1 && net.output.split(separator: "\n").count { $0.contains(" gone ") } == 1, "\(net)")
  }

  private func giveAddressTwice(_ node: ContainerdNode) async throws {
    let snapshot = try await node.snapshot(to: before)
    let taken = try #require(snapshot.sandboxes.first { $0.pod.name == "coredns-7c6" }?.ip)
    let inside = "nsenter --net='\(try await namespace("more-2", node))' ip address"
    try await node.run("\(inside) add \(taken)/24 dev eth0")
    try await node.act("restart")
    let verdict = try await node.verify(before)
    let expected: Set = ["pod.duplicate-ip coredns-7c6", "pod.duplicate-ip more-2"]
    #expect(verdict.code == 1 && verdict.findings == expected, "\(verdict.text)")
    // A pod that was already broken is reported, but is not a loss.
    let old = verdict.report["findings"]?.arrayValue?.filter { $0["rule"] == "pod.network-already" } ?? []
    #expect(old.map { $0["object"]?["pod"] } == ["web-5d4b"], "\(verdict.text)")
    try await node.run("\(inside) del \(taken)/24 dev eth0")
  }

  /// The runtime detects this itself and drops the address, so kubelet kills the pod at its next sync.
  private func unmountNamespace(_ node: ContainerdNode) async throws {
    try await node.snapshot(to: before)
    try await node.run("umount '\(namespace("more-0", node))'")
    try await node.act("restart")
    let verdict = try await node.verify(before)
    #expect(verdict.code == 1 && verdict.findings.isSuperset(of: ["pod.netns-inode more-0", "pod.ip more-0"]))
    #expect(verdict.findings.allSatisfy { $0.hasSuffix(" more-0") }, "\(verdict.text)")
    #expect(verdict.reactions == ["more-0: recreate C5 at-kubelet-restart"], "\(verdict.text)")
  }

  /// Makes the runtime forget a container and a whole pod while their processes are still alive.
  private func loseObjects(_ node: ContainerdNode) async throws {
    let snapshot = try await node.snapshot(to: before)
    let container = try #require(snapshot.containers.first { $0.name == "nginx" })
    let pod = try #require(snapshot.sandboxes.first { $0.pod.name == "more-1" })
    for id in [container.id, pod.id] { try await node.ctr("containers label \(id) io.cri-containerd.kind=lost") }
    try await node.act("restart")
    let verdict = try await node.verify(before)
    let expected: Set = [
      "runtime.orphan web-5d4b/nginx", "container.missing web-5d4b/nginx", "runtime.orphan more-1",
      "pod.missing more-1",
    ]
    #expect(verdict.code == 1 && verdict.findings.isSuperset(of: expected), "\(verdict.text)")
    #expect(
      verdict.reactions.isSuperset(of: ["web-5d4b: restart-containers B1 immediate", "more-1: recreate C1 immediate"]),
      "\(verdict.text)")
  }

  private func removeConfiguration(_ node: ContainerdNode) async throws {
    try await node.snapshot(to: before)
    try await node.run("mkdir '\(node.directory)/kept' && mv '\(node.directory)'/cni/* '\(node.directory)/kept'")
    // Nothing is lost yet, but new pods would have no network.
    let isSeen = await eventually {
      (try? await node.cri("preflight").output.contains("there is no CNI configuration")) == true
    }
    #expect(isSeen)
    try await node.act("restart")
    let wait = try await node.cri("wait", "--network", "--stable", "0", "-t", "500ms")
    #expect(wait.code == 3)
    SnapshotCommandTests.expectOneLine(wait, containing: "NetworkReady is false: NetworkPluginNotReady")
    let broken = try await node.verify(before, wait: "2s")
    #expect(broken.code == 1 && broken.findings.isSuperset(of: ["runtime.network ", "runtime.cni "]), "\(broken.text)")
    // The file is copied rather than renamed, because containerd 1.6 does not notice renamed files.
    try await node.run("cp '\(node.directory)'/kept/* '\(node.directory)/cni'")
    let whole = try await node.verify(before)
    #expect(whole.findings.isDisjoint(with: ["runtime.network ", "runtime.cni "]), "\(whole.text)")
  }

  @Test func `after a reboot every pod must have been recreated, and the remains of old pods are not a loss`()
    async throws
  {
    try await ContainerdNode.with(pods: 1) { node in
      try await Task.sleep(for: .seconds(11))
      try await node.snapshot(to: before)
      let rebooted = try ofAnotherBoot()
      try await reboot(node)

      let restarted = try await node.verify(before)
      #expect(restarted.code == 1 && restarted.findings.contains("pod.state web-5d4b"), "\(restarted.text)")

      let names = ["web-5d4b", "coredns-7c6", "kube-proxy-x1", "more-0"]
      let unknown = try await node.verify(rebooted, wait: "2s")
      #expect(unknown.code == 3 && unknown.findings.isEmpty, "\(unknown.text)")
      #expect(unknown.text.contains("missing if restartPolicy is Always"), "\(unknown.text)")
      let pods = try specifications()
      let early = try await node.verify(rebooted, wait: "2s", "--pods", pods)
      #expect(early.report["scenario"] == "reboot" && early.report["scenarioReason"] == "the boot ID changed")
      #expect(early.code == 1 && early.findings == Set(names.map { "pod.successor \($0)" }), "\(early.text)")
      #expect(early.reactions == Set(names.map { "\($0): recreate C3 immediate" }), "\(early.text)")

      // Recreate all pods but one.
      try await node.run("'\(Tool.path("populate"))' '\(node.socket)' --attempt 1")
      let incomplete = try await node.verify(rebooted, wait: "2s", "--scenario", "reboot", "--pods", pods)
      #expect(incomplete.code == 1 && incomplete.findings == ["pod.successor more-0"], "\(incomplete.text)")
      let others = try await node.verify(rebooted, wait: "2s", "--namespace", "kube-system")
      #expect(others.code == 0, "\(others.text)")

      try await node.run("'\(Tool.path("populate"))' '\(node.socket)' --more 1 --attempt 2")
      let twice = try await node.verify(rebooted, wait: "2s", "--scenario", "reboot")
      #expect(twice.code == 1 && twice.findings.contains("pod.several-ready web-5d4b"), "\(twice.text)")
    }
  }

  @Test func `a reboot after which kubelet recreated everything is intact`() async throws {
    try await ContainerdNode.with { node in
      try await node.snapshot(to: before)
      let rebooted = try ofAnotherBoot()
      try await reboot(node)
      try await node.run("'\(Tool.path("populate"))' '\(node.socket)' --attempt 1")
      let verdict = try await node.verify(rebooted)
      #expect(verdict.code == 0 && verdict.findings.isEmpty, "\(verdict.text)")
      #expect(verdict.report["summary"]?["keep"] == 3, "\(verdict.text)")
      // Now the snapshot is from the same boot, so the node was not rebooted.
      let vacuous = try await node.verify(before, "--scenario", "reboot")
      #expect(vacuous.code == 4 && vacuous.report["verdict"] == "vacuous", "\(vacuous.text)")
    }
  }

  /// Returns the snapshot as an earlier boot would have left it: the boot ID is changed in the file.
  private func ofAnotherBoot() throws -> String {
    let boot = try #require(Kernel.bootID)
    let text = TestFile.read(before).replacing(boot, with: "00000000-0000-4000-8000-000000000000")
    try TestFile.write(text, to: directory.file("rebooted"))
    return directory.file("rebooted")
  }

  /// Writes what kubectl says about the pods of the snapshot: their policy is Always.
  private func specifications() throws -> String {
    let pods = try Snapshot(parsing: Array(TestFile.read(before).utf8)).sandboxes.map { record -> JSON in
      let (name, namespace) = (JSON.string(record.pod.name), JSON.string(record.pod.namespace))
      return [
        "metadata": ["name": name, "namespace": namespace, "uid": .string(record.pod.uid)],
        "spec": ["restartPolicy": "Always", "containers": []],
      ]
    }
    let list: JSON = ["kind": "List", "items": .array(pods)]
    try TestFile.write(list.text(), to: directory.file("pods"))
    return directory.file("pods")
  }

  /// Removes everything that a reboot removes: processes, mounts, and data in memory.
  private func reboot(_ node: ContainerdNode) async throws {
    try await node.act("stop")
    try await node.run(
      """
      dir='\(node.directory)'; . '\(Tool.source("Tools/lib/containerd-down.sh"))'
      for shim in $(shims); do
        kill -KILL $(cat /proc/$shim/task/*/children) $shim
      done
      while [ -n "$(shims)" ]; do sleep 0.05; done
      awk -v d="$dir/" 'index($5, d) == 1 { print $5 }' /proc/self/mountinfo | sort -r | while read -r m; do
        umount -l "$m"
      done
      rm -rf "$dir/state" "$dir/runc"
      """)
    try await node.act("start")
  }
}
