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
    PreflightCase(rule: "P20", name: "the database at the path is the open file") { _ in },
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
    PreflightCase(rule: "P1", name: "no record, and the sandbox store could not be read", isUnchecked: true) {
      $0.editRecords { $0.sandboxes.removeFirst() }
      $0.containerd?.store = .unknown("no")
    },
    PreflightCase(rule: "P1", name: "another sandboxer has no address on disk", objects: ["default/web"]) {
      $0.editRecords { $0.sandboxes[0].ip = "" }
      $0.moveToStore(sandboxer: "shim")
    },
    PreflightCase(rule: "P1", name: "another sandboxer has the address on disk") { $0.moveToStore(sandboxer: "shim") },
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
    PreflightCase(rule: "P2", name: "a different namespace on disk", objects: ["default/web"]) {
      $0.editRecords { $0.sandboxes[0].networkNamespace = "/run/netns/other" }
    },
    PreflightCase(rule: "P2", name: "a namespace that another sandboxer does not record") {
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
    PreflightCase(rule: "P3", name: "two sandboxes with the same name", objects: ["default/web", "default/old"]) {
      $0.editRecords { $0.sandboxes[2].name = $0.sandboxes[0].name }
    },
    PreflightCase(rule: "P3", name: "two containers with the same name", objects: ["n_web_0"]) {
      $0.editRecords {
        $0.containers[0].name = "n_web_0"
        $0.containers[1].name = "n_web_0"
      }
    },
    PreflightCase(rule: "P3", name: "a container with the name of a sandbox") {
      $0.editRecords { $0.containers[0].name = $0.sandboxes[0].name }
    },
    PreflightCase(rule: "P3", name: "no records", isUnchecked: true) { $0.containerd?.records = .unknown("no") },

    PreflightCase(rule: "P4", name: "a sandbox whose status could not be read") {
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
    PreflightCase(rule: "P4", name: "records without any data of the CRI", objects: ["leak-1", "leak-2"]) {
      $0.editRecords {
        $0.withoutData = [
          .init(id: "leak-1", isSandbox: true), .init(id: "leak-2", isSandbox: false),
          .init(id: "sandbox-web", isSandbox: true),
        ]
      }
    },
    PreflightCase(rule: "P4", name: "a sandbox that has just been created") {
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
    PreflightCase(rule: "P6", name: "an exited container needs no record") {
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
    PreflightCase(rule: "P7", name: "a new sandbox whose status could not be read") {
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
    PreflightCase(rule: "P8", name: "a pod on the host's network without a record", objects: ["default/proxy"]) {
      $0.snapshot.runtime.version = "v1.7.27-k3s1"
      $0.editRecords { $0.sandboxes.remove(at: 1) }
    },
    PreflightCase(rule: "P8", name: "2.x with an empty sandbox store", objects: ["default/web"]) {
      $0.editRecords { $0.sandboxes.removeFirst() }
    },
    PreflightCase(rule: "P8", name: "no record, and the sandbox store could not be read", isUnchecked: true) {
      $0.editRecords { $0.sandboxes.removeFirst() }
      $0.containerd?.store = .unknown("no")
    },
    PreflightCase(rule: "P8", name: "1.6 has no store", objects: ["default/web"]) {
      $0.snapshot.runtime.version = "1.6.20"
      $0.editRecords { $0.sandboxes.removeFirst() }
      $0.containerd?.store = .unknown("no")
    },
    PreflightCase(
      rule: "P8", name: "a version that cannot be parsed, and the sandbox store could not be read", isUnchecked: true
    ) {
      $0.snapshot.runtime.version = "unknown"
      $0.editRecords { $0.sandboxes.removeFirst() }
      $0.containerd?.store = .unknown("no")
    },
    PreflightCase(rule: "P8", name: "another sandboxer has no pause container") { $0.moveToStore(sandboxer: "shim") },
    PreflightCase(rule: "P8", name: "containerd 1.6 does not know that sandboxer", objects: ["default/web"]) {
      $0.moveToStore(sandboxer: "shim")
      $0.target = RuntimeVersion("1.6.20")
    },
    PreflightCase(rule: "P8", name: "the next containerd may not know that sandboxer", isUnchecked: true) {
      $0.moveToStore(sandboxer: "shim")
      $0.replaceProgram()
    },
    PreflightCase(rule: "P8", name: "a k3s release with an unknown version of containerd") {
      $0.moveToStore(sandboxer: "shim")
      $0.target = RuntimeVersion("v1.34.1+k3s1")
    },
    PreflightCase(rule: "P8", name: "only the record of the pause container is missing", objects: ["default/web"]) {
      $0.moveToStore(sandboxer: "podsandbox")
    },
    PreflightCase(
      rule: "P8", name: "only the record of the pause container is missing, in the sandbox mode of 1.7",
      objects: ["default/web"]
    ) {
      $0.snapshot.runtime.version = "1.7.34"
      $0.moveToStore(sandboxer: "")
    },
    PreflightCase(rule: "P8", name: "1.7 does not show whether there was a pause container", isUnchecked: true) {
      $0.snapshot.runtime.version = "1.7.34"
      $0.snapshot.sandboxes[0].facts.pid = nil
      $0.moveToStore(sandboxer: "")
    },
    PreflightCase(rule: "P8", name: "a record of an unknown form in the store", isUnchecked: true) {
      $0.editRecords { $0.sandboxes.removeFirst() }
      $0.containerd?.store = .known(SandboxStore(malformed: ["sandbox-web"]))
    },
    PreflightCase(rule: "P8", name: "a stopped pod without a record is not a loss") {
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
    PreflightCase(rule: "P10", name: "a different primary address on disk", objects: ["default/web"]) {
      $0.editRecords { $0.sandboxes[0].ip = "10.0.0.7" }
    },
    PreflightCase(rule: "P10", name: "a different spelling of an address") {
      $0.editRecords { $0.sandboxes[0].additionalIPs = ["FD00:0::0002"] }
    },
    PreflightCase(rule: "P10", name: "P1 reports a missing address") {
      $0.editRecords {
        $0.sandboxes[0].ip = ""
        $0.sandboxes[0].additionalIPs = []
      }
    },
    PreflightCase(rule: "P10", name: "no address in the runtime", objects: ["default/web"]) {
      $0.snapshot.sandboxes[0].status.network = PodSandboxNetworkStatus()
    },
    PreflightCase(rule: "P10", name: "P2 reports a lost namespace") { $0.closeNamespace() },
    PreflightCase(rule: "P10", name: "a stopped pod with an address only on disk") {
      $0.editRecords { $0.sandboxes[2].ip = "10.0.0.9" }
    },

    PreflightCase(rule: "P9", name: "a container without a record", objects: ["default/web/nginx"]) {
      $0.editRecords { $0.containers.removeFirst() }
    },
    PreflightCase(rule: "P9", name: "an exited container without a record", objects: ["default/web/job"]) {
      $0.editRecords { $0.containers.remove(at: 1) }
    },
    PreflightCase(rule: "P9", name: "an exited container with a successor") {
      $0.editRecords { $0.containers.remove(at: 1) }
      var next = $0.snapshot.containers[1]
      next.status.id += "-next"
      next.status.createdAt = next.status.createdAt + .seconds(9)
      $0.snapshot.containers.append(next)
      $0.editRecords { $0.containers.append(DiskContainer(of: next)) }
    },
    PreflightCase(rule: "P9", name: "an exited container in a stopped pod") {
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
    PreflightCase(
      rule: "P11", name: "a change to a version that cannot start with such a record", objects: ["sandbox-x"]
    ) {
      $0.snapshot.runtime.version = "2.2.0"
      $0.target = RuntimeVersion("2.0.5")
      $0.addBareRecord()
    },
    PreflightCase(rule: "P11", name: "a later version, which removes the record") {
      $0.snapshot.runtime.version = "2.1.4"
      $0.addBareRecord()
    },
    PreflightCase(rule: "P11", name: "a build with the fix, which removes the record") {
      $0.snapshot.runtime.version = "2.0.4-k3s2"
      $0.addBareRecord()
    },
    PreflightCase(rule: "P11", name: "1.7, which does not read the sandbox store") {
      $0.snapshot.runtime.version = "1.7.34"
      $0.addBareRecord()
    },
    PreflightCase(rule: "P11", name: "1.7 in its sandbox mode, which reads the sandbox store", objects: ["sandbox-x"]) {
      $0.snapshot.runtime.version = "1.7.34"
      $0.addBareRecord(beside: "sandbox-web")
    },
    PreflightCase(rule: "P11", name: "a record of a pod that is being created") {
      $0.addBareRecord()
      let now = $0.now
      $0.containerd?.store = .known(SandboxStore(withoutData: ["sandbox-x": now - .seconds(3)]))
    },
    PreflightCase(rule: "P11", name: "a record beside the record of a pause container") {
      $0.containerd?.store = .known(SandboxStore(withoutData: ["sandbox-web": .zero]))
    },
    PreflightCase(rule: "P11", name: "a program of unknown version", isUnchecked: true) {
      $0.snapshot.runtime.version = "2.2.0"
      $0.addBareRecord()
      $0.replaceProgram()
    },
    PreflightCase(rule: "P11", name: "a program of unknown version, but no such record") {
      $0.replaceProgram()
    },
    PreflightCase(rule: "P11", name: "the store was not read", isUnchecked: true) {
      $0.containerd?.store = .unknown("no")
    },
    PreflightCase(
      rule: "P12", name: "shims of 2.x, and a downgrade to 1.7", objects: ["default/web", "default/web/nginx"]
    ) {
      $0.target = RuntimeVersion("1.7.34")
      $0.containerd?.missingAddresses = .known(["sandbox-web", "container-web-nginx"])
    },
    PreflightCase(rule: "P12", name: "shims of 2.x, and a restart of 2.x") {
      $0.containerd?.missingAddresses = .known(["sandbox-web"])
    },
    PreflightCase(rule: "P12", name: "a k3s release with an unknown version of containerd") {
      $0.target = RuntimeVersion("v1.34.1+k3s1")
      $0.containerd?.missingAddresses = .known(["sandbox-web"])
    },
    PreflightCase(rule: "P12", name: "a program of unknown version", isUnchecked: true) {
      $0.replaceProgram()
      $0.containerd?.missingAddresses = .known(["sandbox-web"])
    },
    PreflightCase(rule: "P12", name: "a program of unknown version, but only a stopped pod has such a shim") {
      $0.replaceProgram()
      $0.containerd?.missingAddresses = .known(["sandbox-old"])
    },
    PreflightCase(rule: "P12", name: "a replaced program whose version is specified") {
      $0.replaceProgram()
      $0.target = RuntimeVersion("2.4.0")
      $0.containerd?.missingAddresses = .known(["sandbox-web"])
    },
    PreflightCase(rule: "P12", name: "a shim that 1.x started, and a downgrade to 1.7") {
      $0.target = RuntimeVersion("1.7.34")
    },
    PreflightCase(rule: "P12", name: "not examined", isUnchecked: true) {
      $0.target = RuntimeVersion("1.7.34")
      $0.containerd?.missingAddresses = .unknown("no")
    },

    PreflightCase(rule: "P22", name: "no socket", objects: ["default/web", "default/web/nginx"]) {
      let faults = ["sandbox-web": ShimFault.noSocket(path: "/s"), "container-web-nginx": .noSocket(path: "/s")]
      $0.containerd?.shimSockets = .known(ShimSockets(legacy: faults, current: faults))
    },
    PreflightCase(rule: "P22", name: "the socket of a stopped pod") {
      let faults = ["sandbox-old": ShimFault.notListening(path: "/s"), "container-web-job": .notASocket(path: "/s")]
      $0.containerd?.shimSockets = .known(ShimSockets(legacy: faults, current: faults))
    },
    PreflightCase(rule: "P22", name: "only 2.x finds no address, before a downgrade") {
      $0.containerd?.shimSockets = .known(ShimSockets(current: ["sandbox-web": .noAddress(file: "/b")]))
      $0.target = RuntimeVersion("1.7.34")
    },
    PreflightCase(rule: "P22", name: "only 2.x finds no address, before an upgrade", objects: ["default/web"]) {
      $0.containerd?.shimSockets = .known(ShimSockets(current: ["sandbox-web": .noAddress(file: "/b")]))
      $0.target = RuntimeVersion("2.1.4")
    },
    PreflightCase(rule: "P22", name: "only 2.x finds no address, and a program of unknown version", isUnchecked: true) {
      $0.containerd?.shimSockets = .known(ShimSockets(current: ["sandbox-web": .noAddress(file: "/b")]))
      $0.replaceProgram()
    },
    PreflightCase(rule: "P22", name: "a program of unknown version", objects: ["default/web"]) {
      let faults = ["sandbox-web": ShimFault.noSocket(path: "/s")]
      $0.containerd?.shimSockets = .known(ShimSockets(legacy: faults, current: faults))
      $0.replaceProgram()
    },
    PreflightCase(rule: "P22", name: "a socket of a different user", isUnchecked: true) {
      $0.containerd?.shimSockets = .known(ShimSockets(unknown: ["sandbox-web": "no"]))
    },
    PreflightCase(rule: "P22", name: "not examined", isUnchecked: true) { $0.containerd?.shimSockets = .unknown("no") },
    PreflightCase(
      rule: "P23", name: "a paused container and a paused sandbox", objects: ["default/web/nginx", "default/proxy"]
    ) { $0.pausedTasks = .known(["container-web-nginx", "sandbox-proxy", "container-web-job", "other"]) },
    PreflightCase(rule: "P23", name: "only a task of a different client is paused") {
      $0.pausedTasks = .known(["other"])
    },
    PreflightCase(rule: "P23", name: "not served", isUnchecked: true) { $0.pausedTasks = .unknown("no") },
    PreflightCase(rule: "P19", name: "no recorded address", objects: ["default/web", "default/web/nginx"]) {
      $0.containerd?.lostShims = .known(["sandbox-web", "container-web-nginx", "sandbox-old"])
    },
    PreflightCase(rule: "P19", name: "no recorded address, and a program of unknown version", objects: ["default/web"])
    {
      $0.replaceProgram()
      $0.containerd?.lostShims = .known(["sandbox-web"])
    },
    PreflightCase(rule: "P19", name: "a downgrade to 1.x, which P12 reports") {
      $0.target = RuntimeVersion("1.7.34")
      $0.containerd?.lostShims = .known(["sandbox-web"])
    },
    PreflightCase(rule: "P19", name: "not examined", isUnchecked: true) { $0.containerd?.lostShims = .unknown("no") },

    PreflightCase(
      rule: "P13", name: "a container that was added to a pod older than the upgrade", objects: ["default/web/nginx"]
    ) {
      $0.containerd?.newerRecords = .known(["container-web-nginx"])
    },
    PreflightCase(rule: "P13", name: "an added container, and an upgrade to 2.1.2, which can reach it") {
      $0.target = RuntimeVersion("2.1.2")
      $0.containerd?.newerRecords = .known(["container-web-nginx"])
    },
    PreflightCase(rule: "P13", name: "a program of unknown version", isUnchecked: true) {
      $0.snapshot.runtime.version = "2.4.0"
      $0.replaceProgram()
      $0.containerd?.newerRecords = .known(["container-web-nginx"])
    },
    PreflightCase(rule: "P13", name: "a program of unknown version, but no such container") { $0.replaceProgram() },
    PreflightCase(rule: "P13", name: "not examined", isUnchecked: true) {
      $0.containerd?.newerRecords = .unknown("no")
    },

    PreflightCase(rule: "P9", name: "no records at all", isUnchecked: true) { $0.containerd?.records = .unknown("no") },
  ]
}
