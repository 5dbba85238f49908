internal import CRIPreflight
internal import CRIRules
internal import CRISnapshot

extension DoctorRules {
  static let host: [DoctorCheck] = [
    DoctorCheck(.processUninterruptible) { (facts, found) throws(UnknownReason) in
      for process in try facts.blocked.get() { found.add(facts.owner(of: process), .process(process)) }
    },
    DoctorCheck(.diskLow) { (facts, found) throws(UnknownReason) in
      for use in try facts.fileSystems.get() {
        guard let threshold = facts.evictionThresholds.available[use.purpose],
          use.available < threshold.minimum(of: use.size)
        else { continue }
        found.add(ObjectName(.node), .space(use, threshold))
      }
    },
    DoctorCheck(.diskInodesLow) { (facts, found) throws(UnknownReason) in
      for use in try facts.fileSystems.get() {
        guard let inodes = use.inodes, let threshold = facts.evictionThresholds.freeInodes[use.purpose],
          use.freeInodes < threshold.minimum(of: inodes)
        else { continue }
        found.add(ObjectName(.node), .inodes(use, threshold))
      }
    },
    DoctorCheck(.diskRecordsFull) { (facts, found) throws(UnknownReason) in
      guard try !facts.containers().isEmpty else { return }
      for id in [RuleID.recordDiskFull, .recordDiskNearlyFull] {
        let outcome = PreflightRules.outcome(of: id, facts.node)
        // All containers have their records in the same file system.
        if let first = outcome.findings.first { found.add(ObjectName(.node), .preflight(first.detail)) }
        for reason in outcome.unknown { found.skip(reason) }
      }
    },
    DoctorCheck(
      .imageNoPause, as: .imagePausePresent, needs: { facts throws(UnknownReason) in try facts.hasImages() }),
    DoctorCheck(
      .imagePauseCollectable, as: .imagePausePinned, needs: { facts throws(UnknownReason) in try facts.hasImages() }),
    DoctorCheck(
      .imageOfContainerGone, as: .imagePresent,
      needs: { facts throws(UnknownReason) in
        _ = try facts.containers()
        return try facts.hasImages()
      }),
    DoctorCheck(
      .hostClockBehind, as: .podCreatedInFuture,
      needs: { facts throws(UnknownReason) in try !facts.sandboxes().isEmpty }),
    DoctorCheck(.mountLeftover) { (facts, found) throws(UnknownReason) in
      guard let mounts = facts.mounts else { return }
      let listed = try facts.listed()
      let paths = try mounts.get().filter { !listed.contains($0.id) }.map(\.path)
      if !paths.isEmpty { found.add(ObjectName(.node), .paths(paths)) }
    },
    DoctorCheck(.cgroupLeftover) { (facts, found) throws(UnknownReason) in
      guard let cgroups = facts.cgroups else { return }
      let listed = try facts.listed()
      let paths = try cgroups.get().filter { !listed.contains($0.id) }.map(\.path)
      if !paths.isEmpty { found.add(ObjectName(.node), .paths(paths)) }
    },
  ]
}

extension DoctorFacts {
  /// The pod to which a process belongs, or the runtime.
  fileprivate func owner(of process: RunningProcess) -> ObjectName {
    guard let id = process.id else { return ObjectName(.runtime) }
    if let sandbox = snapshot.sandboxes.first(where: { $0.id == id }) { return .pod(sandbox) }
    if let container = snapshot.containers.first(where: { $0.id == id }) { return name(of: container) }
    return ObjectName(.runtime)
  }

  /// Whether the images are known.
  /// - Throws: The reason why they are not.
  fileprivate func hasImages() throws(UnknownReason) -> Bool {
    if let reason = snapshot.uncheckedImages { throw reason }
    _ = try conditions()
    return true
  }
}
