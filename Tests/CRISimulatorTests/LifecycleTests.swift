import CRIGRPC
import CRIJSON
import CRIMessages
import CRIProtobuf
import CRISimulator
import CRISystem
import Testing

@Suite struct LifecycleTests {
  private let pod = PodSandboxConfig(
    metadata: PodSandboxMetadata(name: "web", uid: "u1", namespace: "default"), logDirectory: "/var/log/pods/web",
    labels: ["app": "web"])

  private func container(_ name: String, image: String = "localhost/busybox:1") -> ContainerConfig {
    ContainerConfig(
      metadata: ContainerMetadata(name: name), image: ImageSpec(image: image), labels: ["tier": "front"],
      logPath: "\(name)/0.log")
  }

  @Test func `a pod can be created, stopped and removed`() async throws {
    let served = try ServedRuntime()
    let image = try await served.call(.pullImage, PullImageRequest(image: ImageSpec(image: "localhost/busybox:1")))
    #expect(image.imageRef.hasPrefix("sha256:"))
    let sandbox = try await served.call(.runPodSandbox, RunPodSandboxRequest(config: pod)).podSandboxID
    let id = try await served.call(
      .createContainer,
      CreateContainerRequest(podSandboxID: sandbox, config: container("nginx"), sandboxConfig: pod)
    ).containerID
    func status() async throws -> ContainerStatus {
      try #require(
        try await served.call(.containerStatus, ContainerStatusRequest(containerID: String(id.prefix(13)))).status)
    }
    #expect(try await status().state == .created)
    #expect(try await status().logPath == "/var/log/pods/web/nginx/0.log")
    #expect(try await status().imageRef == image.imageRef)

