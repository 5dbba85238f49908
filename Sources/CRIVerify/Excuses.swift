internal import CRIMessages
internal import CRIProtobuf
internal import CRISnapshot

/// Why a pod or container that is not as it was is no loss: it ended, as they do.
struct Excuses {
  /// What began later than this before the snapshot may not have been finished in it.
  private static let youth = Duration.seconds(10)
  /// What Kubernetes' Job controller puts on its pods; the first one on older versions too.
  private static let jobLabels = ["job-name", "batch.kubernetes.io/job-name"]

  private let before: Snapshot
  private let deleted: Set<String>
  private let finished: Set<String>
  private let jobs: Set<String>

  init(before: Snapshot, after: Snapshot) {
    self.before = before
    let isJob = { (record: SandboxRecord) in Self.jobLabels.contains { record.status.labels[$0] != nil } }
    jobs = Set(before.sandboxes.filter(isJob).map(\.pod.uid))
    // The folder must have been there: a pod that kubelet did not make has none at any time.
    let was = before.observed?.kubelet?.podFolders?.value
    let now = after.observed?.kubelet?.podFolders?.value
    deleted = was.flatMap { was in now.map { was.subtracting($0) } } ?? []
    let pods = Dictionary(
      (before.sandboxes + after.sandboxes).map { ($0.id, $0.pod.uid) }, uniquingKeysWith: { first, _ in first })
    let (ran, left) = (
      Dictionary(grouping: before.containers.filter(\.isRunning)) { pods[$0.sandboxID] ?? "" },
      Dictionary(grouping: after.containers) { pods[$0.sandboxID] ?? "" }
    )
    finished = jobs.filter { uid in
      guard let left = left[uid] else { return false }
      // One that is not there any more has not ended: it is forgotten.
      return Set(ran[uid]?.map(\.name) ?? []).isSubset(of: left.map(\.name))
        && left.allSatisfy { $0.status.state == .exited && $0.status.exitCode == 0 }
    }
  }

  func isYoung(_ created: Timestamp) -> Bool { created + Self.youth > before.taken }
  /// Kubelet had a folder for the pod and has none any more.
  func isDeleted(_ pod: PodName) -> Bool { deleted.contains(pod.uid) }
  func isJob(_ pod: PodName) -> Bool { jobs.contains(pod.uid) }
  /// A Job's pod all of whose containers have ended well.
  func isFinished(_ pod: PodName) -> Bool { finished.contains(pod.uid) }

  /// Pods of which kubelet has nothing more to do.
  var ended: Set<String> { deleted.union(finished) }
}
