import CRIDoctor
import CRIMessages
import CRIPreflight
import CRIProtobuf
import CRISnapshot
import TestSupport

extension DoctorCase {
  static let runtime: [DoctorCase] = [
    .fires("D1", "nothing listens", ["runtime"]) { $0.unreachable = "connection refused" },
    .staysSilent("D1", "the runtime responds"),

    .fires("D2", "a list hangs", ["runtime"]) { $0.replaceCall("ListImages", .seconds(5), .hanging) },
    .staysSilent("D2", "a call is slow") { $0.replaceCall("ListImages", .seconds(3)) },

    .fires("D3", "a list fails", ["runtime"]) {
      $0.replaceCall("ListImages", .milliseconds(1), .failed(message: "INTERNAL: no"))
    },
    .staysSilent("D3", "all calls succeed"),

    .fires("D4", "a list is slow", ["runtime"]) { $0.replaceCall("ListImages", .milliseconds(1500)) },
    .staysSilent("D4", "a list is nearly slow") { $0.replaceCall("ListImages", .milliseconds(999)) },
    .staysSilent("D4", "a list is slow that kubelet's relist needs") { $0.replaceCall("ListContainers", .seconds(3)) },

    .fires("D5", "the runtime says so", ["runtime"]) { $0.setCondition("RuntimeReady", reason: "Down") },
    .staysSilent("D5", "the runtime is ready"),
    .unchecked("D5", "the condition is missing") { $0.snapshot.runtime.conditions = [] },
    .unchecked("D5", "the status is unknown") { $0.unreadStatus = "no" },

    .fires("D6", "another condition is false", ["runtime"]) {
      $0.setCondition("ContainerdHasNoDeprecationWarnings", message: "old")
    },
    .staysSilent("D6", "the network is not ready") { $0.setCondition("NetworkReady") },

    .fires("D7", "80 % are open", ["runtime"]) { $0.setDaemon { $0.openFiles = .known(800) } },
    .staysSilent("D7", "79.9 % are open") { $0.setDaemon { $0.openFiles = .known(799) } },
    .staysSilent("D7", "there is no limit") {
      $0.setDaemon {
        $0.openFiles = .known(1_000_000)
        $0.openFileLimit = nil
      }
    },
    .unchecked("D7", "the process is not visible") { $0.daemon = .unknown("no") },
    .unchecked("D7", "the descriptors are not visible") { $0.setDaemon { $0.openFiles = .unknown("no") } },

    .fires("D8", "8,000 threads", ["runtime"]) { $0.setDaemon { $0.threads = 8000 } },
    .staysSilent("D8", "7,999 threads") { $0.setDaemon { $0.threads = 7999 } },

    .fires("D9", "it started after the pods", ["runtime"]) { $0.setDaemon { $0.age = .seconds(60) } },
    .staysSilent("D9", "it started long ago") { $0.setDaemon { $0.age = .seconds(601) } },
    .staysSilent("D9", "the node has just booted") { facts in
      facts.setDaemon { $0.age = .seconds(60) }
      let time = facts.time(secondsAgo: 10)
      for index in facts.snapshot.sandboxes.indices { facts.snapshot.sandboxes[index].status.createdAt = time }
    },
    .unchecked("D9", "the process is not visible") { $0.daemon = .unknown("no") },

    .fires("D10", "an upgrade without a restart", ["runtime"]) {
      $0.snapshot.daemon.executable = "/usr/bin/containerd (deleted)"
    },
    .staysSilent("D10", "the program is unchanged"),
    .unchecked("D10", "the program is not visible") { $0.snapshot.daemon.executable = nil },

    .fires("D51", "a mount over the root directory", ["runtime"]) {
      $0.node.containerd = ContainerdDisk(hiddenDatabase: .known("/var/lib/containerd/meta.db"))
    },
    .staysSilent("D51", "the database is the file at its path") { $0.node.containerd = ContainerdDisk() },
    .unchecked("D51", "the daemon's files are not visible") {
      $0.node.containerd = ContainerdDisk(hiddenDatabase: .unknown("no"))
    },

    .fires("D11", "containerd#7843", ["runtime"]) { $0.snapshot.runtime.version = "1.6.12" },
    .staysSilent("D11", "a version without known defects") { $0.snapshot.runtime.version = "1.6.20" },
    .unchecked("D11", "a version in an unknown form") { $0.snapshot.runtime.version = "devel" },
  ]

  static let kubelet: [DoctorCase] = [
    .fires("D12", "no process", ["node"]) { $0.snapshot.observed?.kubelet?.processes = .known([]) },
    .staysSilent("D12", "it is running"),
    .staysSilent("D12", "kubelet does not belong on this node") {
      $0.snapshot.observed?.kubelet?.processes = .known([])
      $0.hasKubeletDirectory = .known(false)
    },
    .fires("D12", "its directory is gone, but it has created a pod", ["node"]) {
      $0.snapshot.observed?.kubelet?.processes = .known([])
      $0.hasKubeletDirectory = .known(false)
      $0.snapshot.sandboxes[0].status.annotations["kubernetes.io/config.seen"] = "2026-01-01T00:00:00Z"
    },
    .unchecked("D12", "processes are not visible") { $0.snapshot.observed?.kubelet?.processes = .unknown("no") },

    .fires("D13", "different drivers", ["node"]) { $0.node.kubelet.cgroupDriver = .known("cgroupfs") },
    .staysSilent("D13", "the same driver"),
    .staysSilent("D13", "kubelet asks the runtime for it") {
      $0.node.kubelet.cgroupDriver = .known("cgroupfs")
      $0.node.configuration.servesCgroupDriver = true
    },
    .unchecked("D13", "the runtime does not report it") { $0.node.configuration.cgroupDriver = .unknown("no") },

    .fires("D14", "a different socket", ["node"]) {
      $0.node.kubelet.endpoint = .known("unix:///run/crio/crio.sock")
      $0.node.kubelet.usesOurEndpoint = false
    },
    .staysSilent("D14", "the same socket"),
    .unchecked("D14", "the endpoint is unknown") { $0.node.kubelet.endpoint = .unknown("no") },

    .fires("D15", "the lists take a second", ["runtime"]) {
      $0.replaceCall("ListPodSandbox", .milliseconds(400))
      $0.replaceCall("ListContainers", .milliseconds(600))
    },
    .staysSilent("D15", "they take less"),
    .staysSilent("D15", "another list takes a second") { $0.replaceCall("ListImages", .seconds(1)) },
  ]
}
