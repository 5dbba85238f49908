import CRIJSON
import CRISnapshot
import CRISystem
import TestSupport
import Testing

/// Compares the kernel, CNI and a real containerd, with intact pods and with every kind of damage.
@Suite struct NetNodeTests {
  @Test(.timeLimit(.minutes(10))) func `the networks of a real node are intact`() async throws {
    try await ContainerdNode.with(pods: 3) { node in
      let whole = try await report(node)
      #expect(
        whole.verdicts == [
          "web-5d4b": "ok", "coredns-7c6": "ok", "kube-proxy-x1": "host network", "old-job": "not ready",
          "more-0": "ok",
          "more-1": "ok", "more-2": "ok",
        ])
      #expect(whole.code == 0)
      try await compareWithOtherTools(node, whole)
      try await giveAddressTwice(node, whole)
      try await deleteInterface(node, whole)
      try await unmountNamespace(node, whole)
      try await killPauseProcess(node, whole)
      try await loseContainers(node)
    }
  }

  private struct NodeReport {
    var code: Int32
    var pods: [String: JSON]

    var verdicts: [String: String] { pods.mapValues { $0["verdict"]?.stringValue ?? "" } }
    func namespace(_ pod: String) -> String { pods[pod]?["networkNamespace"]?.stringValue ?? "/nowhere" }
    func address(_ pod: String) -> String { pods[pod]?["addresses"]?[0]?.stringValue ?? "none" }
    func reason(_ pod: String) -> String { pods[pod]?["reasons"]?[0]?.stringValue ?? "" }
    func id(_ pod: String) -> String { pods[pod]?["id"]?.stringValue ?? "" }
  }

  private func report(_ node: ContainerdNode, _ pods: String...) async throws -> NodeReport {
    let tool = try await Tool.cri(["net", "-o", "json"] + pods, on: node.socket)
    let document = try JSON.parse(tool.output)
    #expect(document["unchecked"]?.arrayValue == [])
    return NodeReport(
      code: tool.code,
      pods: Dictionary(
        uniqueKeysWithValues: (document["pods"]?.arrayValue ?? []).map { ($0["pod"]?.stringValue ?? "", $0) }))
  }

  private func snapshot(_ node: ContainerdNode) async throws -> Snapshot {
    let tool = try await node.cri("snapshot")
    #expect(tool.code == 0 && tool.errors.isEmpty)
    return try Snapshot(parsing: Array(tool.output.utf8))
  }

  /// Compares with the output of other tools.
  private func compareWithOtherTools(_ node: ContainerdNode, _ whole: NodeReport) async throws {
    let snapshot = try await snapshot(node)
    #expect(snapshot.unchecked.isEmpty)
    #expect(snapshot.observed?.orphans == .known([]))
    #expect(snapshot.observed?.ociRuntimes?.value?.first?.version.value?.hasPrefix("runc version ") == true)
    let web = try #require(snapshot.sandboxes.first { $0.pod.name == "web-5d4b" })
    let pid = try #require(web.facts.pid)
    let pause = try #require(web.observed?.process?.value?.alive)
    #expect(pause.startTime == Kernel.startTime(of: pid))
    #expect(pause.shim == web.id)
    #expect(pause.cgroup?.contains(web.id) == true)
    guard case .known(.alive(let id)) = web.observed?.namespace else {
      Issue.record("no namespace")
      return
    }
    #expect(try await node.run("readlink /proc/\(pid)/ns/net") == "net:[\(id.inode)]\n")
    #expect(pause.networkNamespace == .known(id))
    let eth0 = try #require(web.observed?.interfaces?.value?.first { $0.name == "eth0" })
    let output = try await node.run("nsenter --net='\(whole.namespace("web-5d4b"))' ip -o address show dev eth0")
    #expect(eth0.addresses.allSatisfy { output.contains(" \($0) ") })
    #expect(eth0.addresses.count == output.split(separator: "\n").count)
    #expect(
      try await node.run("nsenter --net='\(whole.namespace("web-5d4b"))' ip link show dev eth0").contains(eth0.mac))
    #expect(eth0.isUp && eth0.hasCarrier && eth0.addresses.contains { $0.address.description == web.ip })
    #expect(web.observed?.cache?.value?.map(\.addresses) == [web.addresses])
    #expect(web.observed?.leases?.value?.allSatisfy { $0.owner == web.id } == true)
    #expect(web.observed?.leases?.value?.count == web.addresses.count)
  }

  private func giveAddressTwice(_ node: ContainerdNode, _ whole: NodeReport) async throws {
    let command = "address XXX \(whole.address("web-5d4b"))/24 dev eth0"
    let inside = "nsenter --net='\(whole.namespace("more-2"))' ip "
    try await node.run(inside + command.replacing("XXX", with: "add"))
    let twice = try await report(node)
    #expect(twice.code == 1)
    #expect(twice.verdicts.filter { $0.value == "duplicate" }.keys.sorted() == ["more-2", "web-5d4b"])
    #expect(twice.reason("web-5d4b") == "default/more-2 also has \(whole.address("web-5d4b"))")
    // The other pod with this address was not requested.
    #expect(try await report(node, "more-2").verdicts == ["more-2": "duplicate"])
    try await node.run(inside + command.replacing("XXX", with: "del"))
    #expect(try await report(node).code == 0)
  }

  private func deleteInterface(_ node: ContainerdNode, _ whole: NodeReport) async throws {
    try await node.run("nsenter --net='\(whole.namespace("web-5d4b"))' ip link delete eth0")
    let gone = try await report(node)
    #expect(gone.code == 1)
    #expect(gone.verdicts.filter { $0.value == "gone" }.map(\.key) == ["web-5d4b"])
    #expect(
      gone.reason("web-5d4b").hasPrefix("eth0 does not exist, but the runtime reports \(whole.address("web-5d4b"))"))
    #expect(try await report(node, "kube-system/coredns-7c6").code == 0)
  }

  /// The state is the same as after a reboot, except that the processes are still alive.
  private func unmountNamespace(_ node: ContainerdNode, _ whole: NodeReport) async throws {
    try await node.run("umount '\(whole.namespace("more-0"))'")
    let gone = try await report(node, "more-0")
    #expect(gone.verdicts == ["more-0": "gone"])
    #expect(gone.reason("more-0").contains("its processes still have \(whole.address("more-0"))"))
    #expect(gone.code == 1)
  }

  private func killPauseProcess(_ node: ContainerdNode, _ whole: NodeReport) async throws {
    let pid = try #require(whole.pods["coredns-7c6"]?["truth"]?["process"]?["pid"]?.intValue)
    try await node.run("kill -KILL \(pid)")
    let isSeen = await eventually {
      (try? await report(node, "coredns-7c6").verdicts) == ["coredns-7c6": "not ready"]
    }
    #expect(isSeen)
  }

  /// Makes the runtime forget a container and a whole pod while their processes are still alive.
  private func loseContainers(_ node: ContainerdNode) async throws {
    let before = try await snapshot(node)
    let container = try #require(before.containers.first { $0.name == "nginx" })
    let pod = try #require(before.sandboxes.first { $0.pod.name == "more-1" })
    for id in [container.id, pod.id] { try await node.ctr("containers label \(id) io.cri-containerd.kind=lost") }
    try await node.act("restart")
    let after = try await snapshot(node)
    #expect(!after.sandboxes.contains { $0.id == pod.id } && !after.containers.contains { $0.id == container.id })
    // A process that started less than ten seconds ago is not counted yet.
    let isSeen = await eventually(within: .seconds(30)) {
      (try? await snapshot(node).observed?.orphans?.value?.count) == 2
    }
    #expect(isSeen)
    let orphans = try await snapshot(node).observed?.orphans?.value ?? []
    let lost = try #require(orphans.first { $0.kind == .container })
    #expect(lost.id == container.id && lost.pid == container.pid)
    let shim = try #require(orphans.first { $0.kind == .shim })
    #expect(shim.id == pod.id && shim.processes.contains(pod.facts.pid ?? 0))
  }
}
