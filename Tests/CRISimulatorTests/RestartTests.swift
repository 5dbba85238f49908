import CRI
import CRIGRPC
import CRIJSON
import CRIMessages
import CRIProtobuf
import CRISimulator
import CRISystem
import Testing

@Suite struct RestartTests {
  private static let pods = [
    PodDescription(
      "web", ips: ["10.1.0.1", "fd00::1"],
      containers: [ContainerDescription("nginx"), ContainerDescription("sidecar", state: .exited, exitCode: 3)]),
    PodDescription("proxy", namespace: "kube-system", isHostNetwork: true, containers: [ContainerDescription("proxy")]),
    PodDescription("old", isReady: false, containers: [ContainerDescription("job", state: .exited)]),
  ]

  /// Returns one line for each remaining pod and container, in the order of the lists.
  private static func summary(_ served: ServedRuntime) async throws -> [String] {
    var lines: [String] = []
    for item in try await served.call(.listPodSandbox, ListPodSandboxRequest()).items {
      let status = try await served.call(.podSandboxStatus, PodSandboxStatusRequest(podSandboxID: item.id)).status
      #expect(status?.state == item.state)
      #expect(status?.metadata == item.metadata)
      let network = status?.network
      let ips = ([network?.ip ?? "?"] + (network?.additionalIPs ?? []).map(\.ip)).joined(separator: ",")
      lines.append("\(item.metadata?.name ?? "?")/\(item.metadata?.attempt ?? 0) \(item.state) \(ips)")
    }
    for item in try await served.call(.listContainers, ListContainersRequest()).containers {
      let status = try await served.call(.containerStatus, ContainerStatusRequest(containerID: item.id)).status
      #expect(status?.state == item.state)
      #expect(status?.annotations == item.annotations)
      let hash = item.annotations["io.kubernetes.container.hash"] == nil ? " no hash" : ""
      let name = "\(item.metadata?.name ?? "?")/\(item.metadata?.attempt ?? 0)"
      lines.append("  \(name) \(item.state) \(status?.exitCode ?? -1)\(hash)")
    }
    return lines
  }

  private static let before = [
    "web/0 ready 10.1.0.1,fd00::1", "proxy/0 ready ", "old/0 notReady ",
    "  nginx/0 running 0", "  sidecar/0 exited 3", "  proxy/0 running 0", "  job/0 exited 0",
  ]

  /// The losses, each with the lines that it removes and adds.
  static let losses: [(String, minus: [String], plus: [String])] = [
    ("keep", [], []),
    ("lose-ips", ["web/0 ready 10.1.0.1,fd00::1"], ["web/0 ready "]),
    ("lose-ips=default/web", ["web/0 ready 10.1.0.1,fd00::1"], ["web/0 ready "]),
    ("lose-ips=proxy", [], []),
    ("lose-pods=web", ["web/0 ready 10.1.0.1,fd00::1", "  nginx/0 running 0", "  sidecar/0 exited 3"], []),
    ("lose-containers=web", ["  nginx/0 running 0", "  sidecar/0 exited 3"], []),
    ("lose-images", [], []),
    ("stop-pods=web", ["web/0 ready 10.1.0.1,fd00::1"], ["web/0 notReady "]),
    ("unknown-containers=web", ["  nginx/0 running 0"], ["  nginx/0 unknown 0"]),
    ("exit-containers=web", ["  nginx/0 running 0"], ["  nginx/0 exited 255"]),
    ("restart-containers=web", ["  nginx/0 running 0"], ["  nginx/0 exited 137", "  nginx/1 running 0"]),
    (
      "recreate-pods=web",
      ["web/0 ready 10.1.0.1,fd00::1", "  nginx/0 running 0"],
      [
        "web/0 notReady ", "web/1 ready 10.88.0.4,fd00:88::4", "  nginx/0 exited 137", "  nginx/1 running 0",
        "  sidecar/1 running 0",
      ]
    ),
    ("duplicate-pods=web", [], ["web/1 ready 10.88.0.4,fd00:88::4"]),
    ("lose-hashes=proxy", ["  proxy/0 running 0"], ["  proxy/0 running 0 no hash"]),
    (
      "reboot",
      ["web/0 ready 10.1.0.1,fd00::1", "proxy/0 ready ", "  nginx/0 running 0", "  proxy/0 running 0"],
      ["web/0 notReady ", "proxy/0 notReady ", "  nginx/0 exited 255", "  proxy/0 exited 255"]
    ),
  ]

