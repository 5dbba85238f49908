import CRIMessages
import CRIPreflight
import CRIProtobuf
import CRISnapshot
import TestSupport

/// The records that containerd will read back, compared with the values that it reports now.
extension PreflightCase {
  static let records: [PreflightCase] = [
    PreflightCase(rule: "P14", name: "the host's network on disk", objects: ["default/web"]) {
      $0.editRecords { $0.sandboxes[0].namespaces.network = .node }
    },
    PreflightCase(rule: "P14", name: "the pod's own network on disk", objects: ["default/proxy"]) {
      $0.editRecords { $0.sandboxes[1].namespaces.network = .pod }
    },
    PreflightCase(rule: "P14", name: "a response without options means the pod's own network") {
      $0.snapshot.sandboxes[0].status.linux = nil
      $0.editRecords { $0.sandboxes[0].namespaces = NamespaceOption() }
    },
    PreflightCase(rule: "P14", name: "a stopped pod") { $0.editRecords { $0.sandboxes[2].namespaces.network = .node } },
    PreflightCase(rule: "P14", name: "a record that is not understood", isUnchecked: true) {
      $0.editRecords {
        $0.sandboxes.removeFirst()
        $0.malformed = ["sandbox-web"]
      }
    },

    PreflightCase(rule: "P15", name: "a different UID on disk", objects: ["default/web"]) {
      $0.editRecords { $0.sandboxes[0].pod.uid = "uid-other" }
    },
    PreflightCase(rule: "P15", name: "no label on disk, on the host's network", objects: ["default/proxy"]) {
      $0.editRecords { $0.sandboxes[1].labels["io.kubernetes.pod.uid"] = nil }
    },
    PreflightCase(rule: "P15", name: "no label anywhere") {
      $0.snapshot.sandboxes[0].status.labels = [:]
      $0.editRecords { $0.sandboxes[0].labels = [:] }
    },
    PreflightCase(rule: "P15", name: "no records", isUnchecked: true) { $0.containerd?.records = .unknown("no") },

    PreflightCase(rule: "P16", name: "a different hash on disk", objects: ["default/web/nginx"]) {
      $0.editRecords { $0.containers[0].configuration?.annotations["io.kubernetes.container.hash"] = "1" }
    },
    PreflightCase(rule: "P16", name: "a different name on disk", objects: ["default/web/nginx", "default/web/job"]) {
      $0.editRecords {
        for index in 0...1 { $0.containers[index].configuration?.labels["io.kubernetes.container.name"] = "x" }
      }
    },
    PreflightCase(rule: "P16", name: "the hash of an exited container") {
      $0.editRecords { $0.containers[1].configuration?.annotations["io.kubernetes.container.hash"] = nil }
    },
    PreflightCase(rule: "P16", name: "a container in a stopped pod") {
      $0.editRecords { $0.containers[3].configuration?.labels = [:] }
    },
    PreflightCase(rule: "P16", name: "a record without a configuration") {
      $0.editRecords { $0.containers[0].configuration = nil }
    },
    PreflightCase(rule: "P16", name: "a container without a record, which P9 reports") {
      $0.editRecords { $0.containers.removeFirst() }
    },

    PreflightCase(rule: "P17", name: "no CNI result on disk", objects: ["default/web"]) {
      $0.editRecords { $0.sandboxes[0].interfaces = nil }
    },
    PreflightCase(rule: "P17", name: "a different CNI result on disk", objects: ["default/web"]) {
      $0.editRecords { $0.sandboxes[0].interfaces?[0].mac = "cc:dd" }
    },
    PreflightCase(rule: "P17", name: "neither a CNI result nor an address on disk, which P1 reports") {
      $0.editRecords { ($0.sandboxes[0].interfaces, $0.sandboxes[0].ip) = (nil, "") }
    },
    PreflightCase(rule: "P17", name: "no interface in the runtime, and no CNI result on disk") {
      $0.snapshot.sandboxes[0].facts.interfaces = []
      $0.editRecords { $0.sandboxes[0].interfaces = nil }
    },
    PreflightCase(rule: "P17", name: "a runtime that reports no CNI result") {
      $0.snapshot.sandboxes[0].facts.interfaces = nil
    },
    PreflightCase(
      rule: "P17", name: "a different name and a different namespace on disk",
      objects: ["default/web", "default/proxy"]
    ) {
      $0.editRecords {
        $0.sandboxes[0].pod.name = "x"
        $0.sandboxes[1].pod.namespace = "x"
      }
    },
    PreflightCase(rule: "P17", name: "a different attempt on disk", objects: ["default/web", "default/web/nginx"]) {
      $0.editRecords {
        $0.sandboxes[0].attempt = 3
        $0.containers[0].configuration?.attempt = 3
      }
    },
    PreflightCase(
      rule: "P17", name: "different namespace modes and a different handler on disk",
      objects: ["default/web", "default/proxy"]
    ) {
      $0.editRecords {
        $0.sandboxes[0].namespaces.pid = .node
        $0.sandboxes[1].runtimeHandler = "kata"
      }
    },
    PreflightCase(
      rule: "P17", name: "different labels and annotations on disk", objects: ["default/web", "default/web/nginx"]
    ) {
      $0.editRecords {
        $0.sandboxes[0].labels["app"] = nil
        $0.containers[0].configuration?.annotations["io.kubernetes.container.restartCount"] = "7"
      }
    },
    PreflightCase(rule: "P17", name: "more on disk than the runtime reports") {
      $0.editRecords { $0.sandboxes[0].labels["more"] = "1" }
    },
    PreflightCase(rule: "P17", name: "a stopped pod") { $0.editRecords { $0.sandboxes[2].attempt = 3 } },
    PreflightCase(rule: "P17", name: "a value that a snapshot leaves out") {
      let key = "kubectl.kubernetes.io/last-applied-configuration"
      $0.snapshot.sandboxes[0].status.annotations[key] = "<left out>"
      $0.editRecords { $0.sandboxes[0].annotations[key] = "<left out>" }
    },
    PreflightCase(rule: "P17", name: "no records", isUnchecked: true) { $0.containerd?.records = .unknown("no") },

    PreflightCase(rule: "P18", name: "a shim that does not respond", objects: ["default/web"]) {
      $0.snapshot.sandboxes[0].facts.isShimSilent = true
    },
    PreflightCase(rule: "P18", name: "a shim of a stopped pod that does not respond") {
      $0.snapshot.sandboxes[2].facts.isShimSilent = true
    },
  ]
}
