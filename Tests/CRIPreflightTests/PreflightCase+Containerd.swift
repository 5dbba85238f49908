import CRIMessages
import CRIPreflight
import CRIProtobuf
import CRISnapshot
import TestSupport

extension PreflightCase {
  static let containerd: [PreflightCase] = [
    PreflightCase(rule: "P20", name: "a mount hides the database", objects: ["default/web", "default/proxy"]) {
      $0.containerd?.hiddenDatabase = .known("/var/lib/containerd/io.containerd.metadata.v1.bolt/meta.db")
    },
    PreflightCase(rule: "P20", name: "it is the file that is open") { _ in },
    PreflightCase(rule: "P20", name: "the daemon's descriptors cannot be read", isUnchecked: true) {
      $0.containerd?.hiddenDatabase = .unknown("no")
    },
    PreflightCase(rule: "P1", name: "no address on disk", objects: ["default/web"]) {
      $0.editRecords { $0.sandboxes[0].ip = "" }
    },
    PreflightCase(rule: "P1", name: "no address anywhere", objects: ["default/web"]) {
      $0.editRecords { $0.sandboxes[0].ip = "" }
      $0.snapshot.sandboxes[0].status.network?.ip = ""
    },
    PreflightCase(rule: "P1", name: "the host's network needs no result") {
      $0.editRecords { $0.sandboxes[1].ip = "" }
    },
    PreflightCase(rule: "P1", name: "a stopped pod needs no record") { $0.editRecords { $0.sandboxes[2].ip = "" } },
    PreflightCase(rule: "P1", name: "no record, and the store not read", isUnchecked: true) {
      $0.editRecords { $0.sandboxes.removeFirst() }
      $0.containerd?.store = .unknown("no")
    },
    PreflightCase(rule: "P1", name: "another sandboxer has no address on disk", objects: ["default/web"]) {
      $0.editRecords { $0.sandboxes[0].ip = "" }
      $0.moveToStore(sandboxer: "shim")
    },
    PreflightCase(rule: "P1", name: "another sandboxer has it") { $0.moveToStore(sandboxer: "shim") },
    PreflightCase(rule: "P1", name: "a record that is not understood", isUnchecked: true) {
      $0.editRecords {
        $0.sandboxes.removeFirst()
        $0.malformed = ["sandbox-web"]
      }
    },
    PreflightCase(rule: "P1", name: "no record, which P8 reports") {
      $0.editRecords { $0.sandboxes.removeFirst() }
    },
    PreflightCase(rule: "P1", name: "no records at all", isUnchecked: true) { $0.containerd?.records = .unknown("no") },

    PreflightCase(rule: "P2", name: "no namespace on disk", objects: ["default/web"]) {
      $0.editRecords { $0.sandboxes[0].networkNamespace = "" }
    },
    PreflightCase(rule: "P2", name: "another namespace on disk", objects: ["default/web"]) {
      $0.editRecords { $0.sandboxes[0].networkNamespace = "/run/netns/other" }
    },
    PreflightCase(rule: "P2", name: "a namespace that another sandboxer does not tell") {
      $0.snapshot.sandboxes[0].facts.networkNamespace = "/proc/1/ns/net"
      $0.moveToStore(sandboxer: "shim")
    },
    PreflightCase(rule: "P2", name: "a stopped pod needs no record") {
      $0.editRecords { $0.sandboxes[2].networkNamespace = "" }
    },
    PreflightCase(rule: "P2", name: "no records", isUnchecked: true) { $0.containerd = nil },

    PreflightCase(rule: "P2", name: "the namespace is gone, and the address with it", objects: ["default/web"]) {
      $0.closeNamespace()
    },
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

    PreflightCase(rule: "P4", name: "one whose status could not be read") {
      $0.snapshot.sandboxes.removeFirst()
      $0.snapshot.unchecked = [Unchecked.details(ObjectName(.pod, id: "sandbox-web"), "no")]
    },
    PreflightCase(rule: "P4", name: "a sandbox that is not listed", objects: ["default/web"]) {
      $0.snapshot.sandboxes.removeFirst()
    },
    PreflightCase(rule: "P4", name: "a container that is not listed", objects: ["nginx_sandbox-web_0"]) {
      $0.snapshot.containers.removeFirst()
    },
    PreflightCase(rule: "P4", name: "only in the sandbox store", objects: ["default/web"]) {
      $0.moveToStore(sandboxer: "podsandbox")
      $0.snapshot.sandboxes.removeFirst()
    },
    PreflightCase(rule: "P4", name: "a store that the next containerd does not read") {
      $0.moveToStore(sandboxer: "podsandbox")
      $0.snapshot.sandboxes.removeFirst()
      $0.target = RuntimeVersion("1.6.20")
    },
    PreflightCase(rule: "P4", name: "a store that the next containerd may read", isUnchecked: true) {
      $0.moveToStore(sandboxer: "podsandbox")
      $0.snapshot.sandboxes.removeFirst()
      $0.replaceProgram()
    },
    PreflightCase(rule: "P4", name: "records with nothing of the CRI in them", objects: ["leak-1", "leak-2"]) {
      $0.editRecords {
        $0.bare = [
          .init(id: "leak-1", isSandbox: true), .init(id: "leak-2", isSandbox: false),
          .init(id: "sandbox-web", isSandbox: true),
        ]
      }
    },
    PreflightCase(rule: "P4", name: "created just now") {
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
    PreflightCase(rule: "P6", name: "an ended container needs no record") {
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
    PreflightCase(rule: "P7", name: "one whose status could not be read") {
      $0.snapshot.sandboxes.removeFirst()
      $0.snapshot.unchecked = [Unchecked.details(ObjectName(.pod, id: "sandbox-web"), "no")]
      let now = $0.now
      $0.editRecords { $0.sandboxes[0].created = now - .seconds(3) }
    },
    PreflightCase(rule: "P7", name: "an old leftover") {
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
    PreflightCase(rule: "P8", name: "2.x has no other record", objects: ["default/web"]) {
      $0.editRecords { $0.sandboxes.removeFirst() }
    },
    PreflightCase(rule: "P8", name: "its store was not read", isUnchecked: true) {
      $0.editRecords { $0.sandboxes.removeFirst() }
      $0.containerd?.store = .unknown("no")
    },
    PreflightCase(rule: "P8", name: "1.6 has no store", objects: ["default/web"]) {
      $0.snapshot.runtime.version = "1.6.20"
      $0.editRecords { $0.sandboxes.removeFirst() }
      $0.containerd?.store = .unknown("no")
    },
    PreflightCase(rule: "P8", name: "a version of no known form, its store not read", isUnchecked: true) {
      $0.snapshot.runtime.version = "unknown"
      $0.editRecords { $0.sandboxes.removeFirst() }
      $0.containerd?.store = .unknown("no")
    },
    PreflightCase(rule: "P8", name: "another sandboxer has no pause container") { $0.moveToStore(sandboxer: "shim") },
    PreflightCase(rule: "P8", name: "containerd 1.6 does not know that sandboxer", objects: ["default/web"]) {
      $0.moveToStore(sandboxer: "shim")
      $0.target = RuntimeVersion("1.6.20")
    },
    PreflightCase(rule: "P8", name: "the next containerd may not know it", isUnchecked: true) {
      $0.moveToStore(sandboxer: "shim")
      $0.replaceProgram()
    },
    PreflightCase(rule: "P8", name: "a k3s that brings some containerd") {
      $0.moveToStore(sandboxer: "shim")
      $0.target = RuntimeVersion("v1.34.1+k3s1")
    },
    PreflightCase(rule: "P8", name: "its pause container's record alone is gone", objects: ["default/web"]) {
      $0.moveToStore(sandboxer: "podsandbox")
    },
    PreflightCase(rule: "P8", name: "the same in the sandbox mode of 1.7", objects: ["default/web"]) {
      $0.snapshot.runtime.version = "1.7.34"
      $0.moveToStore(sandboxer: "")
    },
    PreflightCase(rule: "P8", name: "1.7 does not show whether it had one", isUnchecked: true) {
      $0.snapshot.runtime.version = "1.7.34"
      $0.snapshot.sandboxes[0].facts.pid = nil
      $0.moveToStore(sandboxer: "")
    },
    PreflightCase(rule: "P8", name: "a record of an unknown form in the store", isUnchecked: true) {
      $0.editRecords { $0.sandboxes.removeFirst() }
      $0.containerd?.store = .known(SandboxStore(malformed: ["sandbox-web"]))
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
    PreflightCase(rule: "P10", name: "P1 reports a missing address") {
      $0.editRecords {
        $0.sandboxes[0].ip = ""
        $0.sandboxes[0].additionalIPs = []
      }
    },
    PreflightCase(rule: "P10", name: "none in the runtime", objects: ["default/web"]) {
      $0.snapshot.sandboxes[0].status.network = PodSandboxNetworkStatus()
    },
    PreflightCase(rule: "P10", name: "P2 reports a lost namespace") { $0.closeNamespace() },
    PreflightCase(rule: "P10", name: "a stopped pod has none") { $0.editRecords { $0.sandboxes[2].ip = "10.0.0.9" } },

    PreflightCase(rule: "P9", name: "a container without a record", objects: ["default/web/nginx"]) {
      $0.editRecords { $0.containers.removeFirst() }
    },
    PreflightCase(rule: "P9", name: "an ended container runs again", objects: ["default/web/job"]) {
      $0.editRecords { $0.containers.remove(at: 1) }
    },
    PreflightCase(rule: "P9", name: "an ended container with a successor") {
      $0.editRecords { $0.containers.remove(at: 1) }
      var next = $0.snapshot.containers[1]
      next.status.id += "-next"
      next.status.createdAt = next.status.createdAt + .seconds(9)
      $0.snapshot.containers.append(next)
      $0.editRecords { $0.containers.append(DiskContainer(of: next)) }
    },
    PreflightCase(rule: "P9", name: "an ended container in a stopped pod") {
      $0.editRecords { $0.containers.removeLast() }
    },
    PreflightCase(rule: "P9", name: "a record that is not understood", isUnchecked: true) {
      $0.editRecords {
        $0.containers.removeFirst()
        $0.malformed = ["container-web-nginx"]
      }
    },
    PreflightCase(rule: "P11", name: "a record of a pod that was not finished", objects: ["sandbox-x"]) {
      $0.addBareRecord()
    },
    PreflightCase(rule: "P11", name: "on the way to such a version", objects: ["sandbox-x"]) {
      $0.snapshot.runtime.version = "2.2.0"
      $0.target = RuntimeVersion("2.0.5")
      $0.addBareRecord()
    },
    PreflightCase(rule: "P11", name: "later versions remove it") {
      $0.snapshot.runtime.version = "2.1.4"
      $0.addBareRecord()
    },
    PreflightCase(rule: "P11", name: "so do builds with the fix") {
      $0.snapshot.runtime.version = "2.0.4-k3s2"
      $0.addBareRecord()
    },
    PreflightCase(rule: "P11", name: "1.7 reads none") {
      $0.snapshot.runtime.version = "1.7.34"
      $0.addBareRecord()
    },
    PreflightCase(rule: "P11", name: "but in its sandbox mode", objects: ["sandbox-x"]) {
      $0.snapshot.runtime.version = "1.7.34"
      $0.addBareRecord(beside: "sandbox-web")
    },
    PreflightCase(rule: "P11", name: "being created") {
      $0.addBareRecord()
      let now = $0.now
      $0.containerd?.store = .known(SandboxStore(bare: ["sandbox-x": now - .seconds(3)]))
    },
    PreflightCase(rule: "P11", name: "one with a pause container") {
      $0.containerd?.store = .known(SandboxStore(bare: ["sandbox-web": .zero]))
    },
    PreflightCase(rule: "P11", name: "a program of unknown version", isUnchecked: true) {
      $0.snapshot.runtime.version = "2.2.0"
      $0.addBareRecord()
      $0.replaceProgram()
    },
    PreflightCase(rule: "P11", name: "a program of unknown version, and nothing for it to end at") {
      $0.replaceProgram()
    },
    PreflightCase(rule: "P11", name: "the store was not read", isUnchecked: true) {
      $0.containerd?.store = .unknown("no")
    },
    PreflightCase(rule: "P12", name: "shims of 2.x, and back to 1.7", objects: ["default/web", "default/web/nginx"]) {
      $0.target = RuntimeVersion("1.7.34")
      $0.containerd?.missingAddresses = .known(["sandbox-web", "container-web-nginx"])
    },
    PreflightCase(rule: "P12", name: "shims of 2.x, which runs on") {
      $0.containerd?.missingAddresses = .known(["sandbox-web"])
    },
    PreflightCase(rule: "P12", name: "a k3s that brings some containerd") {
      $0.target = RuntimeVersion("v1.34.1+k3s1")
      $0.containerd?.missingAddresses = .known(["sandbox-web"])
    },
    PreflightCase(rule: "P12", name: "a program of unknown version", isUnchecked: true) {
      $0.replaceProgram()
      $0.containerd?.missingAddresses = .known(["sandbox-web"])
    },
    PreflightCase(rule: "P12", name: "one of unknown version, and nothing for it to lose") {
      $0.replaceProgram()
      $0.containerd?.missingAddresses = .known(["sandbox-old"])
    },
    PreflightCase(rule: "P12", name: "one of a version that is named") {
      $0.replaceProgram()
      $0.target = RuntimeVersion("2.4.0")
      $0.containerd?.missingAddresses = .known(["sandbox-web"])
    },
    PreflightCase(rule: "P12", name: "a pod from before the upgrade") { $0.target = RuntimeVersion("1.7.34") },
    PreflightCase(rule: "P12", name: "not examined", isUnchecked: true) {
      $0.target = RuntimeVersion("1.7.34")
      $0.containerd?.missingAddresses = .unknown("no")
    },

    PreflightCase(rule: "P19", name: "no address at all", objects: ["default/web", "default/web/nginx"]) {
      $0.containerd?.lostShims = .known(["sandbox-web", "container-web-nginx", "sandbox-old"])
    },
    PreflightCase(rule: "P19", name: "also for a program of unknown version", objects: ["default/web"]) {
      $0.replaceProgram()
      $0.containerd?.lostShims = .known(["sandbox-web"])
    },
    PreflightCase(rule: "P19", name: "of 1.x it is P12's") {
      $0.target = RuntimeVersion("1.7.34")
      $0.containerd?.lostShims = .known(["sandbox-web"])
    },
    PreflightCase(rule: "P19", name: "not examined", isUnchecked: true) { $0.containerd?.lostShims = .unknown("no") },

    PreflightCase(rule: "P13", name: "added to a pod from before the upgrade", objects: ["default/web/nginx"]) {
      $0.containerd?.newerRecords = .known(["container-web-nginx"])
    },
    PreflightCase(rule: "P13", name: "which 2.1.2 can reach") {
      $0.target = RuntimeVersion("2.1.2")
      $0.containerd?.newerRecords = .known(["container-web-nginx"])
    },
    PreflightCase(rule: "P13", name: "a program of unknown version", isUnchecked: true) {
      $0.snapshot.runtime.version = "2.4.0"
      $0.replaceProgram()
      $0.containerd?.newerRecords = .known(["container-web-nginx"])
    },
    PreflightCase(rule: "P13", name: "one of unknown version, and nothing for it to lose") { $0.replaceProgram() },
    PreflightCase(rule: "P13", name: "not examined", isUnchecked: true) {
      $0.containerd?.newerRecords = .unknown("no")
    },

    PreflightCase(rule: "P9", name: "no records at all", isUnchecked: true) { $0.containerd?.records = .unknown("no") },
  ]
}
