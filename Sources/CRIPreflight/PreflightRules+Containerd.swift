internal import CRIMessages
internal import CRIProtobuf
internal import CRIRules
internal import CRISnapshot

extension PreflightRules {
  /// Returns the addresses in canonical form: the primary one first, the others sorted.
  private static func canonical(_ addresses: [String]) -> [String] {
    let all = addresses.map { text in IPAddress(text).map { "\($0)" } ?? text }
    return Array(all.prefix(1)) + all.dropFirst().sorted()
  }

  static let containerd: [PreflightCheck] = [
    PreflightCheck(.networkIPOnDisk) { (facts, found) throws(UnknownReason) in
      try facts.comparePods(&found) { record, disk in
        guard disk.ip.isEmpty else { return nil }
        return record.ip.isEmpty
          ? .alreadyLost(path: nil) : .differs(runtime: .addresses([record.ip]), disk: .none)
      }
    },
    PreflightCheck(.networkNamespaceOnDisk) { (facts, found) throws(UnknownReason) in
      try facts.comparePods(&found) { record, disk in
        let reported = record.facts.networkNamespace
        if record.hasLostNetwork { return .alreadyLost(path: reported ?? "") }
        // With other sandboxers, the runtime's specification does not contain the namespace's path.
        let isOther =
          ["", "podsandbox"].contains(disk.sandboxer) && reported != nil && reported != disk.networkNamespace
        guard disk.networkNamespace.isEmpty || isOther else { return nil }
        return .differs(
          runtime: reported.map { .text($0) } ?? .status(.unknown), disk: disk.networkNamespace.findingValue)
      }
    },
    PreflightCheck(.networkAddressesOnDisk) { (facts, found) throws(UnknownReason) in
      try facts.comparePods(&found) { record, disk in
        // Other rules report an address that is missing on disk or lost with its namespace.
        guard !disk.ip.isEmpty, !record.hasLostNetwork else { return nil }
        let stored = [disk.ip] + disk.additionalIPs
        let isSame = canonical(stored) == canonical(record.addresses)
        let reported = record.addresses
        return isSame
          ? nil : .differs(runtime: reported.isEmpty ? .none : .addresses(reported), disk: .addresses(stored))
      }
    },
    PreflightCheck(.recordUniqueName) { (facts, found) throws(UnknownReason) in
      let records = try facts.records()
      let inUse = Set(facts.readySandboxes.map(\.id) + facts.snapshot.containers.map(\.id))
      let sandboxes = records.sandboxes.map { (ObjectName(.pod, pod: $0.pod, id: $0.id), $0.name) }
      let containers = records.containers.map { (ObjectName(.container, name: $0.name, id: $0.id), $0.name) }
      for group in [sandboxes, containers] {
        for (name, twins) in Dictionary(grouping: group, by: { $0.1 }).sorted(by: { $0.key < $1.key })
        where twins.count > 1 {
          for (object, _) in twins {
            found.add(object, .sharedName(name, isInUse: inUse.contains(object.id), id: object.id))
          }
        }
      }
    },
    PreflightCheck(.recordListed) { (facts, found) throws(UnknownReason) in
      let records = try facts.records()
      let listed = facts.snapshot.listed
      let known = Set(records.sandboxes.map(\.id))
      let stored = facts.storeIsRead ? facts.containerd?.store.value?.sandboxes ?? [] : []
      for record in records.sandboxes + stored.filter({ !known.contains($0.id) })
      where !listed.contains(record.id) && !facts.isYoung(record.created) {
        if facts.isNextUnknown, !known.contains(record.id) {
          found.skip(.unknownNextVersion)
        } else {
          found.add(ObjectName(.pod, pod: record.pod, id: record.id), .recordName(record.name))
        }
      }
      for record in records.containers where !listed.contains(record.id) && !facts.isYoung(record.created) {
        found.add(ObjectName(.container, name: record.name, id: record.id), .recordName(record.name))
      }
      // The record's age does not matter: containerd writes a record in one transaction.
      for record in records.withoutData where !listed.contains(record.id) {
        found.add(ObjectName(record.isSandbox ? .pod : .container, id: record.id), .recordWithoutData)
      }
    },
    PreflightCheck(.containerCheckpointOnDisk) { (facts, found) throws(UnknownReason) in
      let missing = try facts.disk().missingCheckpoints.get()
      for container in facts.snapshot.containers {
        if let path = missing[container.id] { found.add(facts.name(of: container), .path(path)) }
      }
    },
    PreflightCheck(.shimProgramOnDisk) { (facts, found) throws(UnknownReason) in
      let missing = try facts.disk().missingShims.get()
      for record in facts.readySandboxes { if let path = missing[record.id] { found.add(.pod(record), .path(path)) } }
      for container in facts.snapshot.containers where container.isRunning {
        if let path = missing[container.id] { found.add(facts.name(of: container), .path(path)) }
      }
    },
    PreflightCheck(.podBeingCreated) { (facts, found) throws(UnknownReason) in
      facts.reportUnstartedContainers(&found)
      let listed = facts.snapshot.listed
      for record in try facts.records().sandboxes where !listed.contains(record.id) && facts.isYoung(record.created) {
        found.add(ObjectName(.pod, pod: record.pod, id: record.id), .createdAndNotListed(record.created))
      }
    },
    PreflightCheck(.podRecordOnDisk) { (facts, found) throws(UnknownReason) in
      let index = RecordIndex(try facts.records(), facts.containerd?.store)
      for record in facts.readySandboxes {
        switch facts.location(of: record, index) {
        case .known: break
        case .unknown(let reason): found.skip(reason)
        case .none(let detail): found.add(.pod(record), detail)
        }
      }
    },
    PreflightCheck(.containerRecordOnDisk) { (facts, found) throws(UnknownReason) in
      let records = try facts.records()
      let known = Set(records.containers.map(\.id))
      for container in facts.snapshot.containers where !known.contains(container.id) && facts.isNeeded(container) {
        if records.malformed.contains(container.id) {
          found.skip(UnknownReason(.unknownRecordForm, object: facts.name(of: container)))
        } else {
          found.add(facts.name(of: container), .noRecord(isRunning: container.isRunning))
        }
      }
    },
    PreflightCheck(.recordMetadata) { (facts, found) throws(UnknownReason) in
      guard facts.endsAtBareRecords || facts.isNextUnknown else { return }
      let known = Set(try facts.records().sandboxes.map(\.id))
      for (id, created) in try facts.disk().store.get().withoutData.sorted(by: { $0.key < $1.key })
      where !known.contains(id) && !facts.isYoung(created, .seconds(10)) {
        if facts.isNextUnknown { throw .unknownNextVersion }
        found.add(ObjectName(.pod, id: id), .created(created))
      }
    },
    PreflightCheck(.shimLegacyAddressOnDisk) { (facts, found) throws(UnknownReason) in
      guard facts.nextVersion?.major == 1 || facts.isNextUnknown else { return }
      let objects = facts.liveObjects(try facts.disk().missingAddresses.get())
      if facts.isNextUnknown, !objects.isEmpty { throw .unknownNextVersion }
      for object in objects { found.add(object) }
    },
    PreflightCheck(.shimAddressOnDisk) { (facts, found) throws(UnknownReason) in
      // Another rule covers what 1.x reads.
      guard facts.nextVersion?.major != 1 else { return }
      for object in facts.liveObjects(try facts.disk().lostShims.get()) { found.add(object) }
    },
    PreflightCheck(.shimSocket) { (facts, found) throws(UnknownReason) in
      let sockets = try facts.disk().shimSockets.get()
      for object in facts.liveObjects() {
        let (legacy, current) = (sockets.legacy[object.id], sockets.current[object.id])
        if facts.isNextUnknown, (legacy == nil) != (current == nil) {
          found.skip(.unknownNextVersion)
        } else if let fault = facts.nextVersion?.major == 1 ? legacy : current {
          found.add(object, .shim(fault))
        } else if let reason = sockets.unknown[object.id] {
          found.skip(reason)
        }
      }
    },
    PreflightCheck(.containerPaused) { (facts, found) throws(UnknownReason) in
      for object in facts.liveObjects(try facts.pausedTasks.get()) { found.add(object) }
    },
    PreflightCheck(.shimProtocol) { (facts, found) throws(UnknownReason) in
      let isMeant = facts.nextVersion.map { VersionRange(from: "2.1.0-0", before: "2.1.2").contains($0) }
      guard isMeant ?? facts.isNextUnknown else { return }
      let newer = try facts.disk().newerRecords.get()
      for container in facts.snapshot.containers where newer.contains(container.id) {
        if facts.isNextUnknown { throw .unknownNextVersion }
        found.add(facts.name(of: container))
      }
    },
  ]
}
