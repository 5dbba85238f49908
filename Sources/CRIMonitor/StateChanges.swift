internal import CRISnapshot
internal import CRIMessages
internal import CRIProtobuf

/// What is known to have changed on a node since the state that a verification compares with was read.
public struct StateChanges: Hashable, Sendable {
  /// The IDs of new objects, which the state does not contain.
  public private(set) var added: Set<String> = []
  /// The IDs of objects in the state that have ended or started.
  public private(set) var changed: Set<String> = []
  /// The number of objects that were removed.
  public private(set) var removedCount = 0

  /// Creates an empty value.
  public init() {}

  /// Whether nothing has changed.
  public var isEmpty: Bool { added.isEmpty && changed.isEmpty && removedCount == 0 }

  /// The number of objects that were added, have changed or were removed.
  public var count: Int { added.count + changed.count + removedCount }

  /// The number of objects from which on new ones are not recorded. A node has far fewer.
  private static let maximumCount = 2_000

  mutating func add(_ id: String) { if added.count < Self.maximumCount { added.insert(id) } }

  mutating func change(_ id: String) { changed.insert(id) }

  mutating func remove(_ id: String, isKnown: Bool) {
    let isNew = added.remove(id) != nil
    changed.remove(id)
    if isKnown, !isNew { removedCount += 1 }
  }
}

extension StateChanges {
  /// Notes that an announced object was deleted.
  mutating func forget(_ id: String) { added.remove(id) }
}

extension Snapshot {
  /// Applies an event to the records, so that a change that was announced before a restart does not look like a loss.
  /// - Parameters:
  ///   - changes: Updated with what the event changes.
  ///   - known: The IDs of all objects in this snapshot; updated if one is removed.
  mutating func apply(_ event: ContainerEventResponse, _ changes: inout StateChanges, _ known: inout Set<String>) {
    let id = event.containerID
    let isKnown = known.contains(id)
    // A closure that takes an element would copy each record.
    let sandbox = isKnown ? sandboxes.indices.first { sandboxes[$0].id == id } : nil
    let container = isKnown && sandbox == nil ? containers.indices.first { containers[$0].id == id } : nil
    if event.containerEventType == .deleted {
      known.remove(id)
      if let sandbox { sandboxes.remove(at: sandbox) }
      if let container { containers.remove(at: container) }
      unchecked.removeAll { $0.object?.id == id }
      return changes.remove(id, isKnown: isKnown)
    }
    guard isKnown else { return changes.add(id) }
    let hasStopped = event.containerEventType == .stopped
    if let container {
      // The runtime sends the status after the event, with the exit code.
      if let status = event.containersStatuses.first(where: { $0.id == id && $0.metadata != nil }) {
        guard status.state != containers[container].status.state else { return }
        containers[container] = ContainerRecord(
          status: containers[container].status.following(status), sandboxID: containers[container].sandboxID,
          pid: containers[container].pid, observed: hasStopped ? nil : containers[container].observed)
      } else if hasStopped {
        guard containers[container].isRunning else { return }
        containers[container].status.state = .exited
        containers[container].observed = nil
      } else {
        return
      }
      changes.change(id)
    } else if let sandbox, hasStopped, sandboxes[sandbox].isReady {
      sandboxes[sandbox].status.state = .notReady
      changes.change(id)
    }
  }
}

extension ContainerStatus {
  /// This status with what changes during the life of a container, because events can omit the rest.
  fileprivate func following(_ event: ContainerStatus) -> ContainerStatus {
    var status = self
    status.state = event.state
    if !event.startedAt.isZero { status.startedAt = event.startedAt }
    if !event.finishedAt.isZero { status.finishedAt = event.finishedAt }
    status.exitCode = event.exitCode
    status.reason = event.reason
    status.message = event.message
    return status
  }
}
