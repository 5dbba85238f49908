import CRIMessages
import CRIProtobuf
import CRIRules
import CRISnapshot
import CRIVerify
import TestSupport

/// Sandboxes that were not ready before the change, although containers in them were running.
extension RuleCase {
  static let outlived: [RuleCase] = [
    .fires("pod.not-ready-already", "its containers still run", "not ready", "not ready") { before, after in
      outlive(&before, &after)
    },
    .fires(
      "pod.not-ready-already", "kubelet has recreated it", "not ready",
      "sandbox-web-next, attempt 0 → 1"
    ) { before, after in
      outlive(&before, &after)
      recreate(&after)
      after.containers[0].status.state = .exited
    },
    .staysSilent("container.state", "kubelet has ended it because its sandbox was not ready") { before, after in
      outlive(&before, &after)
      recreate(&after)
      after.containers[0].status.state = .exited
    },
    .fires("container.state", "it has ended in a sandbox that was not ready, without kubelet") { before, after in
      outlive(&before, &after)
      before.observed?.kubelet?.processes = .known([])
      after.observed?.kubelet?.processes = .known([])
      after.containers[0].status.state = .exited
    },
    .staysSilent("pod.not-ready-already", "none of its containers was running") { before, after in
      outlive(&before, &after)
      before.containers[0].status.state = .exited
      after.containers[0].status.state = .exited
    },
    .staysSilent("pod.not-ready-already", "the pod was deleted") { before, after in
      outlive(&before, &after)
      after.observed?.kubelet?.podDirectories = .known(["uid-proxy"])
    },
  ]

  /// Makes the first sandbox not ready before the change, while its container runs on.
  private static func outlive(_ before: inout Snapshot, _ after: inout Snapshot) {
    addObservations(&before, &after)
    before.sandboxes[0].status.state = .notReady
    after.sandboxes[0].status.state = .notReady
  }

  private static func recreate(_ after: inout Snapshot) {
    var next = after.successor(of: 0)
    next.status.state = .ready
    after.sandboxes.append(next)
  }
}
