internal import CRIMessages
internal import CRIProtobuf

extension KnownObjects {
  /// What a derived event says about a pod or a container.
  ///
  /// It is indirect, because statuses are large. Lists are kept as they are, and fields of events that can contain any
  /// number of elements are left out, except for labels, annotations and addresses.
  indirect enum Record: Sendable {
    case listedPod(PodSandbox)
    case pod(PodSandboxStatus, textSize: Int)
    /// Only the ID is known.
    case unknownPod
    case listedContainer(Container)
    case container(ContainerStatus, textSize: Int)
    /// Only the ID is known.
    case unknownContainer

    init(_ status: PodSandboxStatus) {
      var kept = PodSandboxStatus(
        id: status.id, state: status.state, createdAt: status.createdAt, labels: status.labels,
        annotations: status.annotations, runtimeHandler: status.runtimeHandler)
      var texts = [status.id, status.runtimeHandler]
      if let metadata = status.metadata {
        kept.metadata = PodSandboxMetadata(
          name: metadata.name, uid: metadata.uid, namespace: metadata.namespace, attempt: metadata.attempt)
        texts += [metadata.name, metadata.uid, metadata.namespace]
      }
      if let network = status.network {
        kept.network = PodSandboxNetworkStatus(
          ip: network.ip, additionalIPs: network.additionalIPs.map { PodIP(ip: $0.ip) })
        texts += [network.ip] + network.additionalIPs.map(\.ip)
      }
      self = .pod(kept, textSize: Self.size(texts, status.labels, status.annotations))
    }

    init(_ status: ContainerStatus) {
      var kept = ContainerStatus(
        id: status.id, state: status.state, createdAt: status.createdAt, startedAt: status.startedAt,
        finishedAt: status.finishedAt, exitCode: status.exitCode, imageRef: status.imageRef, reason: status.reason,
        message: status.message, labels: status.labels, annotations: status.annotations, logPath: status.logPath,
        imageID: status.imageID)
      var texts = [status.id, status.imageRef, status.reason, status.message, status.logPath, status.imageID]
      if let metadata = status.metadata {
        kept.metadata = ContainerMetadata(name: metadata.name, attempt: metadata.attempt)
        texts.append(metadata.name)
      }
      if let image = status.image {
        kept.image = ImageSpec(image: image.image, userSpecifiedImage: image.userSpecifiedImage)
        texts += [image.image, image.userSpecifiedImage]
      }
      self = .container(kept, textSize: Self.size(texts, status.labels, status.annotations))
    }

    /// An estimate of the memory for strings, in bytes; 0 for a record that does not come from an event.
    private static func size(_ texts: [String], _ maps: StringMap...) -> Int {
      let fixed = MemoryLayout<ContainerStatus>.size + MemoryLayout<PodSandboxStatus>.size
      let plain = texts.reduce(0) { $0 + $1.utf8.count + 32 }
      return maps.reduce(fixed + plain) { sum, map in
        map.reduce(sum) { $0 + $1.key.utf8.count + $1.value.utf8.count + 64 }
      }
    }

    /// The memory that the record takes, in bytes; 0 for a record that does not come from an event.
    var textSize: Int {
      switch self {
      case .pod(_, let size), .container(_, let size): size
      case .listedPod, .unknownPod, .listedContainer, .unknownContainer: 0
      }
    }

    var isContainer: Bool {
      switch self {
      case .listedContainer, .container, .unknownContainer: true
      case .listedPod, .pod, .unknownPod: false
      }
    }

    /// The part of the pod's status that is known; nil for a container, and if only the ID is known.
    var podStatus: PodSandboxStatus? {
      switch self {
      case .listedPod(let pod):
        PodSandboxStatus(
          id: pod.id, metadata: pod.metadata, state: pod.state, createdAt: pod.createdAt, labels: pod.labels,
          annotations: pod.annotations, runtimeHandler: pod.runtimeHandler)
      case .pod(let status, _): status
      case .unknownPod, .listedContainer, .container, .unknownContainer: nil
      }
    }

    /// The part of the container's status that is known; nil for a pod.
    func containerStatus(id: String) -> ContainerStatus? {
      switch self {
      case .listedContainer(let container):
        ContainerStatus(
          id: container.id, metadata: container.metadata, state: container.state, createdAt: container.createdAt,
          image: container.image, imageRef: container.imageRef, labels: container.labels,
          annotations: container.annotations, imageID: container.imageID)
      case .container(let status, _): status
      case .unknownContainer: ContainerStatus(id: id)
      case .listedPod, .pod, .unknownPod: nil
      }
    }
  }
}
