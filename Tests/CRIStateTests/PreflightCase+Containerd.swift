import CRIMessages
import CRIProtobuf
import CRIState

extension PreflightCase {
  static let containerd: [PreflightCase] = [
    PreflightCase(rule: "P1", name: "no address on disk", objects: ["default/web"]) {
      $0.editRecords { $0.sandboxes[0].ip = "" }
    },
    PreflightCase(rule: "P1", name: "no address anywhere", objects: ["default/web"]) {
      $0.editRecords { $0.sandboxes[0].ip = "" }
      $0.snapshot.sandboxes[0].status.network?.ip = ""
    },
    PreflightCase(rule: "P1", name: "the host's network needs none") { $0.editRecords { $0.sandboxes[1].ip = "" } },
    PreflightCase(rule: "P1", name: "a stopped pod needs none") { $0.editRecords { $0.sandboxes[2].ip = "" } },
    PreflightCase(rule: "P1", name: "no record", isUnchecked: true) { $0.editRecords { $0.sandboxes.removeFirst() } },
    PreflightCase(rule: "P1", name: "a record that is not understood", isUnchecked: true) {
      $0.editRecords {
        $0.sandboxes.removeFirst()
        $0.malformed = ["sandbox-web"]
      }
    },
    PreflightCase(rule: "P1", name: "no record, where P8 says it") {
      $0.snapshot.runtime.version = "1.6.20"
      $0.editRecords { $0.sandboxes.removeFirst() }
    },
    PreflightCase(rule: "P1", name: "no records at all", isUnchecked: true) { $0.containerd?.records = .unknown("no") },

    PreflightCase(rule: "P2", name: "no namespace on disk", objects: ["default/web"]) {
      $0.editRecords { $0.sandboxes[0].networkNamespace = "" }
    },
    PreflightCase(rule: "P2", name: "a stopped pod needs none") {
      $0.editRecords { $0.sandboxes[2].networkNamespace = "" }
    },
    PreflightCase(rule: "P2", name: "no records", isUnchecked: true) { $0.containerd = nil },

    PreflightCase(rule: "P3", name: "two sandboxes of one name", objects: ["default/web", "default/old"]) {
      $0.editRecords { $0.sandboxes[2].name = $0.sandboxes[0].name }
    },
    PreflightCase(rule: "P3", name: "two containers of one name", objects: ["n_web_0"]) {
      $0.editRecords {
        $0.containers[0].name = "n_web_0"
        $0.containers[1].name = "n_web_0"
      }
    },
    PreflightCase(rule: "P3", name: "a container may be called as a sandbox") {
      $0.editRecords { $0.containers[0].name = $0.sandboxes[0].name }
    },
    PreflightCase(rule: "P3", name: "no records", isUnchecked: true) { $0.containerd?.records = .unknown("no") },

    PreflightCase(rule: "P4", name: "a sandbox that is not listed", objects: ["default/web"]) {
      $0.snapshot.sandboxes.removeFirst()
    },
    PreflightCase(rule: "P4", name: "a container that is not listed", objects: ["nginx_sandbox-web_0"]) {
      $0.snapshot.containers.removeFirst()
    },
    PreflightCase(rule: "P4", name: "one that was made just now") {
      $0.snapshot.sandboxes.removeFirst()
      let now = $0.now
      $0.editRecords { $0.sandboxes[0].created = now - .seconds(3) }
    },

    PreflightCase(rule: "P5", name: "no checkpoint", objects: ["default/web/nginx", "default/web/job"]) {
      $0.containerd?.missingCheckpoints = .known(["container-web-nginx": "/a/status", "container-web-job": "/b/status"])
    },
    PreflightCase(rule: "P5", name: "nothing missing") { _ in },
    PreflightCase(rule: "P5", name: "no directory", isUnchecked: true) {
      $0.containerd?.missingCheckpoints = .unknown("no")
    },

    PreflightCase(rule: "P6", name: "no shim", objects: ["default/proxy", "default/web/nginx"]) {
      $0.containerd?.missingShims = .known(["sandbox-proxy": "/x", "container-web-nginx": "/x", "sandbox-old": "/x"])
    },
    PreflightCase(rule: "P6", name: "one that has ended needs none") {
      $0.containerd?.missingShims = .known(["container-web-job": "/x", "sandbox-old": "/x"])
    },
    PreflightCase(rule: "P6", name: "no directory", isUnchecked: true) {
      $0.containerd?.missingShims = .unknown("no")
    },

    PreflightCase(rule: "P7", name: "a container before its start", objects: ["default/web/nginx"]) {
      $0.snapshot.containers[0].status.state = .created
    },
    PreflightCase(rule: "P7", name: "a sandbox that is not listed yet", objects: ["default/web"]) {
      $0.snapshot.sandboxes.removeFirst()
      let now = $0.now
      $0.editRecords { $0.sandboxes[0].created = now - .seconds(3) }
    },
    PreflightCase(rule: "P7", name: "one that was left behind long ago") {
      $0.snapshot.sandboxes.removeFirst()
      let now = $0.now
      $0.editRecords { $0.sandboxes[0].created = now - .seconds(300) }
    },

    PreflightCase(rule: "P8", name: "a pod without a record", objects: ["default/web"]) {
      $0.snapshot.runtime.version = "1.6.20~ds1"
      $0.editRecords { $0.sandboxes.removeFirst() }
    },
    PreflightCase(rule: "P8", name: "also on the host's network", objects: ["default/proxy"]) {
      $0.snapshot.runtime.version = "v1.7.27-k3s1"
      $0.editRecords { $0.sandboxes.remove(at: 1) }
    },
    PreflightCase(rule: "P8", name: "2.x may have it elsewhere", isUnchecked: true) {
      $0.editRecords { $0.sandboxes.removeFirst() }
    },
    PreflightCase(rule: "P8", name: "a version of no known form", isUnchecked: true) {
      $0.snapshot.runtime.version = "unknown"
      $0.editRecords { $0.sandboxes.removeFirst() }
    },
    PreflightCase(rule: "P8", name: "a stopped pod is no loss") {
      $0.snapshot.runtime.version = "1.6.20"
      $0.editRecords { $0.sandboxes.remove(at: 2) }
    },
    PreflightCase(rule: "P8", name: "a record that is not understood", isUnchecked: true) {
      $0.snapshot.runtime.version = "1.6.20"
      $0.editRecords {
        $0.sandboxes.removeFirst()
        $0.malformed = ["sandbox-web"]
      }
    },
    PreflightCase(rule: "P8", name: "no records at all", isUnchecked: true) { $0.containerd?.records = .unknown("no") },

    PreflightCase(rule: "P10", name: "no second address on disk", objects: ["default/web"]) {
      $0.editRecords { $0.sandboxes[0].additionalIPs = [] }
    },
    PreflightCase(rule: "P10", name: "another primary address on disk", objects: ["default/web"]) {
      $0.editRecords { $0.sandboxes[0].ip = "10.0.0.7" }
    },
    PreflightCase(rule: "P10", name: "an address written otherwise") {
      $0.editRecords { $0.sandboxes[0].additionalIPs = ["FD00:0::0002"] }
    },
    PreflightCase(rule: "P10", name: "none on disk is P1's") {
      $0.editRecords {
        $0.sandboxes[0].ip = ""
        $0.sandboxes[0].additionalIPs = []
      }
    },
    PreflightCase(rule: "P10", name: "a stopped pod has none") { $0.editRecords { $0.sandboxes[2].ip = "10.0.0.9" } },

    PreflightCase(rule: "P9", name: "a container without a record", objects: ["default/web/nginx"]) {
      $0.editRecords { $0.containers.removeFirst() }
    },
    PreflightCase(rule: "P9", name: "one that has ended is run again", objects: ["default/web/job"]) {
      $0.editRecords { $0.containers.remove(at: 1) }
    },
    PreflightCase(rule: "P9", name: "one that has ended and has a successor") {
      $0.editRecords { $0.containers.remove(at: 1) }
      var next = $0.snapshot.containers[1]
      next.status.id += "-next"
      next.status.createdAt = next.status.createdAt + .seconds(9)
      $0.snapshot.containers.append(next)
      $0.editRecords { $0.containers.append(DiskContainer(id: next.id, name: "job_1", sandboxID: next.sandboxID)) }
    },
    PreflightCase(rule: "P9", name: "one that has ended in a stopped pod") {
      $0.editRecords { $0.containers.removeLast() }
    },
    PreflightCase(rule: "P9", name: "a record that is not understood", isUnchecked: true) {
      $0.editRecords {
        $0.containers.removeFirst()
        $0.malformed = ["container-web-nginx"]
      }
    },
    PreflightCase(rule: "P9", name: "no records at all", isUnchecked: true) { $0.containerd?.records = .unknown("no") },
  ]
}
