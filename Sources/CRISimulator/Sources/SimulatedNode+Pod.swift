internal import CRIMessages
internal import CRIProtobuf

/// Creates pods from their descriptions, as kubelet creates them.
extension SimulatedNode {
  /// Adds a pod with its containers.
  /// - Returns: The ID of the sandbox.
  @discardableResult
  package mutating func add(_ pod: PodDescription) -> String {
    let uid = pod.uid.isEmpty ? Identifier.uuid("\(pod.namespace)/\(pod.name)") : pod.uid
    let metadata = PodSandboxMetadata(
      name: pod.name, uid: uid, namespace: pod.namespace, attempt: pod.attempt)
    let kubeletLabels: StringMap = [
      "io.kubernetes.pod.name": pod.name, "io.kubernetes.pod.namespace": pod.namespace,
      "io.kubernetes.pod.uid": uid,
    ]
    let createdAt = now - pod.age
    let seed = SimulatedSandbox.reservedName(metadata)
    var annotations: StringMap = [
      "kubernetes.io/config.seen": createdAt.description, "kubernetes.io/config.source": "api",
    ]
    for (key, value) in pod.annotations { annotations[key] = value }
    var labels = kubeletLabels
    for (key, value) in pod.labels { labels[key] = value }
    let options = NamespaceOption(network: pod.isHostNetwork ? .node : .pod, pid: .container)
    var sandbox = makeSandbox(
      metadata, labels: labels, annotations: annotations, options: options,
      ips: pod.isHostNetwork ? [] : pod.ips ?? nextIPs(), handler: pod.runtimeHandler, createdAt: createdAt,
      id: Identifier.make("sandbox \(seed)"))
    if !pod.isReady { sandbox.stop() }
    sandboxes[sandbox.id] = sandbox
    for container in pod.containers {
      let record = make(container, of: metadata, kubeletLabels, seed, createdAt + .seconds(1), in: sandbox.id)
      containers[record.id] = record
    }
    isChanged = true
    return sandbox.id
  }

  private mutating func make(
    _ container: ContainerDescription, of pod: PodSandboxMetadata, _ podLabels: StringMap, _ seed: String,
    _ createdAt: Timestamp, in sandbox: String
  ) -> SimulatedContainer {
    var labels = podLabels
    labels["io.kubernetes.container.name"] = container.name
    let id = Identifier.make("container \(container.name)/\(container.restarts) \(seed)")
    let annotations: StringMap = [
      "io.kubernetes.container.hash": String(id.prefix(8)),
      "io.kubernetes.container.restartCount": "\(container.restarts)",
      "io.kubernetes.container.terminationMessagePath": "/dev/termination-log",
      "io.kubernetes.container.terminationMessagePolicy": "File",
      "io.kubernetes.pod.terminationGracePeriod": "30",
    ]
    let image = addImage(container.image)
    // kubelet requests the image by the ID that PullImage returned.
    var record = makeContainer(
      ContainerMetadata(name: container.name, attempt: container.restarts), in: sandbox,
      image: ImageSpec(image: image), imageID: image, labels: labels,
      annotations: annotations,
      logPath: "\(ContainerdInfo.logDirectory(pod))/\(container.name)/\(container.restarts).log",
      createdAt: createdAt, id: id)
    record.status.resources = ContainerResources(
      linux: LinuxContainerResources(cpuPeriod: 100_000, cpuShares: 102, memoryLimitInBytes: 178_257_920))
    record.status.mounts = [
      Mount(containerPath: "/etc/hosts", hostPath: "/var/lib/kubelet/pods/\(pod.uid)/etc-hosts"),
      Mount(
        containerPath: "/dev/termination-log",
        hostPath: "/var/lib/kubelet/pods/\(pod.uid)/containers/\(container.name)/\(id.prefix(8))"),
    ]
    if container.state != .created { record.start(at: createdAt + .milliseconds(80)) }
    if container.state == .unknown { record.state = .unknown }
    if container.state == .exited {
      let reason = container.exitCode == 0 ? "Completed" : "Error"
      record.exit(container.exitCode, reason: reason, at: createdAt + .seconds(5))
    }
    return record
  }

  /// Creates a node with the given number of pods, and distributes the containers evenly among them.
  package init(pods: Int, containers: Int) {
    self.init()
    let kinds = [
      ("coredns", "kube-system", "registry.k8s.io/coredns/coredns:v1.11.1"),
      ("nginx", "default", "docker.io/library/nginx:1.27.2"),
      ("redis", "cache", "docker.io/library/redis:7.4.1"),
      ("worker", "batch", "quay.io/example/worker:2.18.0"),
      ("envoy", "ingress", "docker.io/envoyproxy/envoy:v1.31.0"),
    ]
    addImage("registry.k8s.io/pause:3.9")
    for number in 0..<pods {
      let (name, namespace, image) = kinds[number % kinds.count]
      let members = containers / pods + (number < containers % pods ? 1 : 0)
      let seed = "\(name) \(number)"
      let suffix = Identifier.make(seed).prefix(10) + "-" + Identifier.make("pod \(seed)").prefix(5)
      add(
        PodDescription(
          "\(name)-\(suffix)", namespace: namespace, ips: Self.ips(number + 1),
          labels: ["app.kubernetes.io/name": name, "pod-template-hash": String(suffix.prefix(10))],
          containers: (0..<members).map {
            ContainerDescription($0 == 0 ? name : "sidecar-\($0)", image: image)
          },
          age: .seconds(3600 + number)))
    }
  }
}
