internal import CRIMessages
internal import CRIProtobuf

extension KnownObjects {
  /// Returns the events that must have happened between this state and a newer one, as the runtime would have sent
  /// them: new pods come before their containers, and removed pods after them.
  /// - Parameter time: When the changes were found; the time at which they happened is unknown.
  func events(to now: KnownObjects, at time: Timestamp) -> [ContainerEventResponse] {
    var (arrivals, containers, departures):
      ([ContainerEventResponse], [ContainerEventResponse], [ContainerEventResponse])
    (arrivals, containers, departures) = ([], [], [])
    for id in Set(objects.keys).union(now.objects.keys).sorted() {
      guard let object = now.objects[id] ?? objects[id] else { continue }
      for type in Self.types(from: objects[id], to: now.objects[id]) {
        let event = event(type, id, object, now, time)
        if object.container != nil {
          containers.append(event)
        } else if type == .created || type == .started {
          arrivals.append(event)
        } else {
          departures.append(event)
        }
      }
    }
    return arrivals + containers + departures
  }

  private func event(
    _ type: ContainerEventType, _ id: String, _ object: Object, _ now: KnownObjects, _ time: Timestamp
  ) -> ContainerEventResponse {
    // A removed object is shown in its last known state.
    let pod = now.pods[object.pod] ?? pods[object.pod]
    var containers = now.objects.values.filter { $0.pod == object.pod }.compactMap(\.container)
    if now.objects[id] == nil, let container = object.container { containers.append(container) }
    return ContainerEventResponse(
      containerID: id, containerEventType: type, createdAt: time, podSandboxStatus: pod,
      containersStatuses: containers.sorted { $0.id < $1.id })
  }

  private static func types(from old: Object?, to new: Object?) -> [ContainerEventType] {
    guard let new else { return old?.phase == .running ? [.stopped, .deleted] : [.deleted] }
    guard let old else {
      switch new.phase {
      case .running: return [.created, .started]
      case .ended: return [.created, .stopped]
      case .created, nil: return [.created]
      }
    }
    if old.phase == new.phase { return [] }
    switch new.phase {
    case .running: return [.started]
    case .ended: return [.stopped]
    case .created, nil: return []
    }
  }
}