  @Test(arguments: losses)
  func `a restart applies the given losses and nothing else`(loss: String, minus: [String], plus: [String]) async throws
  {
    let served = try ServedRuntime(.pods(Self.pods))
    #expect(try await Self.summary(served) == Self.before)
    try served.restart([try #require(RestartLoss(loss))])
    let expected = Self.before.filter { !minus.contains($0) } + plus
    #expect(try await Self.summary(served).sorted() == expected.sorted())
    let images = try await served.call(.listImages, ListImagesRequest()).images
    #expect(images.isEmpty == (loss == "lose-images"))
  }

  @Test func `a restart closes the connections`() async throws {
    let served = try ServedRuntime { $0.hanging = ["ListContainers"] }
    let hanging = Task { try await served.call(.listContainers, ListContainersRequest()) }
    while served.runtime.calls["ListContainers"] == nil { try await Task.sleep(for: .milliseconds(5)) }
    try served.restart()
    await #expect(throws: RPCError.self) { try await hanging.value }
    #expect(try await served.failure(.version, VersionRequest()) == nil)
  }

  @Test func `a call after a restart reaches the new runtime, and needs no retry by the caller`() async throws {
    let served = try ServedRuntime(.pods(Self.pods))
    let client = Client(try Endpoint(served.path))
    for round in 0..<200 {
      #expect(try await client.runtime.podSandboxes().count == (round == 0 ? 3 : 2))
      try served.runtime.restart([RestartLoss("lose-pods=web")].compactMap { $0 })
    }
  }

  @Test func `a restart can leave the network not ready`() async throws {
    let served = try ServedRuntime()
    try served.restart([RestartLoss(.networkNotReady)])
    let conditions = try await served.call(.status, StatusRequest()).status?.conditions
    #expect(conditions?.map(\.status) == [true, false])
  }

  /// Changes made by calls are preserved, and losses are applied only when the runtime starts from the file.
  @Test func `the state file preserves changes, and a start from it applies the losses`() async throws {
    var options = SimulatedRuntime.Options()
    options.statePath = ServedRuntime.temporaryPath("state")
    options.onRestart = [RestartLoss(.loseIPs)]
    defer { try? File.remove(options.statePath ?? "") }
    let first = try ServedRuntime(.pods(Self.pods), options: options)
    #expect(try await Self.summary(first) == Self.before)
    let config = PodSandboxConfig(metadata: PodSandboxMetadata(name: "new", uid: "u", namespace: "default"))
    _ = try await first.call(.runPodSandbox, RunPodSandboxRequest(config: config))
    // A crash does not write the state file.
    first.runtime.crash()
    let second = try ServedRuntime(.pods([]), options: options)
    let after = Self.before.map { $0.hasPrefix("web") ? "web/0 ready " : $0 } + ["new/0 ready "]
    #expect(try await Self.summary(second).sorted() == after.sorted())
  }

  /// The verbose response for a generated pod must match the other response, before and after the loss.
  @Test func `the verbose info loses the CNI result too`() async throws {
    let served = try ServedRuntime(.pods(Self.pods))
    func cniResult(_ name: String) async throws -> JSON? {
      let items = try await served.call(.listPodSandbox, ListPodSandboxRequest()).items
      let id = try #require(items.first { $0.metadata?.name == name }).id
      let reply = try await served.call(
        .podSandboxStatus, PodSandboxStatusRequest(podSandboxID: id, verbose: true))
      return try JSON.parse(try #require(reply.info["info"]))["cniResult"]
    }
    #expect(try await cniResult("web")?["Interfaces"]?["eth0"]?["IPConfigs"]?[1]?["IP"] == "fd00::1")
    #expect(try await cniResult("proxy") == .null)
    try served.restart([RestartLoss(.loseIPs)])
    #expect(try await cniResult("web") == .null)
  }

  @Test(arguments: ["", "nonsense", "lose-ips=", "=web", "LOSE-IPS"])
  func `an invalid specification of a loss is refused`(text: String) {
    #expect(RestartLoss(text) == nil)
  }
}
