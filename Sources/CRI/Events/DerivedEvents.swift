internal import CRIMessages
internal import CRIProtobuf

/// The events that must have happened between two states, as the runtime would have sent them: new pods come before their
/// containers, and removed pods after them.
///
/// Each event is composed when it is needed, because every event of a pod contains all of the pod's containers.
struct DerivedEvents: Sendable {
  private struct Change: Sendable {
    let type: ContainerEventType
    let id: String
  }

  /// The maximum number of containers that one event contains. Pods have far fewer.
  private static let maximumContainerCount = 100

  private let before: KnownObjects
  private let now: KnownObjects
  private let time: Timestamp
  /// The changes that remain, in reverse order.
  private var changes: [Change] = []
  /// The IDs of the containers that exist now by the ID of their pod.
  private var containers: [String: [String]] = [:]

  /// - Parameter time: When the changes were found; the time at which they happened is unknown.
  init(from before: KnownObjects, to now: KnownObjects, at time: Timestamp) {
    (self.before, self.now, self.time) = (before, now, time)
    var (arrivals, containers, departures): ([Change], [Change], [Change]) = ([], [], [])
    for id in Set(before.objects.keys).union(now.objects.keys).sorted() {
      guard let object = now.objects[id] ?? before.objects[id] else { continue }
      for type in Self.types(from: before.objects[id], to: now.objects[id]) {
        let change = Change(type: type, id: id)
        if object.record.isContainer {
          containers.append(change)
        } else if type == .created || type == .started {
          arrivals.append(change)
        } else {
          departures.append(change)
        }
      }
    }
    changes = (arrivals + containers + departures).reversed()
    guard !changes.isEmpty else { return }
    for (id, object) in now.objects where object.record.isContainer {
      self.containers[object.pod, default: []].append(id)
    }
  }

  /// The number of events that remain.
  var count: Int { changes.count }

  mutating func next() -> ContainerEventResponse? {
    guard let change = changes.popLast(), let object = now.objects[change.id] ?? before.objects[change.id] else {
      return nil
    }
    // A removed object is shown in its last known state.
    let pod = now.objects[object.pod]?.record.podStatus ?? before.objects[object.pod]?.record.podStatus
    var shown = Array((containers[object.pod] ?? []).prefix(Self.maximumContainerCount))
    if object.record.isContainer, !shown.contains(change.id) { shown.append(change.id) }
    return ContainerEventResponse(
      containerID: change.id, containerEventType: change.type, createdAt: time, podSandboxStatus: pod,
      containersStatuses: shown.sorted().compactMap { id in
        (now.objects[id] ?? before.objects[id])?.record.containerStatus(id: id)
      })
  }

  private static func types(from old: KnownObjects.Object?, to new: KnownObjects.Object?) -> [ContainerEventType] {
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