    _ = try await served.call(.startContainer, StartContainerRequest(containerID: id))
    #expect(try await status().state == .running)
    #expect(try await status().startedAt > .zero)
    #expect(
      try await served.failure(.startContainer, StartContainerRequest(containerID: id))
        == "UNKNOWN: failed to set starting state for container \"\(id)\": container is in CONTAINER_RUNNING state")

    let limit = LinuxContainerResources(memoryLimitInBytes: 1 << 26)
    _ = try await served.call(
      .updateContainerResources, UpdateContainerResourcesRequest(containerID: id, linux: limit))
    #expect(try await status().resources?.linux == limit)

    let ready = try await served.call(.podSandboxStatus, PodSandboxStatusRequest(podSandboxID: sandbox)).status
    #expect(ready?.state == .ready)
    #expect(ready?.network?.ip == "10.88.0.2")
    #expect(ready?.network?.additionalIPs == [PodIP(ip: "fd00:88::2")])

    _ = try await served.call(.stopPodSandbox, StopPodSandboxRequest(podSandboxID: sandbox))
    #expect(try await status().state == .exited)
    #expect(try await status().exitCode == 137)
    let stopped = try await served.call(.podSandboxStatus, PodSandboxStatusRequest(podSandboxID: sandbox)).status
    #expect(stopped?.state == .notReady)
    #expect(stopped?.network == PodSandboxNetworkStatus())
    let verbose = try await served.call(
      .podSandboxStatus, PodSandboxStatusRequest(podSandboxID: sandbox, verbose: true))
    let info = try JSON.parse(try #require(verbose.info["info"]))
    #expect(info["pid"] == 0)
    #expect(info["processStatus"] == "deleted")
    #expect(info["cniResult"]?["Interfaces"]?["eth0"]?["IPConfigs"]?[0]?["IP"] == "10.88.0.2")

    _ = try await served.call(.removePodSandbox, RemovePodSandboxRequest(podSandboxID: sandbox))
    // Stopping and removing are idempotent.
    _ = try await served.call(.stopPodSandbox, StopPodSandboxRequest(podSandboxID: sandbox))
    _ = try await served.call(.removeContainer, RemoveContainerRequest(containerID: id))
    #expect(try await served.call(.listPodSandbox, ListPodSandboxRequest()).items == [])
    #expect(try await served.call(.listContainers, ListContainersRequest()).containers == [])

    _ = try await served.call(.removeImage, RemoveImageRequest(image: ImageSpec(image: image.imageRef)))
    #expect(try await served.call(.listImages, ListImagesRequest()).images == [])
  }

  @Test func `impossible requests fail with containerd's messages`() async throws {
    let served = try ServedRuntime()
    let sandbox = try await served.call(.runPodSandbox, RunPodSandboxRequest(config: pod)).podSandboxID
    #expect(
      try await served.failure(.runPodSandbox, RunPodSandboxRequest(config: pod))
        == "UNKNOWN: failed to reserve sandbox name \"web_default_u1_0\": name \"web_default_u1_0\" is reserved for \"\(sandbox)\""
    )
    #expect(
      try await served.failure(
        .createContainer, CreateContainerRequest(podSandboxID: sandbox, config: container("nginx")))
        == "NOT_FOUND: failed to resolve image \"localhost/busybox:1\": not found")
    #expect(
      try await served.failure(
        .createContainer, CreateContainerRequest(podSandboxID: "absent", config: container("nginx")))
        == "NOT_FOUND: failed to find sandbox id \"absent\": not found")
    #expect(
      try await served.failure(.checkpointContainer, CheckpointContainerRequest(containerID: "x"))
        == "UNIMPLEMENTED: unknown method CheckpointContainer for service runtime.v1.RuntimeService")
  }

  /// The messages are those of containerd 1.6.20.
  @Test func `missing objects are reported with containerd's messages`() async throws {
    let served = try ServedRuntime()
    served.runtime.change { $0.version.runtimeVersion = "1.6.20~ds1" }
    func expectFailure<Request: CMessage, Response: CMessage>(
      _ method: Method<Request, Response>, _ request: Request, _ expected: String?
    ) async throws {
      #expect(try await served.failure(method, request) == expected, "\(method.name)")
    }
    let sandbox = "NOT_FOUND: an error occurred when try to find sandbox"
    let container = "NOT_FOUND: an error occurred when try to find container \"absent\": not found"
    try await expectFailure(.podSandboxStatus, .init(podSandboxID: "absent"), "\(sandbox): not found")
    try await expectFailure(.stopPodSandbox, .init(podSandboxID: "absent"), "\(sandbox) \"absent\": not found")
    try await expectFailure(.removePodSandbox, .init(podSandboxID: "absent"), nil)
    try await expectFailure(
      .podSandboxStats, .init(podSandboxID: "absent"),
      "NOT_FOUND: an error occurred when trying to find sandbox absent: not found")
    try await expectFailure(
      .podSandboxStatus, .init(), "UNKNOWN: an error occurred when try to find sandbox: Prefix can't be empty")
    try await expectFailure(.containerStatus, .init(containerID: "absent"), container)
    try await expectFailure(.startContainer, .init(containerID: "absent"), container)
    try await expectFailure(.stopContainer, .init(containerID: "absent"), container)
    try await expectFailure(.removeContainer, .init(containerID: "absent"), nil)
    let old = "NOT_FOUND: failed to find container: not found"
    try await expectFailure(.containerStats, .init(containerID: "absent"), old)
    try await expectFailure(.updateContainerResources, .init(containerID: "absent"), old)
    try await expectFailure(.runPodSandbox, .init(), "UNKNOWN: sandbox config must include metadata")
    try await expectFailure(.imageStatus, .init(image: ImageSpec(image: "absent")), nil)
    try await expectFailure(.imageStatus, .init(), "UNKNOWN: can not resolve \"\" locally: ambiguous digest string")
    try await expectFailure(.removeImage, .init(image: ImageSpec(image: "absent")), nil)
    try await expectFailure(
      .pullImage, .init(), "UNKNOWN: failed to parse image reference \"\": invalid reference format")
  }

  @Test func `a unique prefix of an ID is accepted`() async throws {
    let served = try ServedRuntime()
    let ids = (0..<40).map { served.runtime.add(PodDescription("pod-\($0)")) }
    let first = try #require(ids.first)
    let twins = try #require(Dictionary(grouping: ids) { $0.prefix(1) }.first { $0.value.count > 1 })
    #expect(
      try await served.call(.podSandboxStatus, PodSandboxStatusRequest(podSandboxID: String(first.prefix(12)))).status?
        .id == first)
    #expect(
      try await served.failure(.podSandboxStatus, PodSandboxStatusRequest(podSandboxID: String(twins.key)))
        == "UNKNOWN: an error occurred when try to find sandbox: Multiple IDs found with provided prefix: \(twins.key)")
  }

  @Test func `filters select objects`() async throws {
    let served = try ServedRuntime()
    let web = served.runtime.add(
      PodDescription(
        "web", labels: ["app": "web"],
        containers: [
          ContainerDescription("nginx"), ContainerDescription("sidecar", state: .exited, exitCode: 3),
        ]))
    served.runtime.add(PodDescription("old", isReady: false, containers: [ContainerDescription("job", state: .exited)]))

    func pods(_ filter: PodSandboxFilter) async throws -> [String?] {
      try await served.call(.listPodSandbox, ListPodSandboxRequest(filter: filter)).items.map(\.metadata?.name)
    }
    #expect(try await pods(PodSandboxFilter()) == ["web", "old"])
    #expect(try await pods(PodSandboxFilter(id: String(web.prefix(8)))) == ["web"])
    #expect(try await pods(PodSandboxFilter(id: "absent")) == [])
    #expect(try await pods(PodSandboxFilter(state: PodSandboxStateValue(state: .notReady))) == ["old"])
    #expect(try await pods(PodSandboxFilter(labelSelector: ["app": "web"])) == ["web"])
    #expect(try await pods(PodSandboxFilter(labelSelector: ["app": "web", "x": ""])) == [])

    func containers(_ filter: ContainerFilter) async throws -> [String?] {
      try await served.call(.listContainers, ListContainersRequest(filter: filter)).containers.map(\.metadata?.name)
    }
    #expect(try await containers(ContainerFilter()) == ["nginx", "sidecar", "job"])
    #expect(try await containers(ContainerFilter(podSandboxID: String(web.prefix(8)))) == ["nginx", "sidecar"])
    #expect(try await containers(ContainerFilter(state: ContainerStateValue(state: .exited))) == ["sidecar", "job"])
    #expect(
      try await containers(
        ContainerFilter(
          state: ContainerStateValue(state: .exited), podSandboxID: web,
          labelSelector: ["io.kubernetes.container.name": "sidecar"])) == ["sidecar"])
    #expect(
      try await served.call(.listContainerStats, ListContainerStatsRequest()).stats.map(\.attributes?.metadata?.name)
        == ["nginx"])
  }

  @Test func `changes are sent as events`() async throws {
    let served = try ServedRuntime()
    served.runtime.addImage("localhost/busybox:1")
    let stream = try served.channel.stream(Method.getContainerEvents.path(.v1), [])
    var events = stream.makeAsyncIterator()
    // Once the runtime has counted the call, the stream is open.
    while served.runtime.calls["GetContainerEvents"] == nil { try await Task.sleep(for: .milliseconds(5)) }
    try await Task.sleep(for: .milliseconds(20))
    let sandbox = try await served.call(.runPodSandbox, RunPodSandboxRequest(config: pod)).podSandboxID
    let id = try await served.call(
      .createContainer, CreateContainerRequest(podSandboxID: sandbox, config: container("nginx"))
    ).containerID
    _ = try await served.call(.startContainer, StartContainerRequest(containerID: id))
    _ = try await served.call(.stopContainer, StopContainerRequest(containerID: id))
    _ = try await served.call(.removePodSandbox, RemovePodSandboxRequest(podSandboxID: sandbox))
    let expected: [(ContainerEventType, String, Int)] = [
      (.created, sandbox, 0), (.started, sandbox, 0), (.created, id, 1), (.started, id, 1), (.stopped, id, 1),
      (.stopped, sandbox, 1), (.deleted, id, 1), (.deleted, sandbox, 0),
    ]
    for (type, subject, members) in expected {
      let event = try ContainerEventResponse.decode(try #require(try await events.next()))
      #expect(event.containerEventType == type)
      #expect(event.containerID == subject)
      #expect(event.containersStatuses.count == members)
      #expect(event.podSandboxStatus?.id == sandbox)
    }
    // When the runtime stops, it ends the stream with a status or closes the connection, whichever happens first.
    served.runtime.stop()
    let last = try? await events.next()
    #expect(last == nil)
  }
}
