internal import ArgumentParser
internal import CRI
internal import CRISystem

/// Runs the pods of the demo on a real runtime, with the labels and annotations that kubelet would set.
@main
struct Populate: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Run a few pods: one with an exited container, one plain, one in the node's network, and one stopped.",
    discussion: "Requires the image localhost/busybox:1, which Tools/containerd-node provides.")

  @Argument(help: "The socket of the runtime: /path or unix:///path.")
  var socket: String

  @Option(help: ArgumentHelp("Run N more plain pods.", valueName: "n"))
  var more = 0

  @Option(
    help: ArgumentHelp("Write the containers' logs below this directory, in kubelet's layout.", valueName: "directory"))
  var logs = ""

  @Option(help: ArgumentHelp("Set the pods' attempt: the number of sandboxes that they had before.", valueName: "n"))
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

  /// Stops and removes all sandboxes of the pod, with their containers.
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
      // containerd creates a missing log directory; CRI-O does not, and its conmon fails.
      if !pod.logs.isEmpty { _ = try PathWalk(toDirectory: "\(config.logDirectory)/\(container.name)", making: 0o755) }
      let id = try await runtime.createContainer(
        .init(podSandboxID: sandbox, config: container.config(in: pod), sandboxConfig: config)
      ).containerID
      _ = try await runtime.startContainer(.init(containerID: id))
      // Wait until the container has exited, so that the result is always the same.
      while container.exits,
        try await runtime.containerStatus(.init(containerID: id)).status?.state != .exited
      {
        try await Task.sleep(for: .milliseconds(20))
      }
    }
    if pod.isStopped { try await stop(sandbox, runtime) }
  }

  /// Stops the containers with timeout 0 first: CRI-O would wait 30 seconds for each of them.
  private func stop(_ sandbox: String, _ runtime: RuntimeService) async throws {
    let filter = ContainerFilter(podSandboxID: sandbox)
    for container in try await runtime.listContainers(.init(filter: filter)).containers {
      _ = try await runtime.stopContainer(.init(containerID: container.id, timeout: 0))
    }
    _ = try await runtime.stopPodSandbox(.init(podSandboxID: sandbox))
  }
}
