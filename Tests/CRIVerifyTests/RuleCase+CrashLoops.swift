import CRIMessages
import CRIProtobuf
import CRIRules
import CRISnapshot
import TestSupport

extension RuleCase {
  /// A container that had ended again and again before the change.
  static let crashLoops: [RuleCase] = [
    .fires("container.ended-again", "it ended as before, and kubelet has started it again", "running", "exited 1") {
      makeCrashLoop(&$0, &$1)
    },
    .staysSilent("container.replaced", "it ended as before, and kubelet has started it again") {
      makeCrashLoop(&$0, &$1)
    },
    .fires("container.ended-again", "kubelet has not started it again yet") {
      makeCrashLoop(&$0, &$1)
      $1.containers.removeLast()
    },
    .staysSilent("container.state", "kubelet has not started it again yet") {
      makeCrashLoop(&$0, &$1)
      $1.containers.removeLast()
    },
    .fires("container.ended-again", "it ended more than once, and kubelet has removed the older record") {
      makeCrashLoop(&$0, &$1)
      removeOlderEnd(&$1)
    },
    .staysSilent("container.missing", "it ended more than once, and kubelet has removed the older record") {
      makeCrashLoop(&$0, &$1)
      removeOlderEnd(&$1)
    },
    .fires("container.replaced", "its record is gone although its process is running") {
      makeCrashLoop(&$0, &$1)
      removeOlderEnd(&$1)
      let shim = Orphan(kind: .shim, id: $0.containers[0].id, pid: 50, startTime: 1, processes: [1101])
      $1.observed = ObservedNode(orphans: .known([shim]))
    },
    .fires("container.replaced", "its record is gone, which kubelet would have kept") {
      makeCrashLoop(&$0, &$1)
      $1.containers.removeFirst()
    },
    .fires("container.replaced", "it ended in a different way") {
      makeCrashLoop(&$0, &$1)
      $1.containers[0].status.exitCode = 137
    },
    .fires("container.replaced", "it ended for a different reason") {
      makeCrashLoop(&$0, &$1)
      $1.containers[0].status.reason = "OOMKilled"
    },
    .fires("container.ended-again", "it ended while the runtime was down, after several restarts") {
      makeCrashLoop(&$0, &$1)
      endUnseen(&$1)
    },
    .fires("container.replaced", "it ended while the runtime was down, after one restart") {
      makeCrashLoop(&$0, &$1, attempt: 1)
      endUnseen(&$1)
    },
    .fires("container.replaced", "it had completed before, and ended while the runtime was down") {
      makeCrashLoop(&$0, &$1, code: 0)
      endUnseen(&$1)
    },
    .fires("container.replaced", "the earlier end was during a restart of the runtime, too") {
      makeCrashLoop(&$0, &$1, code: -1)
    },
    .fires("container.replaced", "it had run for a long time") {
      makeCrashLoop(&$0, &$1)
      $0.containers[0].status.startedAt = $0.taken + .seconds(-700)
    },
    .fires("container.replaced", "it ran for a long time during the change") {
      makeCrashLoop(&$0, &$1)
      $1.containers[0].status.finishedAt = $0.taken + .seconds(700)
    },
    .fires("container.replaced", "its earlier end was the first one in a long time") { before, after in
      makeCrashLoop(&before, &after)
      let last = before.containers.count - 1
      before.containers[last].status.startedAt = before.taken + .seconds(-7000)
    },
    .fires("container.ended-again", "it has ended for the second time, in the same way") {
      makeCrashLoop(&$0, &$1, attempt: 1)
      $1.containers.removeLast()
    },
    .fires("container.state", "it had not ended before") {
      makeCrashLoop(&$0, &$1)
      $0.containers.removeLast()
      $1.containers.removeLast()
    },
    .fires("container.log-path", "a further end does not hide another loss") {
      makeCrashLoop(&$0, &$1)
      $1.containers[0].status.logPath = "/elsewhere"
    },
    .staysSilent("container.ended-again", "the sandbox is not ready any longer") {
      makeCrashLoop(&$0, &$1)
      $1.sandboxes[0].status.state = .notReady
    },
    .fires("container.ended-again", "it ends in the recreated pod as well", "running", "exited 1", in: .reboot) {
      makeCrashLoop(&$0, &$1)
      $1.containers[0].sandboxID += "-next"
      $1.containers.removeLast()
    },
    .fires("container.successor", "it ends in the recreated pod in a different way", in: .reboot) {
      makeCrashLoop(&$0, &$1)
      $1.containers[0].sandboxID += "-next"
      $1.containers[0].status.exitCode = 2
      $1.containers.removeLast()
    },
  ]

  private static func endUnseen(_ after: inout Snapshot) {
    after.containers[0].status.exitCode = 255
    after.containers[0].status.reason = "Unknown"
  }

  /// nginx had been restarted before, and ends once more and is restarted during the change. Before the change, the last
  /// container is the one that had ended; after it, the last one is the one that is running.
  static func makeCrashLoop(
    _ before: inout Snapshot, _ after: inout Snapshot, code: Int32 = 1, attempt: UInt32 = 2
  ) {
    let taken = before.taken
    func start(_ container: inout ContainerRecord, _ attempt: UInt32, _ seconds: Int64) {
      container.status.id = "container-web-nginx-\(attempt)"
      container.status.metadata?.attempt = attempt
      container.status.annotations["io.kubernetes.container.restartCount"] = "\(attempt)"
      container.status.createdAt = taken + .seconds(seconds)
      container.status.startedAt = taken + .seconds(seconds + 1)
    }
    func end(_ container: inout ContainerRecord) {
      container.status.state = .exited
      container.status.exitCode = code
      container.status.reason = "Error"
      container.status.finishedAt = container.status.startedAt + .seconds(40)
    }
    var ended = before.containers[0]
    start(&ended, attempt - 1, -90)
    end(&ended)
    start(&before.containers[0], attempt, -30)
    var next = before.containers[0]
    start(&next, attempt + 1, 20)
    after.containers[0] = before.containers[0]
    end(&after.containers[0])
    before.containers.append(ended)
    after.containers.append(next)
  }

  /// Turns the two containers after the change into the next two: one that has ended, and one that is running.
  private static func removeOlderEnd(_ after: inout Snapshot) {
    let last = after.containers.count - 1
    for (index, attempt) in [(0, 3), (last, 4)] {
      after.containers[index].status.id = "container-web-nginx-\(attempt)"
      after.containers[index].status.createdAt = after.containers[index].status.createdAt + .seconds(40)
      after.containers[index].status.startedAt = after.containers[index].status.startedAt + .seconds(40)
      after.containers[index].status.finishedAt = after.containers[index].status.finishedAt + .seconds(40)
    }
  }
}
