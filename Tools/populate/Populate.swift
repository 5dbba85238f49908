internal import ArgumentParser
internal import CRI
internal import CRISystem

/// Runs the pods of the demo on a real runtime, with the labels and annotations that kubelet would give them.
@main
struct Populate: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Run a few pods: one with an exited container, a plain, a host-network, a stopped one.",
    discussion: "Needs the image localhost/busybox:1, as Tools/containerd-node provides it.")

  @Argument(help: "The runtime's socket: /path or unix:///path.")
  var socket: String

  @Option(help: ArgumentHelp("So many plain pods more.", valueName: "n"))
  var more = 0

  @Option(
    help: ArgumentHelp("Write the containers' logs below this directory, as kubelet has them.", valueName: "directory"))
  var logs = ""

  @Option(help: ArgumentHelp("How often they were made before, as kubelet counts.", valueName: "n"))
  var attempt: UInt32 = 0

  @Flag(help: "Stop and remove these pods instead.")
  var remove = false

  func run() async throws {
    let client = Client(try Endpoint(socket), options: .init(timeout: .seconds(60)))
    defer { client.close() }
    let pods = Self.pods + (0..<more).map { Pod(name: "more-\($0)", uid: "more-\($0)") }
    for var pod in pods {
      (pod.logs, pod.attempt) = (logs, attempt)
      if remove { try await end(pod, client.runtime) } else { try await start(pod, client.runtime) }
    }
  }

  /// All sandboxes of the pod, and their containers with them.
  private func end(_ pod: Pod, _ runtime: RuntimeService) async throws {
    let filter = PodSandboxFilter(labelSelector: pod.labels)
    for sandbox in try await runtime.listPodSandbox(.init(filter: filter)).items {
      try await stop(sandbox.id, runtime)
      _ = try await runtime.removePodSandbox(.init(podSandboxID: sandbox.id))
    }
  }

  private static let pods = [
    Pod(
      name: "web-5d4b", uid: "0c8d9d7e-0000-4000-8000-000000000001",
      containers: [
        .init(name: "nginx"), .init(name: "sidecar", command: ["sh", "-c", "exit 3"], exits: true),
      ]),
    Pod(
      name: "coredns-7c6", namespace: "kube-system", uid: "0c8d9d7e-0000-4000-8000-000000000002",
      containers: [.init(name: "coredns")]),
    Pod(
      name: "kube-proxy-x1", namespace: "kube-system", uid: "0c8d9d7e-0000-4000-8000-000000000003",
      containers: [.init(name: "kube-proxy")], hostNetwork: true),
    Pod(name: "old-job", uid: "0c8d9d7e-0000-4000-8000-000000000004", isStopped: true),
  ]

  private func start(_ pod: Pod, _ runtime: RuntimeService) async throws {
    let config = pod.config
    let sandbox = try await runtime.runPodSandbox(.init(config: config)).podSandboxID
    for container in pod.containers {
      // containerd makes it where it is missing, CRI-O does not: its conmon fails.
      if !pod.logs.isEmpty { try Directory.make("\(config.logDirectory)/\(container.name)") }
      let id = try await runtime.createContainer(
        .init(podSandboxID: sandbox, config: container.config(in: pod), sandboxConfig: config)
      ).containerID
      _ = try await runtime.startContainer(.init(containerID: id))
      // So that whoever looks next finds it exited, every time.
      while container.exits,
        try await runtime.containerStatus(.init(containerID: id)).status?.state != .exited
      {
        try await Task.sleep(for: .milliseconds(20))
      }
    }
    if pod.isStopped { try await stop(sandbox, runtime) }
  }

  /// Its containers at once: CRI-O would give each half a minute to end by itself.
  private func stop(_ sandbox: String, _ runtime: RuntimeService) async throws {
    let filter = ContainerFilter(podSandboxID: sandbox)
    for container in try await runtime.listContainers(.init(filter: filter)).containers {
      _ = try await runtime.stopContainer(.init(containerID: container.id, timeout: 0))
    }
    _ = try await runtime.stopPodSandbox(.init(podSandboxID: sandbox))
  }
}
