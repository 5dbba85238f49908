internal import CRIGRPC
internal import CRIMessages
internal import CRIProtobuf

/// The CRI's calls for containers.
extension SimulatedNode {
  func listContainers(_ filter: ContainerFilter?) -> [Container] {
    guard let filter else { return containers.all.map(\.item) }
    let id = (try? containers.find(filter.id).id) ?? filter.id
    let sandbox = (try? sandboxes.find(filter.podSandboxID).id) ?? filter.podSandboxID
    return containers.all.compactMap { container in
      let item = container.item
      guard id.isEmpty || item.id == id, sandbox.isEmpty || item.podSandboxID == sandbox,
        filter.state.map({ $0.state == item.state }) ?? true, item.labels.matches(filter.labelSelector)
      else { return nil }
      return item
    }
  }

  func containerStatus(_ request: ContainerStatusRequest) throws(CallFailure) -> ContainerStatusResponse {
    let container = try container(request.containerID)
    var response = container.response
    if request.verbose {
      response.info =
        container.verboseInfo ?? ContainerdInfo.of(container, in: sandboxes[container.item.podSandboxID])
    }
    return response
  }

  mutating func createContainer(_ request: CreateContainerRequest) throws(CallFailure)
    -> CreateContainerResponse
  {
    guard let config = request.config, let metadata = config.metadata else {
      throw CallFailure(.unknown, "container config must include metadata")
    }
    let sandbox = try sandbox(
      request.podSandboxID, "failed to find sandbox id \(request.podSandboxID.goQuoted)")
    if let owner = containers.all.first(where: {
      $0.item.podSandboxID == sandbox.id && $0.item.metadata == metadata
    }) {
      let pod = sandbox.item.metadata ?? PodSandboxMetadata()
      let name = "\(metadata.name)_\(pod.name)_\(pod.namespace)_\(pod.uid)_\(metadata.attempt)".goQuoted
      let reason = "name \(name) is reserved for \(owner.id.goQuoted)"
      throw CallFailure(.unknown, "failed to reserve container name \(name): \(reason)")
    }
    if isCRIO, config.image?.userSpecifiedImage.isEmpty ?? true {
      throw CallFailure(.unknown, "user specified image not specified, cannot verify image signature")
    }
    guard let image = try image(config.image) else {
      let name = (config.image?.image ?? "").goQuoted
      throw CallFailure(.notFound, "failed to resolve image \(name): not found")
    }
    guard sandbox.isReady else {
      let reason = "task \(sandbox.id) not found: not found"
      throw CallFailure(.notFound, "failed to get sandbox container task: no running task found: \(reason)")
    }
    let directory = request.sandboxConfig?.logDirectory ?? ""
    var container = makeContainer(
      metadata, in: sandbox.id, image: config.image ?? ImageSpec(), imageID: image.id, labels: config.labels,
      annotations: config.annotations,
      logPath: config.logPath.isEmpty ? "" : "\(directory)/\(config.logPath)",
      createdAt: now)
    container.program = SimulatedProgram(arguments: config.command + config.args, stdinOnce: config.stdinOnce)
    container.status.mounts = config.mounts
    container.status.resources = config.linux?.resources.map { ContainerResources(linux: $0) }
    containers[container.id] = container
    report(.created, container.id, of: sandbox.id)
    return CreateContainerResponse(containerID: container.id)
  }

  mutating func startContainer(_ request: StartContainerRequest) throws(CallFailure) -> StartContainerResponse {
    let container = try container(request.containerID)
    guard container.state == .created else {
      let state = container.state.protoName ?? "\(container.state)"
      throw CallFailure(
        .unknown,
        "failed to set starting state for container \(container.id.goQuoted): container is in \(state) state")
    }
    let now = now
    containers[container.id]?.start(at: now)
    report(.started, container.id, of: container.item.podSandboxID)
    return StartContainerResponse()
  }

  mutating func stopContainer(_ request: StopContainerRequest) throws(CallFailure) -> StopContainerResponse {
    if let container = try existing(container(request.containerID), orFail: isOldContainerd) {
      stop(container.id)
    }
    return StopContainerResponse()
  }

  mutating func removeContainer(_ request: RemoveContainerRequest) throws(CallFailure)
    -> RemoveContainerResponse
  {
    if let container = try existing(container(request.containerID)) {
      stop(container.id)
      remove(container)
    }
    return RemoveContainerResponse()
  }

  mutating func updateResources(
    _ request: UpdateContainerResourcesRequest
  ) throws(CallFailure) -> UpdateContainerResourcesResponse {
    let container = try container(request.containerID, "failed to find container")
    if let linux = request.linux {
      containers[container.id]?.status.resources = ContainerResources(linux: linux)
      isChanged = true
    }
    return UpdateContainerResourcesResponse()
  }

  // MARK: Changing the state

  /// Ends a container as SIGKILL would, with exit code 137.
  mutating func stop(_ id: String) { exit(id, 137) }

  mutating func exit(_ id: String, _ code: Int32) {
    guard let container = containers[id], container.state == .running || container.state == .unknown else {
      return
    }
    let now = now
    containers[id]?.exit(code, reason: code == 0 ? "Completed" : "Error", at: now)
    report(.stopped, id, of: container.item.podSandboxID)
  }

  mutating func remove(_ container: SimulatedContainer) {
    report(.deleted, container.id, of: container.item.podSandboxID)
    containers[container.id] = nil
  }

  func makeContainer(
    _ metadata: ContainerMetadata, in sandbox: String, image: ImageSpec, imageID: String, labels: StringMap,
    annotations: StringMap, logPath: String, createdAt: Timestamp, id: String = Identifier.random()
  ) -> SimulatedContainer {
    let item = Container(
      id: id, podSandboxID: sandbox, metadata: metadata, image: image, imageRef: imageID, state: .created,
      createdAt: createdAt, labels: labels, annotations: annotations)
    let status = ContainerStatus(
      id: id, metadata: metadata, state: .created, createdAt: createdAt, image: image, imageRef: imageID,
      labels: labels, annotations: annotations, logPath: logPath)
    return SimulatedContainer(item: item, response: ContainerStatusResponse(status: status))
  }

  /// The ID of a container in which a command can run.
  func runningContainer(_ id: String, missing code: StatusCode = .unknown) throws(CallFailure) -> String {
    let container: SimulatedContainer
    do throws(CallFailure) { container = try self.container(id) } catch {
      // CRI-O returns this error of Exec and Attach without a code (server/container_exec.go, server/container_attach.go).
      throw isCRIO ? CallFailure(code, error.message) : error
    }
    guard container.state == .running else {
      let state = container.state.protoName ?? "\(container.state)"
      throw CallFailure(.unknown, "failed to exec in container: container is in \(state) state")
    }
    return container.id
  }
}
