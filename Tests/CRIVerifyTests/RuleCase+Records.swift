import CRIMessages
import CRIProtobuf
import CRIRules
import CRISnapshot
import CRIVerify
import TestSupport

/// Missing records, and completed containers that run again because their record is missing.
extension RuleCase {
  static let records: [RuleCase] = [
    .fires("pod.record-lost", "kubelet was stopped, so it has not removed the record", "not ready", "gone") {
      stopKubelet(&$0, &$1)
      $1.sandboxes.remove(at: 2)
    },
    .staysSilent("pod.collected", "kubelet was stopped, so it has not removed the record") {
      stopKubelet(&$0, &$1)
      $1.sandboxes.remove(at: 2)
    },
    .staysSilent("pod.record-lost", "kubelet is running now, and may have removed the record") {
      stopKubelet(&$0, &$1)
      $1.observed?.kubelet?.processes = .known([ObservedKubelet.Instance(pid: 41, startTime: 5)])
      $1.sandboxes.remove(at: 2)
    },
    .staysSilent("pod.record-lost", "kubelet was running before, and may have removed the record") {
      stopKubelet(&$0, &$1)
      $0.observed?.kubelet?.processes = .known([ObservedKubelet.Instance(pid: 41, startTime: 5)])
      $1.sandboxes.remove(at: 2)
    },
    .staysSilent("pod.record-lost", "kubelet is not visible") {
      stopKubelet(&$0, &$1)
      $1.observed?.kubelet?.processes = .unknown(UnknownReason(.kubeletNotVisible))
      $1.sandboxes.remove(at: 2)
    },
    .staysSilent("pod.record-lost", "the node has no kubelet") {
      stopKubelet(&$0, &$1)
      $0.observed?.kubelet?.podDirectories = nil
      $1.observed?.kubelet?.podDirectories = nil
      $1.sandboxes.remove(at: 2)
    },
    .fires("container.record-lost", "kubelet was stopped, so it has not removed the record", "exited 0", "gone") {
      stopKubelet(&$0, &$1)
      $1.containers.remove(at: 3)
    },
    .staysSilent("container.collected", "kubelet was stopped, so it has not removed the record") {
      stopKubelet(&$0, &$1)
      $1.containers.remove(at: 3)
    },
    .staysSilent("container.record-lost", "kubelet removes old records") { $1.containers.remove(at: 3) },

    .fires(
      "container.runs-again", "it had completed while another container of the pod was running", "exited 0", "running",
      in: .reboot
    ) { repeatJob(&$0, &$1) },
    .fires("container.runs-again", "it has completed again", "exited 0", "exited 0", in: .wipe) { before, after in
      repeatJob(&before, &after)
      after.containers[after.containers.count - 1].status.state = .exited
    },
    .fires("container.runs-again", "the pod was recreated during a restart") { before, after in
      repeatJob(&before, &after)
      after.sandboxes[0].status.state = .notReady
      after.sandboxes.append(before.successor(of: 0))
      after.containers[after.containers.count - 1].sandboxID = "sandbox-web-next"
    },
    .staysSilent("container.runs-again", "its restart policy requires it to run again", in: .reboot) {
      repeatJob(&$0, &$1, .always)
    },
    .staysSilent("container.runs-again", "it had failed, and its restart policy requires it to run again", in: .reboot)
    {
      repeatJob(&$0, &$1)
      $0.containers[1].status.exitCode = 1
    },
    .staysSilent("container.runs-again", "it is an init container", in: .reboot) {
      repeatJob(&$0, &$1, .onFailure, .initial)
    },
    .staysSilent("container.runs-again", "only its old record is there", in: .reboot) {
      repeatJob(&$0, &$1)
      $1.containers.removeLast()
    },
    .staysSilent("container.runs-again", "its policy is unknown", in: .reboot) {
      repeatJob(&$0, &$1)
      $0.pods = nil
    },

    .fires("pod.cut-off", "a Job ends while kubelet recreates another pod", "ready", "not ready") {
      endJob(&$0, &$1)
      $1.sandboxes[1] = $0.successor(of: 1)
    },
    .staysSilent("pod.finished", "a Job ends while kubelet recreates another pod") {
      endJob(&$0, &$1)
      $1.sandboxes[1] = $0.successor(of: 1)
    },
    .staysSilent("pod.cut-off", "a Job ends, and kubelet recreates nothing") { endJob(&$0, &$1) },
    .fires("container.finished-job", "it has run again and completed, as OnFailure allows", in: .reboot) {
      complete(&$0, &$1, .onFailure)
    },
    .staysSilent("container.successor", "it has run again and completed, as OnFailure allows", in: .reboot) {
      complete(&$0, &$1, .onFailure)
    },
    .fires("container.successor", "it has ended, but its policy is Always", "running", "exited 0", in: .reboot) {
      complete(&$0, &$1, .always)
    },
  ]

  /// A Job's pod ends, and kubelet stops its sandbox.
  private static func endJob(_ before: inout Snapshot, _ after: inout Snapshot) {
    makeJob(&before, &after)
    after.sandboxes[0].status.state = .notReady
    for index in 0...1 {
      after.containers[index].status.state = .exited
      after.containers[index].status.exitCode = 0
    }
  }

  /// kubelet is installed, but is not running before or after the change.
  private static func stopKubelet(_ before: inout Snapshot, _ after: inout Snapshot) {
    addObservations(&before, &after)
    before.observed?.kubelet?.processes = .known([])
    after.observed?.kubelet?.processes = .known([])
  }

  /// The container `job` had completed, and runs again in the pod's new sandbox.
  private static func repeatJob(
    _ before: inout Snapshot, _ after: inout Snapshot, _ policy: RestartPolicy = .onFailure,
    _ kind: PodSpecification.Container.Kind = .regular
  ) {
    before.pods = [
      PodSpecification(
        pod: before.sandboxes[0].pod, restartPolicy: policy,
        containers: [PodSpecification.Container("job", kind), PodSpecification.Container("nginx", .regular)])
    ]
    before.containers[1].status.exitCode = 0
    after.containers[1].status.exitCode = 0
    var next = before.containers[1]
    next.status.id += "-next"
    next.status.state = .running
    next.sandboxID += "-next"
    after.containers.append(next)
  }

  /// The container `nginx` has exited with 0 in the recreated pod.
  private static func complete(_ before: inout Snapshot, _ after: inout Snapshot, _ policy: RestartPolicy) {
    before.pods = [PodSpecification(pod: before.sandboxes[0].pod, restartPolicy: policy, containers: [])]
    after.containers[0].status.state = .exited
  }
}
