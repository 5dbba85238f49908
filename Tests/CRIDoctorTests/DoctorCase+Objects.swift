import CRIDoctor
import CRIMessages
import CRIPreflight
import CRIProtobuf
import CRISnapshot
import TestSupport

extension DoctorCase {
  private static func status(
    _ facts: DoctorFacts, _ duration: Duration, _ outcome: ObservedCall.Outcome = .answered
  ) -> ObservedStatus {
    ObservedStatus(
      .pod(facts.snapshot.sandboxes[0]), sandboxID: "sandbox-web", ObservedCall("PodSandboxStatus", duration, outcome))
  }

  private static func orphan(_ kind: Orphan.Kind, processes: [Int32]) -> Observation<[Orphan]> {
    .known([Orphan(kind: kind, id: "gone", pid: 777, startTime: 5, processes: processes)])
  }

  static let objects: [DoctorCase] = [
    .fires("D16", "the shim does not respond", ["default/web"]) {
      $0.statuses[0] = status($0, .seconds(5), .hanging)
    },
    .staysSilent("D16", "the shim is slow") { $0.statuses[0] = status($0, .seconds(3)) },

    .fires("D17", "the runtime lists it only", ["default/web"]) {
      $0.statuses[0] = status($0, .milliseconds(1), .failed(message: "NOT_FOUND: no"))
    },
    .staysSilent("D17", "all have a status"),

    .fires("D18", "one second", ["default/web"]) { $0.statuses[0] = status($0, .seconds(1)) },
    .staysSilent("D18", "less than a second") { $0.statuses[0] = status($0, .milliseconds(999)) },
    .staysSilent("D18", "everything is slow") {
      $0.statuses[0] = status($0, .seconds(1))
      $0.replaceCall("ListImages", .seconds(1))
    },

    .fires("D19", "the shim is stopped", ["default/web"]) {
      $0.shims = .known([RunningProcess(pid: 900, name: "containerd-shim", state: "T", id: "sandbox-web")])
    },
    .fires("D19", "containerd waited for it in vain", ["default/web"]) {
      $0.snapshot.sandboxes[0].facts.isShimSilent = true
    },
    .fires("D19", "the conmon of a container is stopped", ["default/web/nginx"]) {
      $0.shims = .known([RunningProcess(pid: 900, name: "conmon", state: "T", id: "container-web-nginx")])
    },
    .staysSilent("D19", "the shims respond"),
    .staysSilent("D19", "the sandbox is not ready") { $0.snapshot.sandboxes[2].facts.isShimSilent = true },
    .staysSilent("D19", "D16 reports it") {
      $0.statuses[0] = status($0, .seconds(5), .hanging)
      $0.snapshot.sandboxes[0].facts.isShimSilent = true
    },
    .unchecked("D19", "the shims are not visible") { $0.shims = .unknown("no") },

    .fires("D20", "a shim with processes", ["runtime"]) {
      $0.snapshot.observed?.orphans = orphan(.shim, processes: [778])
    },
    .fires("D20", "a container's process", ["runtime"]) {
      $0.snapshot.observed?.orphans = orphan(.container, processes: [])
    },
    .staysSilent("D20", "a shim without processes") { $0.snapshot.observed?.orphans = orphan(.shim, processes: []) },
    .unchecked("D20", "processes are not visible") { $0.snapshot.observed?.orphans = .unknown("no") },
    .unchecked("D20", "the containers are unknown") { $0.unlistedContainers = "no" },

    .fires("D21", "a shim without processes", ["runtime"]) {
      $0.snapshot.observed?.orphans = orphan(.shim, processes: [])
    },
    .staysSilent("D21", "a conmon with processes") {
      $0.snapshot.observed?.orphans = orphan(.conmon, processes: [778])
    },
    .unchecked("D21", "processes are not visible") { $0.snapshot.observed?.orphans = .unknown("no") },
  ]

