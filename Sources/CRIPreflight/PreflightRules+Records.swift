internal import CRIMessages
internal import CRIProtobuf
internal import CRIRules
internal import CRISnapshot

extension PreflightRules {
  /// The checks that compare what the runtime reports with what it will read from disk after a restart, because kubelet
  /// then acts on those values.
  static let records: [PreflightCheck] = [
    PreflightCheck(.networkModeOnDisk) { (facts, found) throws(UnknownReason) in
      try facts.compareAllPods(&found) { record, disk in
        guard record.isHostNetwork != disk.isHostNetwork else { return nil }
        let mode = { FindingValue.namespaceMode($0 ? .node : .pod) }
        return .differs(runtime: mode(record.isHostNetwork), disk: mode(disk.isHostNetwork))
      }
    },
    PreflightCheck(.podUIDOnDisk) { (facts, found) throws(UnknownReason) in
      try facts.compareAllPods(&found) { record, disk in
        let label = "io.kubernetes.pod.uid"
        if record.pod.uid != disk.pod.uid {
          return .differs(runtime: record.pod.uid.findingValue, disk: disk.pod.uid.findingValue)
        }
        guard let uid = record.status.labels[label], uid != disk.labels[label] else { return nil }
        return .labelDiffers(runtime: .text(uid), disk: disk.labels[label].findingValue)
      }
    },
    PreflightCheck(.containerIdentityOnDisk) { (facts, found) throws(UnknownReason) in
      try facts.compareContainers(&found) { container, disk in
        let identity = DiskContainer.identity
        if let (runtime, disk) = FindingValue.lost(container.status.labels, disk.labels, where: identity.contains) {
          return .labelDiffers(runtime: runtime, disk: disk)
        }
        // kubelet does not restart an exited container because of its hash.
        guard container.isRunning else { return nil }
        return FindingValue.lost(container.status.annotations, disk.annotations) { $0 == DiskContainer.hash }
          .map { .differs(runtime: $0.before, disk: $0.after) }
      }
    },
    PreflightCheck(.recordFields) { (facts, found) throws(UnknownReason) in
      try facts.compareAllPods(&found) { record, disk in
        let faults = faults(of: record, disk)
        return faults.isEmpty ? nil : .fieldsDiffer(faults)
      }
      try facts.compareContainers(&found) { container, disk in
        let faults = faults(of: container, disk)
        return faults.isEmpty ? nil : .fieldsDiffer(faults)
      }
    },
    PreflightCheck(.shimAnswers) { (facts, found) throws(UnknownReason) in
      for record in facts.readySandboxes where record.facts.isShimSilent { found.add(.pod(record)) }
    },
    PreflightCheck(.recordDirectory) { (facts, found) throws(UnknownReason) in
      guard let path = try facts.disk().hiddenDatabase.get() else { return }
      for record in facts.readySandboxes { found.add(.pod(record), .path(path)) }
    },
  ]

  private static func faults(of record: SandboxRecord, _ disk: DiskSandbox) -> [FieldDifference] {
    var faults = FieldDifferences()
    faults.compare(.namespace, record.pod.namespace, disk.pod.namespace)
    faults.compare(.name, record.pod.name, disk.pod.name)
    faults.compare(.attempt, record.status.metadata?.attempt ?? 0, disk.attempt)
    faults.compare(.handler, record.status.runtimeHandler, disk.runtimeHandler)
    let options = record.status.linux?.namespaces?.options ?? NamespaceOption()
    faults.compare(.pidMode, options.pid, disk.namespaces.pid)
    faults.compare(.ipcMode, options.ipc, disk.namespaces.ipc)
    faults.add(.label, FindingValue.lost(record.status.labels, disk.labels, where: { $0 != "io.kubernetes.pod.uid" }))
    faults.add(.annotation, FindingValue.lost(record.status.annotations, disk.annotations))
    // Another rule covers an address that is not on disk.
    if let reported = record.facts.interfaces, !disk.ip.isEmpty, !record.isHostNetwork {
      faults.add(.cniResult, FindingValue.difference(reported, disk.interfaces ?? []))
    }
    return faults.items
  }

  private static func faults(of container: ContainerRecord, _ disk: DiskContainer.Configuration) -> [FieldDifference] {
    var faults = FieldDifferences()
    faults.compare(.name, container.name, disk.name)
    faults.compare(.attempt, container.status.metadata?.attempt ?? 0, disk.attempt)
    faults.add(
      .label,
      FindingValue.lost(container.status.labels, disk.labels, where: { !DiskContainer.identity.contains($0) }))
    faults.add(
      .annotation,
      FindingValue.lost(container.status.annotations, disk.annotations, where: { $0 != DiskContainer.hash }))
    return faults.items
  }
}

/// Collects the fields that differ.
private struct FieldDifferences {
  var items: [FieldDifference] = []

  mutating func compare<T: Equatable & FindingValueConvertible>(
    _ field: FieldDifference.Field, _ runtime: T, _ disk: T
  ) {
    if runtime != disk { add(field, (runtime.findingValue, disk.findingValue)) }
  }

  mutating func add(_ field: FieldDifference.Field, _ values: ValuePair?) {
    guard let values else { return }
    items.append(FieldDifference(field, runtime: values.before, disk: values.after))
  }
}
