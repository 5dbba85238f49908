package import CRIMessages
internal import CRIProtobuf

/// What must be read to bring a snapshot up to date, according to the runtime's lists.
package struct ListedChanges: Sendable {
  /// The sandboxes whose details must be read.
  package private(set) var sandboxes: [PodSandbox] = []
  /// The containers whose details must be read.
  package private(set) var containers: [Container] = []
  /// The objects whose details must be read but exceed the limit. The snapshot has nothing reliable about them.
  package private(set) var postponed: [Unchecked] = []
  /// The IDs of objects that are no longer listed, or whose records are out of date.
  package private(set) var outdated: Set<String> = []
  /// The number of objects that were added or removed, or are in a different state.
  package private(set) var count = 0

  /// - Parameters:
  ///   - changed: The IDs of objects whose details must be read even if the lists show no difference.
  ///   - limit: The maximum number of objects whose details are read.
  package init(
    since snapshot: Snapshot, sandboxes: [PodSandbox], containers: [Container], changed: Set<String>, limit: Int
  ) {
    let unread = Set(snapshot.unchecked.compactMap(\.object?.id))
    let knownSandboxes = Dictionary(snapshot.sandboxes.map { ($0.id, $0) }) { first, _ in first }
    let knownContainers = Dictionary(snapshot.containers.map { ($0.id, $0) }) { first, _ in first }
    let pods = Dictionary(sandboxes.map { ($0.id, PodName($0.metadata)) }) { first, _ in first }
    var places = limit
    for item in sandboxes {
      let known = knownSandboxes[item.id]
      let isSame = known.map { $0.status.state == item.state && $0.status.createdAt == item.createdAt } ?? false
      switch decide(item.id, isSame, wasRead: !unread.contains(item.id), isChanged: changed.contains(item.id), &places)
      {
      case .keep: break
      case .read: self.sandboxes.append(item)
      case .postpone:
        let name = ObjectName(.pod, pod: PodName(item.metadata), id: item.id)
        postponed.append(.details(name, isLive: item.state == .ready, .notExamined))
      }
    }
    for item in containers {
      let known = knownContainers[item.id]
      let isSame = known.map { $0.status.state == item.state && $0.status.createdAt == item.createdAt } ?? false
      switch decide(item.id, isSame, wasRead: !unread.contains(item.id), isChanged: changed.contains(item.id), &places)
      {
      case .keep: break
      case .read: self.containers.append(item)
      case .postpone:
        let name = item.metadata?.name ?? ""
        postponed.append(
          .details(
            ObjectName(.container, pod: pods[item.podSandboxID], name: name, id: item.id),
            isLive: item.state == .running, .notExamined))
      }
    }
    let listed = Set(sandboxes.map(\.id)).union(containers.map(\.id))
    let gone = Set(knownSandboxes.keys).union(knownContainers.keys).subtracting(listed)
    outdated.formUnion(gone)
    count += gone.count
  }

  /// What happens to the record of a listed object.
  private enum Decision { case keep, read, postpone }

  /// - Parameters:
  ///   - isSame: Whether the list shows the object as the record does.
  ///   - wasRead: Whether the snapshot has the object's details.
  ///   - isChanged: Whether the details must be read in any case.
  ///   - places: The number of objects that may still be read.
  private mutating func decide(
    _ id: String, _ isSame: Bool, wasRead: Bool, isChanged: Bool, _ places: inout Int
  ) -> Decision {
    if !isSame && wasRead { count += 1 }
    if isSame && !isChanged { return .keep }
    outdated.insert(id)
    guard places > 0 else { return .postpone }
    places -= 1
    return .read
  }
}

extension Snapshot {
  /// Replaces the records that are out of date.
  /// - Parameters:
  ///   - sandboxes: The new records.
  ///   - containers: The new records.
  ///   - unread: The objects whose details could not be read now.
  ///   - listed: The IDs of all listed objects, in the order of the lists.
  package mutating func update(
    _ changes: ListedChanges, sandboxes: [SandboxRecord], containers: [ContainerRecord], unread: [Unchecked],
    order: [String]
  ) {
    let place = Dictionary(order.enumerated().map { ($1, $0) }) { first, _ in first }
    let read = Set(sandboxes.map(\.id)).union(containers.map(\.id))
    self.sandboxes.removeAll { changes.outdated.contains($0.id) || read.contains($0.id) }
    self.containers.removeAll { changes.outdated.contains($0.id) || read.contains($0.id) }
    self.sandboxes = (self.sandboxes + sandboxes).sorted { place[$0.id] ?? 0 < place[$1.id] ?? 0 }
    self.containers = (self.containers + containers).sorted { place[$0.id] ?? 0 < place[$1.id] ?? 0 }
    let renewed = changes.outdated.union(read)
    let kept = unchecked.filter { entry in
      guard entry.isRequired, let id = entry.object?.id else { return entry.isRequired }
      return !renewed.contains(id) && place[id] != nil
    }
    unchecked = kept + changes.postponed + unread + unknownObservations
  }
}