  static let pods: [DoctorCase] = [
    .fires("D22", "a container runs in it", ["default/web"]) { $0.snapshot.sandboxes[0].status.state = .notReady },
    .staysSilent("D22", "its containers have ended"),
    .unchecked("D22", "the containers are unknown") { $0.unlistedContainers = "no" },

    .fires("D23", "two ready sandboxes", ["default/web"]) { facts in
      var twin = facts.snapshot.sandboxes[0]
      twin.status.id = "sandbox-web-1"
      facts.snapshot.sandboxes.append(twin)
    },
    .staysSilent("D23", "an older one is not ready") { facts in
      var twin = facts.snapshot.sandboxes[0]
      twin.status.id = "sandbox-web-1"
      twin.status.state = .notReady
      facts.snapshot.sandboxes.append(twin)
    },

    .fires("D24", "no container for hours", ["default/web"]) {
      $0.snapshot.containers.removeAll { $0.sandboxID == "sandbox-web" }
    },
    .staysSilent("D24", "the pod is young") {
      $0.snapshot.containers.removeAll { $0.sandboxID == "sandbox-web" }
      $0.snapshot.sandboxes[0].status.createdAt = $0.time(secondsAgo: 599)
    },
    .staysSilent("D24", "the details of its container are unknown") { facts in
      facts.snapshot.containers.removeAll { $0.sandboxID == "sandbox-web" }
      facts.statuses.append(
        ObservedStatus(
          ObjectName(.container, id: "x"), sandboxID: "sandbox-web",
          ObservedCall("ContainerStatus", .seconds(1), .failed(message: "no"))))
    },

    .fires("D25", "created two minutes ago", ["default/web/nginx"]) {
      $0.snapshot.containers[0].status.state = .created
      $0.snapshot.containers[0].status.createdAt = $0.time(secondsAgo: 120)
    },
    .staysSilent("D25", "created a moment ago") {
      $0.snapshot.containers[0].status.state = .created
      $0.snapshot.containers[0].status.createdAt = $0.time(secondsAgo: 119)
    },

    .fires("D26", "a shim was lost", ["default/web/nginx"]) { $0.snapshot.containers[0].status.state = .unknown },
    .staysSilent("D26", "all states are known"),
    .unchecked("D26", "the containers are unknown") { $0.unlistedContainers = "no" },

    .fires("D27", "the third restart failed", ["default/web/nginx"]) { $0.crash(attempt: 3, secondsAgo: 60) },
    .fires("D27", "kubelet counts the restarts", ["default/web/nginx"]) {
      $0.crash(attempt: 0, secondsAgo: 60)
      $0.snapshot.containers[0].status.annotations["io.kubernetes.container.restartCount"] = "7"
    },
    .fires("D27", "the next attempt has just started", ["default/web/nginx"]) { facts in
      facts.crash(attempt: 3, secondsAgo: 60)
      var next = facts.snapshot.containers[0]
      next.status.id = "next"
      next.status.state = .running
      next.status.metadata?.attempt = 4
      next.status.startedAt = facts.time(secondsAgo: 10)
      facts.snapshot.containers.append(next)
    },
    .staysSilent("D27", "the second restart failed") { $0.crash(attempt: 2, secondsAgo: 60) },
    .staysSilent("D27", "it ended long ago") { $0.crash(attempt: 9, secondsAgo: 1000) },
    .staysSilent("D27", "it ran for long") { $0.crash(attempt: 9, secondsAgo: 60, ran: 700) },
    .staysSilent("D27", "the next attempt has been running for long") { facts in
      facts.crash(attempt: 3, secondsAgo: 800)
      var next = facts.snapshot.containers[0]
      next.status.id = "next"
      next.status.state = .running
      next.status.metadata?.attempt = 4
      next.status.startedAt = facts.time(secondsAgo: 700)
      facts.snapshot.containers.append(next)
    },

    .fires("D28", "once", ["default/web/nginx"]) {
      $0.crash(attempt: 0, secondsAgo: 60, ran: 5000, reason: "OOMKilled", exitCode: 137)
    },
    .staysSilent("D28", "long ago") { $0.crash(attempt: 0, secondsAgo: 3601, reason: "OOMKilled") },
    .staysSilent("D28", "D27 reports it") { $0.crash(attempt: 5, secondsAgo: 60, reason: "OOMKilled") },

    .fires("D29", "processes that have ended", ["default/web/nginx", "default/proxy"]) {
      $0.node.endedProcesses = .known(["container-web-nginx": 1101, "sandbox-proxy": 1001])
    },
    .staysSilent("D29", "all are alive"),
    .unchecked("D29", "processes are not visible") { $0.node.endedProcesses = .unknown("no") },

    .fires("D52", "its conmon was killed", ["default/web/nginx"]) {
      $0.snapshot.containers[0].observed?.process = DoctorFacts.process(shim: nil)
    },
    .staysSilent("D52", "they run under their shims"),
    .staysSilent("D52", "the shims of all containers are invisible") { facts in
      for index in facts.snapshot.containers.indices {
        facts.snapshot.containers[index].observed?.process = DoctorFacts.process(shim: nil)
      }
    },
    .unchecked("D52", "the processes are not visible") {
      $0.snapshot.containers[0].observed?.process = .unknown("no")
    },

    .fires("D30", "the file is gone", ["default/web/nginx"]) {
      $0.snapshot.containers[0].observed?.hasLog = .known(false)
    },
    .staysSilent("D30", "the files exist"),
    .unchecked("D30", "the directory is not readable") {
      $0.snapshot.containers[0].observed?.hasLog = .unknown("no")
    },

    .fires("D31", "1 GiB", ["default/web/nginx"]) { $0.logSizes = .known(["container-web-nginx": 1 << 30]) },
    .staysSilent("D31", "1 GiB less one byte") { $0.logSizes = .known(["container-web-nginx": (1 << 30) - 1]) },
    .unchecked("D31", "the sizes are unknown") { $0.logSizes = .unknown("no") },
  ]
}
