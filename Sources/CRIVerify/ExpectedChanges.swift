internal import CRIMessages
internal import CRIProtobuf
internal import CRISnapshot

/// Determines whether a pod or container changed because it ended normally, which is not a loss.
struct ExpectedChanges {
  /// A pod whose age is less than this when the snapshot is taken may be incomplete in the snapshot.
  private static let minimumAge = Duration.seconds(10)
  /// The labels that Kubernetes' Job controller sets on its pods; older versions set only the first.
  private static let jobLabels = ["job-name", "batch.kubernetes.io/job-name"]

  private let before: Snapshot
  private let deleted: Set<String>
  private let finished: Set<String>
  private let jobs: Set<String>

  init(before: Snapshot, after: Snapshot) {
    self.before = before
    let isJob = { (record: SandboxRecord) in Self.jobLabels.contains { record.status.labels[$0] != nil } }
    jobs = Set(before.sandboxes.filter(isJob).map(\.pod.uid))
    // Only pods whose directory existed before are considered, because kubelet has no directory for a pod that it did
    // not create.
    let (old, now) = (before.observed?.kubelet, after.observed?.kubelet)
    // Without kubelet's process, its root directory may not be known, and the default one says nothing about its pods.
    let isSameRoot = old?.rootDirectory == nil || now?.rootDirectory == nil || old?.rootDirectory == now?.rootDirectory
    let (earlier, later) = (old?.podDirectories?.value, now?.podDirectories?.value)
    deleted = isSameRoot ? earlier.flatMap { earlier in later.map { earlier.subtracting($0) } } ?? [] : []
    let pods = Dictionary(
      (before.sandboxes + after.sandboxes).map { ($0.id, $0.pod.uid) }, uniquingKeysWith: { first, _ in first })
    let (running, remaining) = (
      Dictionary(grouping: before.containers.filter(\.isRunning)) { pods[$0.sandboxID] ?? "" },
      Dictionary(grouping: after.containers) { pods[$0.sandboxID] ?? "" }
    )
    finished = jobs.filter { uid in
      guard let remaining = remaining[uid] else { return false }
      // A missing container has not exited normally, but was lost.
      return Set(running[uid]?.map(\.name) ?? []).isSubset(of: remaining.map(\.name))
        && remaining.allSatisfy { $0.status.state == .exited && $0.status.exitCode == 0 }
    }
  }

  /// Whether an object was created just before the snapshot. If its creation time is far in the future, the clock was
  /// set back since then, and the object may be of any age.
  func isYoung(_ created: Timestamp) -> Bool {
    created + Self.minimumAge > before.taken && created < before.taken + Self.minimumAge
  }
  /// Whether kubelet had a directory for the pod and has since removed it.
  func isDeleted(_ pod: PodName) -> Bool { deleted.contains(pod.uid) }
  func isJob(_ pod: PodName) -> Bool { jobs.contains(pod.uid) }
  /// Whether all containers of a Job's pod have succeeded.
  func isFinished(_ pod: PodName) -> Bool { finished.contains(pod.uid) }

  /// The UIDs of the pods for which kubelet has nothing left to do.
  var ended: Set<String> { deleted.union(finished) }
}
