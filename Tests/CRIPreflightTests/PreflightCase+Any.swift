import CRIMessages
import CRIPreflight
import CRIProtobuf
import CRISnapshot
import TestSupport

extension PreflightCase {
  static let any: [PreflightCase] = [
    PreflightCase(
      rule: "N24", name: "a container runs twice in its sandbox", objects: ["default/web/nginx"]
    ) {
      var twin = $0.snapshot.containers[0]
      twin.status.id += "-twin"
      $0.snapshot.containers.append(twin)
    },
    PreflightCase(rule: "N24", name: "a container runs in an older sandbox too", objects: ["default/web/nginx"]) {
      var (sandbox, twin) = ($0.snapshot.sandboxes[0], $0.snapshot.containers[0])
      sandbox.status.id += "-twin"
      sandbox.status.state = .notReady
      twin.status.id += "-twin"
      twin.sandboxID = sandbox.id
      $0.snapshot.sandboxes.append(sandbox)
      $0.snapshot.containers.append(twin)
    },
    PreflightCase(rule: "N24", name: "an older attempt has exited") {
      var twin = $0.snapshot.containers[0]
      twin.status.id += "-twin"
      twin.status.state = .exited
      $0.snapshot.containers.append(twin)
    },
    PreflightCase(rule: "N24", name: "N15 reports two ready sandboxes") {
      $0.addDuplicate()
      var twin = $0.snapshot.containers[0]
      twin.status.id += "-twin"
      twin.sandboxID = "sandbox-web-1"
      $0.snapshot.containers.append(twin)
    },
    PreflightCase(rule: "N25", name: "its sandbox is missing", objects: ["default/web/nginx"]) {
      $0.snapshot.sandboxes.remove(at: 0)
    },
    PreflightCase(rule: "N25", name: "a container that was created a moment ago") {
      $0.snapshot.sandboxes.remove(at: 0)
      $0.snapshot.containers[0].status.createdAt = $0.now
    },
    PreflightCase(rule: "N25", name: "the sandbox is listed, but its details are unchecked") {
      let object = ObjectName(.pod, pod: $0.snapshot.sandboxes[0].pod, id: $0.snapshot.sandboxes[0].id)
      $0.snapshot.sandboxes.remove(at: 0)
      $0.snapshot.unchecked = [Unchecked.details(object, "no")]
    },

    PreflightCase(rule: "N26", name: "its sandbox is not ready", objects: ["default/web"]) {
      $0.snapshot.sandboxes[0].status.state = .notReady
    },
    PreflightCase(rule: "N26", name: "its container has exited") {
      $0.snapshot.sandboxes[0].status.state = .notReady
      for index in $0.snapshot.containers.indices { $0.snapshot.containers[index].status.state = .exited }
    },
    PreflightCase(rule: "N26", name: "the pod has a newer sandbox that is ready") {
      $0.snapshot.sandboxes[0].status.state = .notReady
      var next = $0.snapshot.successor(of: 0)
      next.status.state = .ready
      $0.snapshot.sandboxes.append(next)
    },
    PreflightCase(rule: "N26", name: "another sandbox of the pod could not be read") {
      $0.snapshot.sandboxes[0].status.state = .notReady
      let object = ObjectName(.pod, pod: $0.snapshot.sandboxes[0].pod, id: "other")
      $0.snapshot.unchecked = [Unchecked.details(object, "no")]
    },

    PreflightCase(rule: "N18", name: "processes that have ended", objects: ["default/web/nginx", "default/proxy"]) {
      $0.endedProcesses = .known(["container-web-nginx": 1101, "sandbox-proxy": 1001, "container-web-job": 7])
    },
    PreflightCase(rule: "N18", name: "all are alive") { _ in },
    PreflightCase(rule: "N18", name: "no look", isUnchecked: true) { $0.endedProcesses = .unknown("no") },

    PreflightCase(rule: "N17", name: "a target with containerd#7843", objects: ["runtime"]) {
      $0.target = RuntimeVersion("1.6.12")
    },
    PreflightCase(rule: "N17", name: "a distribution with it", objects: ["runtime"]) {
      $0.target = RuntimeVersion("v1.25.5+rke2r1")
    },
    PreflightCase(rule: "N17", name: "a version with the fix") { $0.target = RuntimeVersion("1.6.15") },
    PreflightCase(rule: "N17", name: "a restart of such a version") {
      $0.snapshot.runtime.version = "1.6.12"
      $0.target = RuntimeVersion("1.6.12")
    },
    PreflightCase(rule: "N17", name: "no target") { $0.snapshot.runtime.version = "1.6.12" },
    PreflightCase(rule: "N1", name: "the network is not ready", objects: ["runtime"]) { $0.setNetwork(ready: false) },
    PreflightCase(rule: "N1", name: "the network is ready") { _ in },
    PreflightCase(rule: "N2", name: "no CNI configuration", objects: ["node"]) {
      $0.networkConfigurations = .known([])
    },
    PreflightCase(rule: "N2", name: "a CNI configuration exists") { _ in },
    PreflightCase(rule: "N2", name: "the directory could not be read", isUnchecked: true) {
      $0.networkConfigurations = .unknown("no")
    },

    PreflightCase(rule: "N16", name: "a plugin is missing", objects: ["node"]) {
      $0.missingPlugins = .known([.pluginMissing("bridge", directories: ["/opt/cni/bin"])])
    },
    PreflightCase(rule: "N16", name: "all plugins exist") { _ in },
    PreflightCase(rule: "N16", name: "the plugins could not be examined", isUnchecked: true) {
      $0.missingPlugins = .unknown("no")
    },

    PreflightCase(rule: "N28", name: "the shims end with the daemon", objects: ["default/web"]) {
      $0.stoppedUnit = .known(
        StoppedUnit(name: "containerd.service", killMode: "control-group", supervised: ["sandbox-web", "sandbox-old"]))
    },
    PreflightCase(rule: "N28", name: "a container's conmon ends with the daemon", objects: ["default/proxy"]) {
      $0.stoppedUnit = .known(
        StoppedUnit(name: "crio.service", killMode: "mixed", supervised: ["container-proxy-proxy"]))
    },
    PreflightCase(rule: "N28", name: "only the daemon ends") { $0.stoppedUnit = .known(nil) },
    PreflightCase(rule: "N28", name: "the processes cannot be listed", isUnchecked: true) {
      $0.stoppedUnit = .unknown("no")
    },
    PreflightCase(rule: "N27", name: "runc is missing", objects: ["runtime"]) { $0.missingPrograms = .known(["runc"]) },
    PreflightCase(rule: "N27", name: "runc exists") { _ in },
    PreflightCase(rule: "N27", name: "the daemon's PATH is unknown", isUnchecked: true) {
      $0.missingPrograms = .unknown("no")
    },

    PreflightCase(rule: "N3", name: "different drivers", objects: ["node"]) {
      $0.kubelet.cgroupDriver = .known("cgroupfs")
    },
    PreflightCase(rule: "N3", name: "different drivers, but kubelet uses that of the runtime") {
      $0.kubelet.cgroupDriver = .known("cgroupfs")
      $0.configuration.servesCgroupDriver = true
    },
    PreflightCase(rule: "N3", name: "kubelet's driver is unknown", isUnchecked: true) {
      $0.kubelet.cgroupDriver = .unknown("no")
    },
    PreflightCase(rule: "N3", name: "the runtime's driver is unknown", isUnchecked: true) {
      $0.configuration.cgroupDriver = .unknown("no")
    },
    PreflightCase(rule: "N4", name: "different drivers, but kubelet uses that of the runtime", objects: ["node"]) {
      $0.kubelet.cgroupDriver = .known("cgroupfs")
      $0.configuration.servesCgroupDriver = true
    },
    PreflightCase(rule: "N4", name: "the same driver") { $0.configuration.servesCgroupDriver = true },

    PreflightCase(rule: "N5", name: "a different endpoint", objects: ["node"]) {
      $0.kubelet.endpoint = .known("unix:///run/crio/crio.sock")
      $0.kubelet.usesOurEndpoint = false
    },
    PreflightCase(rule: "N5", name: "no endpoint is configured") {
      $0.kubelet.endpoint = .known(nil)
      $0.kubelet.usesOurEndpoint = false
    },
    PreflightCase(rule: "N5", name: "no configuration", isUnchecked: true) { $0.kubelet.endpoint = .unknown("no") },

    PreflightCase(rule: "N6", name: "no pause image", objects: ["image pause:4"]) {
      $0.configuration.pauseImage = .known("pause:4")
    },
    PreflightCase(rule: "N6", name: "a short name") {
      $0.configuration.pauseImage = .known("pause")
      $0.snapshot.images[1].repoTags = ["docker.io/library/pause:latest"]
    },
    PreflightCase(rule: "N6", name: "Docker's older host name") {
      $0.configuration.pauseImage = .known("index.docker.io/rancher/mirrored-pause:3.6")
      $0.snapshot.images[1].repoTags = ["docker.io/rancher/mirrored-pause:3.6"]
    },
    PreflightCase(
      rule: "N6", name: "a tag, and a digest that is not listed", objects: ["image registry.k8s.io/pause:3.9@sha256:77"]
    ) {
      $0.configuration.pauseImage = .known("registry.k8s.io/pause:3.9@sha256:77")
      $0.snapshot.images[1].repoTags = ["registry.k8s.io/pause:3.9"]
      $0.snapshot.images[1].repoDigests = []
    },
    PreflightCase(
      rule: "N6", name: "a different digest with the same tag", objects: ["image registry.k8s.io/pause:3.9@sha256:77"]
    ) {
      $0.configuration.pauseImage = .known("registry.k8s.io/pause:3.9@sha256:77")
      $0.snapshot.images[1].repoTags = ["registry.k8s.io/pause:3.9"]
      $0.snapshot.images[1].repoDigests = ["registry.k8s.io/pause@sha256:78"]
    },
    PreflightCase(rule: "N6", name: "a tag, and a digest that is listed") {
      $0.configuration.pauseImage = .known("registry.k8s.io/pause:3.9@sha256:77")
      $0.snapshot.images[1].repoTags = []
      $0.snapshot.images[1].repoDigests = ["registry.k8s.io/pause@sha256:77"]
    },
    PreflightCase(rule: "N6", name: "a digest") {
      $0.configuration.pauseImage = .known("registry.k8s.io/pause@sha256:77")
      $0.snapshot.images[1].repoDigests = ["registry.k8s.io/pause@sha256:77"]
    },
    PreflightCase(rule: "N6", name: "the images could not be read", isUnchecked: true) {
      $0.snapshot.images = []
      $0.snapshot.unchecked = [Unchecked.images("no")]
    },
    PreflightCase(rule: "N6", name: "the configured pause image is unknown", isUnchecked: true) {
      $0.configuration.pauseImage = .unknown("no")
    },

    PreflightCase(rule: "N7", name: "a container that has not started", runtime: .crio, objects: ["default/web/nginx"])
    {
      $0.snapshot.containers[0].status.state = .created
    },
    PreflightCase(rule: "N7", name: "all containers have started", runtime: .crio) { _ in },

    PreflightCase(rule: "N8", name: "a replaced program", objects: ["runtime"]) {
      $0.snapshot.daemon.executable = "/usr/bin/containerd (deleted)"
    },
    PreflightCase(rule: "N8", name: "the program that runs is the one on disk") { _ in },
    PreflightCase(rule: "N8", name: "a daemon whose process is not visible", isUnchecked: true) {
      $0.snapshot.daemon.executable = nil
    },

    PreflightCase(rule: "N9", name: "a stopped pod", objects: ["runtime"]) { _ in },
    PreflightCase(rule: "N9", name: "no stopped pod") {
      $0.snapshot.sandboxes.removeLast()
      $0.editRecords { $0.sandboxes.removeLast() }
    },

    PreflightCase(rule: "N10", name: "a pod that was created in the future", objects: ["default/web"]) {
      $0.snapshot.sandboxes[0].status.createdAt = $0.now + .seconds(86400)
    },
    PreflightCase(rule: "N10", name: "a pod that was created now") {
      $0.snapshot.sandboxes[0].status.createdAt = $0.now
    },

    PreflightCase(rule: "N15", name: "two ready sandboxes of one pod", objects: ["default/web"]) { $0.addDuplicate() },
    PreflightCase(
      rule: "N15", name: "two ready sandboxes of one pod, on CRI-O", runtime: .crio, objects: ["default/web"]
    ) { $0.addDuplicate() },
    PreflightCase(
      rule: "N15", name: "two ready sandboxes, and the status of one could not be read", objects: ["default/web"]
    ) {
      $0.addDuplicate()
      let twin = $0.snapshot.sandboxes.removeLast()
      $0.snapshot.unchecked = [
        Unchecked.details(ObjectName(.pod, pod: twin.pod, id: twin.id), isLive: true, "no")
      ]
    },
    PreflightCase(rule: "N15", name: "a second sandbox of the pod that is not ready") {
      $0.addDuplicate()
      $0.snapshot.sandboxes[3].status.state = .notReady
    },
    PreflightCase(rule: "N15", name: "pods without a uid") {
      for index in 0...1 { $0.snapshot.sandboxes[index].status.metadata?.uid = "" }
    },

    PreflightCase(rule: "N11", name: "an image is gone", objects: ["default/web/nginx", "default/proxy/proxy"]) {
      $0.snapshot.images.removeFirst()
    },
    PreflightCase(rule: "N11", name: "the missing image was pulled again") {
      $0.snapshot.images.removeFirst()
      $0.pulls = [ImagePull(image: "busybox:1")]
    },
    PreflightCase(rule: "N11", name: "an image that is known only by its ID, in CRI-O's form", runtime: .crio) {
      $0.snapshot.images[0] = Image(id: "b")
    },
    PreflightCase(rule: "N11", name: "the images could not be read", isUnchecked: true) {
      $0.snapshot.images = []
      $0.snapshot.unchecked = [Unchecked.images("no")]
    },
    PreflightCase(rule: "N12", name: "the registry refuses the pull", objects: ["image busybox:1"]) {
      $0.snapshot.images.removeFirst()
      $0.pulls = [ImagePull(image: "busybox:1", error: "denied")]
    },
    PreflightCase(rule: "N12", name: "pulling was not requested") { $0.snapshot.images.removeFirst() },

    PreflightCase(rule: "N13", name: "the pause image is not pinned", objects: ["image pause:3"]) {
      $0.snapshot.images[1].pinned = false
    },
    PreflightCase(rule: "N14", name: "a deprecation warning before an upgrade", objects: ["runtime"]) {
      $0.target = RuntimeVersion("2.4.0")
      $0.warn(#"{"io.containerd.deprecation/cgroup-v1":"It will be removed."}"#)
    },
    PreflightCase(rule: "N14", name: "a deprecation warning before a restart") {
      $0.warn(#"{"a":"It will be removed."}"#)
    },
    PreflightCase(rule: "N14", name: "a warning in a different form") {
      $0.target = RuntimeVersion("2.4.0")
      $0.warn("It will be removed.")
    },
    PreflightCase(rule: "N13", name: "the pause image is pinned") { _ in },

    PreflightCase(
      rule: "N22", name: "no free block", objects: ["default/web/nginx", "default/web/job", "default/proxy/proxy"]
    ) { $0.setSpace(blocks: 0, inodes: 9) },
    PreflightCase(
      rule: "N22", name: "no free inode with CRI-O", runtime: .crio,
      objects: ["default/web/nginx", "default/web/job", "default/proxy/proxy"]
    ) { $0.setSpace(blocks: 9, inodes: 0) },
    PreflightCase(rule: "N22", name: "one free block, and inodes without a limit") {
      $0.setSpace(blocks: 1, inodes: nil)
    },
    PreflightCase(rule: "N22", name: "nothing is needed") {
      $0.setSpace(blocks: 0, inodes: 0)
      $0.snapshot.containers = []
    },
    PreflightCase(rule: "N22", name: "not readable", isUnchecked: true) { $0.recordSpace = .unknown("no") },
    PreflightCase(rule: "N23", name: "fewer free blocks than containers", objects: ["node"]) {
      $0.setSpace(blocks: 2, inodes: nil)
    },
    PreflightCase(rule: "N23", name: "fewer free inodes than containers", runtime: .crio, objects: ["node"]) {
      $0.setSpace(blocks: nil, inodes: 1)
    },
    PreflightCase(rule: "N23", name: "one block and inode for each container") { $0.setSpace(blocks: 4, inodes: 4) },
    PreflightCase(rule: "N23", name: "no free block, which N22 reports") { $0.setSpace(blocks: 0, inodes: 9) },
    PreflightCase(rule: "N23", name: "not readable", isUnchecked: true) { $0.recordSpace = .unknown("no") },
  ]
}
