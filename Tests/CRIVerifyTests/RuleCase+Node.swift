import CRIMessages
import CRIRules
import CRISnapshot
import CRIVerify

extension RuleCase {
  static let node: [RuleCase] = [
    .fires("runtime.name", "a different runtime", "containerd", "cri-o") { $1.runtime.name = "cri-o" },
    .staysSilent("runtime.name", "a different version of the same runtime") { $1.runtime.version = "2.1.1" },

    .fires("runtime.version", "a different version", "2.1.0", "2.1.1") { $1.runtime.version = "2.1.1" },
    .staysSilent("runtime.version", "the same version with a suffix") {
      $0.runtime.version = "v1.6.14-k3s1"
      $1.runtime.version = "v1.6.14-k3s1"
    },

    .fires("runtime.ready", "the runtime is not ready", "true", "false, Why: because") {
      $1.runtime.conditions = $1.runtime.conditions.map {
        $0.type == "RuntimeReady"
          ? RuntimeCondition(type: $0.type, status: false, reason: "Why", message: "because") : $0
      }
    },
    .fires("runtime.ready", "the condition is not reported", "true", "not reported") {
      $1.runtime.conditions.removeAll { $0.type == "RuntimeReady" }
    },
    .staysSilent("runtime.ready", "the condition was not reported before") { before, _ in before.runtime.conditions = []
    },

    .fires("runtime.network", "the network is not ready", "true", "false, NetworkPluginNotReady") {
      $1.runtime.conditions = $1.runtime.conditions.map {
        $0.type == "NetworkReady"
          ? RuntimeCondition(type: $0.type, status: false, reason: "NetworkPluginNotReady") : $0
      }
    },
    .staysSilent("runtime.network", "the condition was not reported before") { before, _ in
      before.runtime.conditions = []
    },
    .staysSilent("runtime.network", "the network was not ready before either") { downNetwork(&$0, &$1) },
    .fires("pod.network-gone", "an interface that was down before does not exist now") { before, after in
      addObservations(&before, &after)
      if case .known(var interfaces)? = before.sandboxes[0].observed?.interfaces {
        for index in interfaces.indices { interfaces[index].hasCarrier = false }
        before.sandboxes[0].observed?.interfaces = .known(interfaces)
      }
      after.sandboxes[0].observed?.interfaces = .known([])
    },
    .fires("runtime.network-already", "nothing has changed", "false", "false, NetworkPluginNotReady") {
      downNetwork(&$0, &$1)
    },
    .staysSilent("runtime.network-already", "the network was ready before, which runtime.network reports") {
      before, after in
      var other = before
      downNetwork(&other, &after)
    },

    .fires("runtime.condition", "a condition becomes false") {
      $1.runtime.conditions = $1.runtime.conditions.map {
        $0.type == "Quiet" ? RuntimeCondition(type: $0.type, status: false, reason: "Deprecated") : $0
      }
    },
    .staysSilent("runtime.condition", "the condition was false before") { before, after in
      let noisy = [RuntimeCondition(type: "Quiet", status: false, reason: "Deprecated")]
      before.runtime.conditions = before.runtime.conditions.filter { $0.type != "Quiet" } + noisy
      after.runtime.conditions = after.runtime.conditions.filter { $0.type != "Quiet" } + noisy
    },

    .fires("runtime.handlers", "a handler is gone", "runc", "none") {
      $1.runtime.handlers.removeAll { $0.name == "runc" }
    },
    .fires("runtime.handlers", "the default handler is gone", "(default)", "none") {
      $1.runtime.handlers.removeAll { $0.name.isEmpty }
    },
    .staysSilent("runtime.handlers", "an older version lists none", in: .upgrade) { $1.runtime.handlers = [] },
    .staysSilent("runtime.handlers", "a new version lacks a handler that no pod had", in: .upgrade) {
      $0.runtime.handlers.append(RuntimeHandler(name: "crun"))
      $1.runtime.version = "another"
    },
    .fires("runtime.handlers", "a new version lacks a handler that a pod had", "crun", "none", in: .upgrade) {
      $0.runtime.handlers.append(RuntimeHandler(name: "crun"))
      $0.sandboxes[0].facts.runtimeHandler = "crun"
      $1.runtime.version = "another"
    },
    .fires("runtime.unused-handlers", "a new version lacks a handler that no pod had", "crun", "none", in: .upgrade) {
      $0.runtime.handlers.append(RuntimeHandler(name: "crun"))
      $1.runtime.version = "another"
    },
    .staysSilent("runtime.unused-handlers", "the same version lacks a handler, so the configuration was changed") {
      $1.runtime.handlers.removeAll { $0.name == "runc" }
    },
    .staysSilent("runtime.handlers", "an additional handler") {
      $1.runtime.handlers.append(RuntimeHandler(name: "kata"))
    },
    .staysSilent("runtime.handlers", "a different order, as CRI-O lists them") {
      $1.runtime = RuntimeFacts(
        name: $0.runtime.name, version: $0.runtime.version, api: .v1, conditions: $0.runtime.conditions,
        handlers: $0.runtime.handlers.reversed())
    },

    .fires("runtime.features", "user namespaces are gone", "runc: user namespaces", "none") {
      $1.runtime.handlers[1].features?.userNamespaces = false
    },
    .fires(
      "runtime.features", "all features are gone", "runc: recursive read-only mounts, runc: user namespaces", "none"
    ) {
      $1.runtime.handlers[1].features = nil
    },
    .staysSilent("runtime.features", "an additional feature") { before, _ in
      before.runtime.handlers[1].features?.userNamespaces = false
    },
    .staysSilent("runtime.features", "a feature of a handler that is gone, which runtime.handlers reports") {
      $1.runtime.handlers.removeAll { $0.name == "runc" }
    },

    .fires("runtime.api", "only the old version of the CRI is left", "v1", "v1alpha2") { $1.runtime.api = .v1alpha2 },
    .staysSilent("runtime.api", "the new version of the CRI was added") { before, _ in before.runtime.api = .v1alpha2 },

    .fires("runtime.old-api", "the old version of the CRI is gone", "v1 and v1alpha2", "v1") { before, after in
      (before.runtime.servesV1alpha2, after.runtime.servesV1alpha2) = (true, false)
    },
    .staysSilent("runtime.old-api", "it is unknown whether the old version of the CRI is still served") { before, _ in
      before.runtime.servesV1alpha2 = true
    },
    .staysSilent("runtime.old-api", "the old version of the CRI was added") { before, after in
      (before.runtime.servesV1alpha2, after.runtime.servesV1alpha2) = (false, true)
    },
    .fires("runtime.dropped-api", "the new version does not serve the old CRI", in: .upgrade) { before, after in
      (before.runtime.servesV1alpha2, after.runtime.servesV1alpha2) = (true, false)
    },
    .staysSilent("runtime.dropped-api", "the new version also serves the old CRI", in: .upgrade) { before, after in
      (before.runtime.servesV1alpha2, after.runtime.servesV1alpha2) = (true, true)
    },

    .fires(
      "runtime.binary", "the program was replaced after the start", "/usr/bin/containerd",
      "/usr/bin/containerd, deleted"
    ) {
      $1.daemon.executable = "/usr/bin/containerd (deleted)"
    },
    .staysSilent("runtime.binary", "the program was replaced before, which a restart fixes") { before, _ in
      before.daemon.executable = "/usr/bin/containerd (deleted)"
    },
    .fires(
      "runtime.binary", "the program was replaced before and after the restart", "/usr/bin/containerd",
      "/usr/bin/containerd, deleted"
    ) {
      $0.daemon.executable = "/usr/bin/containerd (deleted)"
      $1.daemon.executable = "/usr/bin/containerd (deleted)"
    },
    .staysSilent("runtime.binary", "the program was replaced before, and the daemon was not restarted") {
      $0.daemon.executable = "/usr/bin/containerd (deleted)"
      $1.daemon = $0.daemon
    },
    .staysSilent("runtime.binary", "the program of the daemon is unknown") { $1.daemon.executable = nil },

    .fires(
      "runtime.pause-image", "the pause image was removed, and only the newest pod shows its name", "pause:3",
      "pause:3, missing"
    ) {
      for index in $0.sandboxes.indices { $0.sandboxes[index].facts.pauseImage = "pause:3" }
      $1.sandboxes = $0.sandboxes
      $1.images.remove(at: 1)
    },
    .staysSilent("runtime.pause-image", "the new version pins a different image", in: .upgrade) {
      for index in $0.sandboxes.indices { $0.sandboxes[index].facts.pauseImage = "pause:3" }
      $1.sandboxes = $0.sandboxes
      $1.images[1] = Image(id: "sha256:q", repoTags: ["pause:4"], pinned: true)
    },

    .fires("host.boot", "the node was rebooted", "boot-1", "boot-2") { $1.host.bootID = "boot-2" },
    .staysSilent("host.boot", "the boot ID cannot be read") { $1.host.bootID = nil },

    .fires("node.name", "the host name has changed", "node", "other") {
      $0.setKubelet(host: "node")
      $1.setKubelet(host: "other")
    },
    .fires("node.name", "the configured name has changed", "a", "b") {
      $0.setKubelet(host: "node", nodeName: "a")
      $1.setKubelet(host: "node", nodeName: "b")
    },
    .staysSilent("node.name", "kubelet does not use the host name") {
      $0.setKubelet(host: "node", nodeName: "a")
      $1.setKubelet(host: "other", nodeName: "a")
    },
    .staysSilent("node.name", "a snapshot was taken in a container, which has another host name") {
      $0.setKubelet(host: "cri-abc12")
      $0.host.machineID = nil
      $1.setKubelet(host: "node")
    },
    .staysSilent("node.name", "only the case has changed") {
      $0.setKubelet(host: "node")
      $1.setKubelet(host: "NODE")
    },
    .staysSilent("node.name", "the later settings are unknown") {
      $0.setKubelet(host: "node", nodeName: "a")
      $1.setKubelet(host: "node")
    },

    .fires("image.missing", "an image of a running pod", "sha256:b", "none") { $1.images.removeFirst() },
    .fires("image.replaced", "another image has the name now", "sha256:b", "sha256:new has its name now") {
      $1.images[0].id = "sha256:new"
    },
    .fires(
      "image.replaced", "another image has the name on the other runtime", "sha256:b", "new has its name now",
      in: .migrate
    ) {
      $1.images[0].id = "new"
    },
    .staysSilent("image.missing", "another image has the name now, so nothing has to be pulled") {
      $1.images[0].id = "sha256:new"
    },
    .fires("image.missing", "another image has one of the names, but a pod uses the other name", "sha256:b", "none") {
      $0.images[0].repoTags.append("busybox:old")
      $0.containers[0].status.image = ImageSpec(image: "busybox:old")
      $1.containers[0].status.image = ImageSpec(image: "busybox:old")
      $1.images[0].id = "sha256:new"
    },
    .staysSilent("image.replaced", "no other image has the name") { $1.images.removeFirst() },
    .fires("image.pinned", "another image has the name and is not pinned", "pinned", "not pinned") {
      $1.images[1].id = "sha256:new"
      $1.images[1].pinned = false
    },
    .fires("image.missing", "an image of a running pod that is known only by its digest") {
      $0.containers[0].status.imageID = ""
      $0.containers[0].status.image = nil
      $0.images[0].repoTags = []
      $1.images.removeFirst()
    },
    .fires("image.missing", "a pinned image, which new pods need", "sha256:p", "none") { $1.images.remove(at: 1) },
    .staysSilent("image.missing", "an unused image") { $1.images.removeLast() },

    .fires("image.collected", "an unused image", "sha256:s", "none") { $1.images.removeLast() },
    .staysSilent("image.collected", "an image of a running pod, which image.missing reports") {
      $1.images.removeFirst()
    },

    .fires("image.names", "a tag is gone", "busybox:1, busybox@sha256:bb", "busybox@sha256:bb") {
      $1.images[0].repoTags = []
    },
    .staysSilent("image.names", "a different spelling") { before, _ in
      before.images[0].repoTags = ["index.docker.io/library/busybox:1"]
    },
    .staysSilent("image.names", "a different order") {
      $0.images[0].repoTags = ["a", "b"]
      $1.images[0].repoTags = ["b", "a"]
    },

    .fires("image.pinned", "the image is no longer pinned", "pinned", "not pinned") { $1.images[1].pinned = false },
    .staysSilent("image.pinned", "a new version that pins nothing", in: .upgrade) { $1.images[1].pinned = false },
    .fires("image.unpinned", "a new version that pins nothing", "pinned", "not pinned", in: .upgrade) {
      $1.images[1].pinned = false
    },
    .fires("image.pinned", "a new version that pins a different image", "pinned", "not pinned", in: .upgrade) {
      $1.images[1].pinned = false
      $1.images[0].pinned = true
    },
    .fires("image.unpinned", "a different runtime that pins nothing", "pinned", "not pinned", in: .migrate) {
      $1.runtime.version = "1.6.20"
      $1.images[1].pinned = false
    },
    .staysSilent("image.pinned", "a different runtime that pins nothing", in: .migrate) {
      $1.runtime.version = "1.6.20"
      $1.images[1].pinned = false
    },
    .staysSilent("image.unpinned", "a restart without an upgrade") { $1.images[1].pinned = false },
    .staysSilent("image.pinned", "the image is pinned now, as with containerd 2") { before, _ in
      before.images[1].pinned = false
    },
  ]

  /// The condition when there is no CNI configuration, with containerd's message.
  private static func downNetwork(_ before: inout Snapshot, _ after: inout Snapshot) {
    func change(_ snapshot: inout Snapshot) {
      snapshot.runtime.conditions = snapshot.runtime.conditions.map {
        $0.type == "NetworkReady"
          ? RuntimeCondition(type: $0.type, status: false, reason: "NetworkPluginNotReady") : $0
      }
    }
    change(&before)
    change(&after)
  }
}

extension Snapshot {
  fileprivate mutating func setKubelet(host name: String, nodeName: String? = nil) {
    host.name = name
    host.machineID = "machine"
    observed = ObservedNode(
      orphans: .known([]), kubelet: ObservedKubelet(processes: .known([]), staticPods: .known([]), nodeName: nodeName))
  }
}
