internal import CRIMessages
internal import CRIProtobuf
package import CRISnapshot

extension PreflightFacts {
  func disk() throws(UnknownReason) -> ContainerdDisk {
    guard let containerd else { throw .notExamined }
    return containerd
  }

  func records() throws(UnknownReason) -> DiskRecords { try disk().records.get() }

  /// Compares each ready pod that has its own network with its record on disk.
  func comparePods(
    _ found: inout PreflightOutcome, _ fault: (SandboxRecord, DiskSandbox) -> PreflightDetail?
  ) throws(UnknownReason) {
    try compareAllPods(&found, where: { !$0.isHostNetwork }) { $1.isHostNetwork ? nil : fault($0, $1) }
  }

  /// Compares each ready pod with its record on disk.
  func compareAllPods(
    _ found: inout PreflightOutcome, where isMeant: (SandboxRecord) -> Bool = { _ in true },
    _ fault: (SandboxRecord, DiskSandbox) -> PreflightDetail?
  ) throws(UnknownReason) {
    let index = RecordIndex(try records(), containerd?.store)
    for record in readySandboxes where isMeant(record) {
      switch location(of: record, index) {
      case .known(let disk):
        if let detail = fault(record, disk) { found.add(.pod(record), detail) }
      case .unknown(let reason): found.skip(reason)
      // Another rule reports a missing record.
      case .none: break
      }
    }
  }

  /// Compares each container that kubelet needs with its record on disk.
  func compareContainers(
    _ found: inout PreflightOutcome, _ fault: (ContainerRecord, DiskContainer.Configuration) -> PreflightDetail?
  ) throws(UnknownReason) {
    let records = Dictionary(try records().containers.map { ($0.id, $0) }) { first, _ in first }
    // Another rule reports a missing record.
    for container in snapshot.containers where isNeeded(container) {
      guard let disk = records[container.id]?.configuration, let detail = fault(container, disk) else { continue }
      found.add(name(of: container), detail)
    }
  }

  /// Where containerd finds a sandbox when it starts.
  func location(of record: SandboxRecord, _ index: RecordIndex) -> RecordLocation {
    if let disk = index.sandboxes[record.id] { return .known(disk) }
    let object = ObjectName.pod(record)
    let malformed = UnknownReason(.unknownRecordForm, object: object)
    if index.malformed.contains(record.id) { return .unknown(malformed) }
    guard storeIsRead else { return .none(.none) }
    switch containerd?.store {
    case nil: return .unknown(.notExamined)
    case .unknown(var reason):
      // The sandbox is not among the containers' records, so only the sandbox store could contain it.
      reason.object = reason.object ?? object
      return .unknown(reason)
    case .known:
      if index.malformedInStore.contains(record.id) { return .unknown(malformed) }
      guard let disk = index.store[record.id] else { return .none(.none) }
      switch disk.sandboxer {
      // Before 2.0, only the pid that the runtime reports shows whether the sandbox ever had a pause process.
      case "" where record.facts.pid == nil: return .unknown(UnknownReason(.unknownCreator, object: object))
      case "", "podsandbox": return .none(.storeOnly)
      default: return isNextUnknown ? .unknown(.unknownNextVersion) : .known(disk)
      }
    }
  }

  /// Returns the reason with its cause if the runtime's own directory is hidden: the open database proves that this is
  /// the runtime's node.
  package func explained(_ reason: UnknownReason) -> UnknownReason {
    guard [.notOnNode, .foreignDirectory].contains(reason.code), let path = reason.path,
      let database = containerd?.hiddenDatabase.value ?? nil
    else { return reason }
    // ROOT/io.containerd.metadata.v1.bolt/meta.db
    let root = database.split(separator: "/").dropLast(2)
    guard path.split(separator: "/").starts(with: root) else { return reason }
    var reason = reason
    reason.code = .hiddenDirectory
    return reason
  }

  /// Returns the live objects among these IDs: ready pods and running containers.
  /// - Parameter ids: The IDs; nil for all live objects.
  func liveObjects(_ ids: Set<String>? = nil) -> [ObjectName] {
    func isMeant(_ id: String) -> Bool { ids.map { $0.contains(id) } ?? true }
    return readySandboxes.filter { isMeant($0.id) }.map { .pod($0) }
      + snapshot.containers.filter { $0.isRunning && isMeant($0.id) }.map { name(of: $0) }
  }

  /// Whether the next containerd may read the sandbox store.
  var storeIsRead: Bool {
    guard let next = nextVersion else { return true }
    return (next.major, next.minor) >= (1, 7)
  }

  /// Whether the next containerd exits because of a record without CRI data.
  var endsAtBareRecords: Bool {
    guard let next = nextVersion else { return false }
    if next.major == 1 {
      // 1.7 does so only in its sandbox mode, which can be recognised only by its records.
      guard next.minor == 7, version?.major == 1, let store = containerd?.store.value else { return false }
      return !Set(store.sandboxes.map(\.id)).isDisjoint(with: readySandboxes.map(\.id))
    }
    return Self.endingAtBareRecords.contains { $0.contains(next) }
  }

  static let endingAtBareRecords = [
    VersionRange(from: "2.0.0-0", before: "2.0.6", fixedBuilds: ["2.0.4-k3s2"]),
    VersionRange(from: "2.1.0-0", before: "2.1.4"),
  ]

  /// Whether kubelet needs a container, because it has not exited or is the newest container of its name in a ready
  /// pod.
  func isNeeded(_ container: ContainerRecord) -> Bool {
    guard container.status.state == .exited else { return true }
    guard readySandboxes.contains(where: { $0.id == container.sandboxID }) else { return false }
    return !snapshot.containers.contains {
      $0.sandboxID == container.sandboxID && $0.name == container.name
        && $0.status.createdAt > container.status.createdAt
    }
  }

  /// Whether an object was created so recently that it may be incomplete.
  /// - Parameter age: The age up to which an object may be incomplete. kubelet waits up to four minutes for a sandbox;
  ///   the runtime writes its own records immediately.
  func isYoung(_ created: Timestamp, _ age: Duration = .seconds(240)) -> Bool { now - age < created }
}
