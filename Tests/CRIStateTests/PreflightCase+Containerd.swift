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
  ]
}
