internal import CRIJSON
internal import CRIMessages
internal import CRIProtobuf

/// The effects of a restart on the state.
extension SimulatedNode {
  /// Applies the losses in order.
  package mutating func restart(_ losses: [RestartLoss]) {
    if losses.contains(where: { $0.kind != .keep }) { isChanged = true }
    for loss in losses { apply(loss) }
    // The restart closes all event streams, so these events are never delivered.
    events = []
  }

  private mutating func apply(_ loss: RestartLoss) {
    let pods = sandboxes.all.filter { loss.affects($0.item) }
    let affectedIDs = Set(pods.map(\.id))
    let members = containers.all.filter { affectedIDs.contains($0.item.podSandboxID) }
    let running = members.filter { $0.state == .running }
    let now = now
    switch loss.kind {
    case .keep: break
    case .loseIPs: for pod in pods { sandboxes[pod.id]?.loseIPs() }
    case .losePods:
      for pod in pods { sandboxes[pod.id] = nil }
      for container in members { containers[container.id] = nil }
    case .loseContainers: for container in members { containers[container.id] = nil }
    case .loseImages: for image in images.all { images[image.id] = nil }
    case .stopPods: for pod in pods where pod.isReady { sandboxes[pod.id]?.stop() }
    case .unknownContainers: for container in running { containers[container.id]?.state = .unknown }
    case .exitContainers:
      for container in running { containers[container.id]?.exit(255, reason: "Unknown", at: now) }
    case .restartContainers: for container in running { replace(container, in: container.item.podSandboxID) }
    case .recreatePods: for pod in pods where pod.isReady { recreate(pod) }
    case .duplicatePods: for pod in pods where pod.isReady { _ = addSuccessor(of: pod) }
    case .loseHashes: for container in members { containers[container.id]?.loseHash() }
    case .networkNotReady: setNetworkReady(false)
    case .reboot:
      apply(RestartLoss(.exitContainers, pod: loss.pod))
      apply(RestartLoss(.stopPods, pod: loss.pod))
    }
  }

  private mutating func addSuccessor(of pod: SimulatedSandbox) -> SimulatedSandbox {
    var metadata = pod.item.metadata ?? PodSandboxMetadata()
    metadata.attempt += 1
    let successor = makeSandbox(
      metadata, labels: pod.item.labels, annotations: pod.item.annotations,
      options: pod.status.linux?.namespaces?.options ?? NamespaceOption(),
      ips: pod.isHostNetwork ? [] : nextIPs(), handler: pod.item.runtimeHandler, createdAt: now)
    sandboxes[successor.id] = successor
    return successor
  }

  private mutating func recreate(_ pod: SimulatedSandbox) {
    let successor = addSuccessor(of: pod)
    for container in containers.all where container.item.podSandboxID == pod.id {
      replace(container, in: successor.id)
    }
    sandboxes[pod.id]?.stop()
  }

  private mutating func replace(_ container: SimulatedContainer, in sandbox: String) {
    var metadata = container.item.metadata ?? ContainerMetadata()
    metadata.attempt += 1
    var annotations = container.item.annotations
    annotations["io.kubernetes.container.restartCount"] = "\(metadata.attempt)"
    var successor = makeContainer(
      metadata, in: sandbox, image: container.item.image ?? ImageSpec(), imageID: container.item.imageRef,
      labels: container.item.labels, annotations: annotations, logPath: container.status.logPath,
      createdAt: now)
    successor.status.mounts = container.status.mounts
    successor.status.resources = container.status.resources
    successor.start(at: now)
    containers[successor.id] = successor
    stop(container.id)
  }
}

extension RestartLoss {
  func affects(_ item: PodSandbox) -> Bool {
    guard let pod, let metadata = item.metadata else { return pod == nil }
    return pod == metadata.name || pod == "\(metadata.namespace)/\(metadata.name)" || pod == metadata.uid
  }
}

extension SimulatedSandbox {
  /// Removes the addresses and the CNI result from the status, but not from the list, as containerd 1.6.12 does.
  mutating func loseIPs() {
    guard !isHostNetwork else { return }
    if status.network != nil { status.network = PodSandboxNetworkStatus() }
    editInfo { info in
      if info["cniResult"] != nil { info["cniResult"] = .null }
      if info["sandboxMetadata"]?["Metadata"] != nil {
        info["sandboxMetadata"]?["Metadata"]?["IP"] = ""
        info["sandboxMetadata"]?["Metadata"]?["AdditionalIPs"] = .null
        info["sandboxMetadata"]?["Metadata"]?["CNIResult"] = .null
      }
    }
  }
}

extension SimulatedContainer {
  mutating func loseHash() {
    item.annotations["io.kubernetes.container.hash"] = nil
    status.annotations["io.kubernetes.container.hash"] = nil
  }
}
