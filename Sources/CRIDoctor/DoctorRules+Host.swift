internal import CRIRules
internal import CRISnapshot

extension DoctorRules {
  static let host: [DoctorCheck] = [
    DoctorCheck(.processUninterruptible) { (facts, found) throws(UnknownReason) in
      for process in try facts.blocked.get() { found.add(facts.owner(of: process), .process(process)) }
    },
    DoctorCheck(.diskLow) { (facts, found) throws(UnknownReason) in
      for use in try facts.fileSystems.get() {
        let threshold =
          switch use.purpose {
          case .images: DoctorLimits.imagesAvailablePercent
          case .node: DoctorLimits.nodeAvailablePercent
          }
        guard isBelow(use.available, of: use.size, percent: threshold) else { continue }
        found.add(ObjectName(.node), .space(use, thresholdPercent: threshold))
      }
    },
    DoctorCheck(.diskInodesLow) { (facts, found) throws(UnknownReason) in
      for use in try facts.fileSystems.get() {
        guard let inodes = use.inodes, isBelow(use.freeInodes, of: inodes, percent: DoctorLimits.inodesPercent) else {
          continue
        }
        found.add(ObjectName(.node), .inodes(use, thresholdPercent: DoctorLimits.inodesPercent))
      }
    },
    DoctorCheck(
      .diskRecordsFull, as: .recordDiskFull, .recordDiskNearlyFull,
      needs: { facts throws(UnknownReason) in try !facts.containers().isEmpty }),
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
      for mount in try mounts.get() where !listed.contains(mount.id) {
        found.add(ObjectName(.node), .path(mount.path))
      }
    },
    DoctorCheck(.cgroupLeftover) { (facts, found) throws(UnknownReason) in
      guard let cgroups = facts.cgroups else { return }
      let listed = try facts.listed()
      for cgroup in try cgroups.get() where !listed.contains(cgroup.id) {
        found.add(ObjectName(.node), .path(cgroup.path))
      }
    },
  ]

  /// Whether a part is smaller than a share of the whole.
  private static func isBelow(_ part: UInt64, of whole: UInt64, percent: UInt64) -> Bool {
    whole > 0 && part < whole / 100 * percent + whole % 100 * percent / 100
  }
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
