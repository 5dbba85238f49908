internal import CRI

extension KnownObjects {
  /// What must have happened meanwhile, as the runtime would have told it: pods before their containers where they came,
  /// after them where they went.
  /// - Parameter time: when it was found out; when it happened nobody knows.
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
    // What has gone is shown as it was last.
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
