import CRI
import CRIPreflight
import CRISimulator
import CRIRules
import CRISnapshot
import Glibc
import TestSupport
import Testing

@testable import CRINode

@Suite struct PreflightKubeletTests {
  @Test(arguments: [
    ("cgroupDriver: systemd\n", "containerd-1.6.20", ["N3"]),
    ("cgroupDriver: cgroupfs\n", "containerd-1.6.20", []),
    // kubelet's default.
    ("kind: KubeletConfiguration\n", "containerd-1.6.20", []),
    // kubelet uses the driver of a runtime that implements RuntimeConfig.
    ("cgroupDriver: systemd\n", "containerd-2.4", ["N4"]),
    ("cgroupDriver: systemd\n", "cri-o-1.37", ["N4"]),
    ("cgroupDriver: cgroupfs\n", "cri-o-1.37", []),
  ])
  func `kubelet's cgroup driver is compared`(text: String, runtime: String, rules: [String]) async throws {
    let node = try RecordedNode(runtime)
    try node.tree.kubelet(text)
    let report = try await node.report()
    #expect(report.rules == Set(rules))
    #expect(report.verdict == .none)
    #expect(report.unchecked.isEmpty)
  }

  @Test(arguments: [(isInstalled: true, isRunning: false), (true, true), (false, false)])
  func `preflight knows whether kubelet is stopped, and reads its manifests`(isInstalled: Bool, isRunning: Bool)
    async throws
  {
    let (node, fake) = (try RecordedNode("containerd-1.6.20"), try FakeNode())
    try fake.process(getpid(), "containerd", parent: 1, arguments: ["containerd"])
    if isRunning { try fake.process(50, "kubelet", parent: 1, arguments: ["kubelet"]) }
    if isInstalled {
      try node.tree.write("/var/lib/kubelet/pods/uid/x", "")
      try node.tree.write("/etc/kubernetes/manifests/a.yaml", "kind: Pod\nmetadata: {name: a}\n")
    }
    let facts = try await node.facts(proc: fake.paths.proc)
    #expect(PreflightReport(facts).isKubeletStopped == (isInstalled && !isRunning))
    #expect((facts.snapshot.observed?.kubelet?.staticPods?.value?.map(\.name) ?? []) == (isInstalled ? ["a"] : []))
  }

