internal import CRIGRPC
internal import CRIMessages
internal import CRIProtobuf

/// The pods and containers that exist, with their states, according to lists and events.
struct KnownObjects: Sendable {
  /// A phase in an object's life cycle.
  enum Phase: Int, Sendable, Comparable {
    case created, running, ended

    static func < (a: Phase, b: Phase) -> Bool { a.rawValue < b.rawValue }
  }

  struct Object: Sendable {
    /// nil if the runtime does not know the object's state.
    var phase: Phase?
    /// The ID of the pod, even for the pod itself.
    var pod: String
    /// nil for a pod.
    var container: ContainerStatus?
  }

  /// The maximum number of objects to track, more than a node can have; events of further objects are passed on without
  /// deduplication.
  private static let maximumCount = 100_000

  private(set) var objects: [String: Object] = [:]
  private(set) var pods: [String: PodSandboxStatus] = [:]

  init(pods: [PodSandbox], containers: [Container]) {
    for pod in pods {
      self.pods[pod.id] = pod.listedStatus
      objects[pod.id] = Object(phase: pod.state == .ready ? .running : .ended, pod: pod.id)
    }
    for container in containers {
      objects[container.id] = Object(
        phase: container.state.phase, pod: container.podSandboxID, container: container.listedStatus)
    }
  }

  /// Reads the lists from the runtime, with two calls.
  init(_ runtime: RuntimeService) async throws(RPCError) {
    let containers = try await runtime.containers()
    self.init(pods: try await runtime.podSandboxes(), containers: containers)
  }

  /// - Returns: Whether the event contains anything new.
  mutating func apply(_ event: ContainerEventResponse) -> Bool {
    let id = event.containerID
    if let status = event.podSandboxStatus, status.metadata != nil, pods.count < Self.maximumCount {
      pods[status.id] = status
    }
    if event.containerEventType == .deleted {
      pods[id] = nil
      return objects.removeValue(forKey: id) != nil
    }
    let phase = event.containerEventType.phase
    let container = event.containersStatuses.first { $0.id == id }
    guard var object = objects[id] else {
      guard objects.count < Self.maximumCount else { return true }
      let pod = event.podSandboxStatus?.id ?? ""
      objects[id] = Object(phase: phase, pod: pod, container: container ?? (pod == id ? nil : ContainerStatus(id: id)))
      return true
    }
    if object.container != nil, let container { object.container = container }
    // A late event does not move an object back to an earlier phase.
    let isNew = (phase ?? .created) > (object.phase ?? .created)
    if isNew { object.phase = phase }
    objects[id] = object
    return isNew
  }
}

extension ContainerState {
  fileprivate var phase: KnownObjects.Phase? {
    switch self {
    case .created: .created
    case .running: .running
    case .exited: .ended
    default: nil
    }
  }
}

extension ContainerEventType {
  fileprivate var phase: KnownObjects.Phase? {
    switch self {
    case .created: .created
    case .started: .running
    case .stopped: .ended
    default: nil
    }
  }
}

extension PodSandbox {
  /// The part of the status that the list contains.
  fileprivate var listedStatus: PodSandboxStatus {
    PodSandboxStatus(
      id: id, metadata: metadata, state: state, createdAt: createdAt, labels: labels, annotations: annotations,
      runtimeHandler: runtimeHandler)
  }
}

extension Container {
  /// The part of the status that the list contains.
  fileprivate var listedStatus: ContainerStatus {
    ContainerStatus(
      id: id, metadata: metadata, state: state, createdAt: createdAt, image: image, imageRef: imageRef, labels: labels,
      annotations: annotations, imageID: imageID)
  }
}
