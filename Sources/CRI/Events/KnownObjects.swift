internal import CRIGRPC
internal import CRIMessages
internal import CRIProtobuf

/// The pods and containers that exist, with their states, according to lists and events.
///
/// The text that is kept from events is limited, because a runtime can send any number of them.
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
    var record: Record
  }

  /// The number of objects from which on events of unknown objects are passed on without deduplication. A node has far
  /// fewer.
  private static let maximumCount = 10_000
  /// The length of an ID from which on its events are passed on without deduplication. The IDs of runtimes have 64 bytes.
  private static let maximumIDLength = 128
  /// The limit on the text of all records that come from events, in bytes. Beyond it, only the IDs are kept.
  private static let maximumTextSize = 4 << 20

  private(set) var objects: [String: Object] = [:]
  /// The size of the records that come from events, in bytes.
  private var textSize = 0

  init(pods: [PodSandbox], containers: [Container]) {
    objects.reserveCapacity(pods.count + containers.count)
    for pod in pods {
      objects[pod.id] = Object(phase: pod.state == .ready ? .running : .ended, pod: pod.id, record: .listedPod(pod))
    }
    for container in containers {
      objects[container.id] = Object(
        phase: container.state.phase, pod: container.podSandboxID, record: .listedContainer(container))
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
    guard id.utf8.count <= Self.maximumIDLength else { return true }
    let pod = event.podSandboxStatus
    if let pod, pod.metadata != nil, pod.id != id, var object = objects[pod.id] {
      replaceRecord(of: &object, with: Record(pod))
      objects[pod.id] = object
    }
    if event.containerEventType == .deleted {
      guard let object = objects.removeValue(forKey: id) else { return false }
      textSize -= object.record.textSize
      return true
    }
    let phase = event.containerEventType.phase
    let record: Record? =
      if let container = event.containersStatuses.first(where: { $0.id == id }) {
        Record(container)
      } else if let pod, pod.id == id {
        Record(pod)
      } else {
        nil
      }
    guard var object = objects[id] else {
      let podID = pod?.id ?? ""
      guard objects.count < Self.maximumCount, podID.utf8.count <= Self.maximumIDLength else { return true }
      let isPod = podID == id
      var object = Object(phase: phase, pod: podID, record: isPod ? .unknownPod : .unknownContainer)
      if let record { replaceRecord(of: &object, with: record) }
      objects[id] = object
      return true
    }
    if let record, record.isContainer == object.record.isContainer { replaceRecord(of: &object, with: record) }
    // A late event does not move an object back to an earlier phase.
    let isNew = (phase ?? .created) > (object.phase ?? .created)
    if isNew { object.phase = phase }
    objects[id] = object
    return isNew
  }

  /// Keeps the earlier record if the new one exceeds the limit.
  private mutating func replaceRecord(of object: inout Object, with record: Record) {
    let size = textSize - object.record.textSize + record.textSize
    guard size <= Self.maximumTextSize else { return }
    textSize = size
    object.record = record
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