  @Test(.timeLimit(.minutes(1))) func `a configuration that is a FIFO is reported and does not block`() async throws {
    let node = try RecordedNode("containerd-1.6.20")
    try node.tree.kubelet("kind: KubeletConfiguration\n")
    let path = node.tree.root + "/var/lib/kubelet/config.yaml"
    #expect(unlink(path) == 0 && mkfifo(path, 0o600) == 0)
    let gaps = try await node.report().unchecked
    #expect(
      gaps.map(\.rule?.label) == ["N3", "N5"] && gaps.allSatisfy { $0.reasonText.contains("it is a FIFO") }, "\(gaps)")
  }

  @Test(arguments: [
    (
      "cgroupDriver: 17\n",
      "/var/lib/kubelet/config.yaml: cgroupDriver 17 is not a cgroup driver; specify systemd or cgroupfs"
    ),
    ("cgroupDriver: SystemD\n", "cgroupDriver \"SystemD\" is not a cgroup driver"),
    ("cgroupDriver: [systemd]\n", " is not a cgroup driver"),
    ("cgroupDriver: \n", nil), ("cgroupDriver: \"\"\n", nil),
  ])
  func `an invalid cgroup driver is reported as invalid`(text: String, why: String?) async throws {
    for (runtime, rule) in [("containerd-1.6.20", "N3"), ("cri-o-1.37", "N4")] {
      let node = try RecordedNode(runtime)
      try node.tree.kubelet(text)
      let gaps = try await node.report().unchecked
      #expect(gaps.map(\.rule?.label) == (why == nil ? [] : [rule]))
      #expect(gaps.allSatisfy { $0.reasonText.contains(why ?? "") && !$0.isRequired }, "\(gaps)")
    }
  }

  @Test func `invalid flags and an invalid endpoint are reported`() async throws {
    let node = try RecordedNode("containerd-1.6.20")
    try node.tree.kubelet("containerRuntimeEndpoint: 17\n")
    #expect(
      try await node.report().unchecked.map { $0.reasonText }.joined().hasSuffix("Endpoint 17 is not a valid endpoint"))
    try node.tree.kubelet("cgroupDriver: cgroupfs\n")
    try node.tree.write("/var/lib/kubelet/kubeadm-flags.env", "A=\"--cgroup-driver=x\"")
    let gaps = try await node.report().unchecked
    #expect(gaps.map(\.reasonText) == ["--cgroup-driver \"x\" is not a cgroup driver; specify systemd or cgroupfs"])
  }

  @Test func `kubelet's endpoint is compared, and flags override the file`() async throws {
    let node = try RecordedNode("containerd-1.6.20")
    try node.tree.kubelet("containerRuntimeEndpoint: unix://\(node.socket)\n")
    #expect(try await node.report().rules.isEmpty)
    try node.tree.kubelet("containerRuntimeEndpoint: unix:///run/crio/crio.sock\n")
    #expect(try await node.report().rules == ["N5"])
    try node.tree.write(
      "/var/lib/kubelet/kubeadm-flags.env",
      "KUBELET_KUBEADM_ARGS=\"--pod-infra-container-image=x --container-runtime-endpoint=unix://\(node.socket)\"\n")
    #expect(try await node.report().rules.isEmpty)
    try node.tree.write("/var/lib/kubelet/kubeadm-flags.env", "A=\"--container-runtime-endpoint=/x.sock\"")
    let report = try await node.report()
    #expect(
      report.findings.first { $0.rule.id.label == "N5" }?.detailText == "kubelet /x.sock, examined \(node.socket)")
  }

  @Test func `an invalid configuration is reported with its path`() async throws {
    let node = try RecordedNode("containerd-1.6.20")
    #expect(
      try await node.report().unchecked.contains {
        $0.rule == .kubeletCgroupDriver && $0.reasonText.contains("config.yaml")
      })
    try node.tree.kubelet("{")
    #expect(
      try await node.report().unchecked.contains {
        $0.rule == .kubeletCgroupDriver && $0.reasonText.contains("config.yaml")
      })
  }

  @Test func `missing images of running pods are pulled only on request`() async throws {
    let node = try RecordedNode("containerd-1.6.20")
    let image = try #require(node.snapshot.containers.first { $0.isRunning }?.status.image?.image)
    let client = Client(try Endpoint(node.socket))
    for item in node.snapshot.images where !item.repoTags.contains("localhost/pause:1") {
      _ = try await client.images.removeImage(RemoveImageRequest(image: ImageSpec(image: item.id)))
    }
    var report = try await node.report()
    #expect(report.rules == ["N11"])
    #expect(report.verdict == .none)
    report = try await node.report(pulls: true)
    #expect(report.rules.isEmpty, "the simulated registry has everything: \(image)")
  }

  @Test func `the registry's message is printed`() async throws {
    var options = SimulatedRuntime.Options()
    options.faults.failures["PullImage"] = .init(.unknown, "pull access denied, repository does not exist")
    let node = try RecordedNode("containerd-1.6.20", options)
    let client = Client(try Endpoint(node.socket))
    for item in node.snapshot.images {
      _ = try await client.images.removeImage(RemoveImageRequest(image: ImageSpec(image: item.id)))
    }
    let report = try await node.report(pulls: true)
    #expect(report.rules == ["N6", "N11", "N12"])
    let finding = report.findings.first { $0.rule.id.label == "N12" }
    #expect(finding?.detailText == "pull access denied, repository does not exist")
  }
}
