internal import CRIJSON
internal import CRIMessages
internal import CRIProtobuf
internal import CRISystem

extension SimulatedRuntime {
  /// The current state as JSON, in the format of a description (see `Source.description`).
  public var stateDescription: String { state.withLock { $0.node }.described().text(pretty: true) }

  /// A summary of the current state, such as `containerd 2.1.4, 3 pods, 5 containers`.
  public var summary: String {
    let node = state.withLock { $0.node }
    return
      "\(node.version.runtimeName) \(node.version.runtimeVersion), \(node.sandboxes.count) pods, "
      + "\(node.containers.count) containers"
  }
}

extension SimulatedNode {
  func described() -> JSON {
    let members = Dictionary(grouping: containers.all, by: \.item.podSandboxID)
    let pods = sandboxes.all.map { sandbox -> JSON in
      let metadata = sandbox.item.metadata ?? PodSandboxMetadata()
      let network = sandbox.status.network ?? PodSandboxNetworkStatus()
      let ips = network.ip.isEmpty ? [] : [network.ip] + network.additionalIPs.map(\.ip)
      return [
        "name": JSON(metadata.name), "namespace": JSON(metadata.namespace), "uid": JSON(metadata.uid),
        "attempt": JSON(metadata.attempt), "state": sandbox.isReady ? "ready" : "notready",
        "hostNetwork": JSON(sandbox.isHostNetwork), "ips": .array(ips.map { JSON($0) }),
        "runtimeHandler": JSON(sandbox.item.runtimeHandler), "labels": JSON(sandbox.item.labels),
        "annotations": JSON(sandbox.item.annotations),
        "containers": .array((members[sandbox.id] ?? []).map(described)),
      ]
    }
    return [
      "runtime": ["name": JSON(version.runtimeName), "version": JSON(version.runtimeVersion)],
      "images": .array(images.all.flatMap(\.item.repoTags).map { JSON($0) }), "pods": .array(pods),
    ]
  }

  private func described(_ container: SimulatedContainer) -> JSON {
    let name = images[container.item.imageRef]?.item.repoTags.first ?? container.item.image?.image ?? ""
    return [
      "name": JSON(container.item.metadata?.name ?? ""), "image": JSON(name),
      "state": JSON("\(container.state)"), "exitCode": JSON(container.status.exitCode),
      "restarts": JSON(container.item.metadata?.attempt ?? 0),
    ]
  }
}
