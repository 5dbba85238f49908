import CRIMessages
import CRIRules
import CRISnapshot
import CRIVerify

extension RuleCase {
  static let node: [RuleCase] = [
    .fires("runtime.name", "another runtime", "containerd", "cri-o") { $1.runtime.name = "cri-o" },
    .holds("runtime.name", "another version of it") { $1.runtime.version = "2.1.1" },

    .fires("runtime.version", "another", "2.1.0", "2.1.1") { $1.runtime.version = "2.1.1" },
    .holds("runtime.version", "the same odd one") {
      $0.runtime.version = "v1.6.14-k3s1"
      $1.runtime.version = "v1.6.14-k3s1"
    },

    .fires("runtime.ready", "it is not", "true", "false, Why: because") {
      $1.runtime.conditions = $1.runtime.conditions.map {
        $0.type == "RuntimeReady"
          ? RuntimeCondition(type: $0.type, status: false, reason: "Why", message: "because") : $0
      }
    },
    .fires("runtime.ready", "it does not say", "true", "not reported") {
      $1.runtime.conditions.removeAll { $0.type == "RuntimeReady" }
    },
    .holds("runtime.ready", "it was not before") { before, _ in before.runtime.conditions = [] },

    .fires("runtime.network", "it is not", "true", "false, NetworkPluginNotReady") {
      $1.runtime.conditions = $1.runtime.conditions.map {
        $0.type == "NetworkReady"
          ? RuntimeCondition(type: $0.type, status: false, reason: "NetworkPluginNotReady") : $0
      }
    },
    .holds("runtime.network", "it was not before") { before, _ in before.runtime.conditions = [] },
    .holds("runtime.network", "it was not before, and is not now") { downNetwork(&$0, &$1) },
    .fires("runtime.network-already", "nothing has changed", "false", "false, NetworkPluginNotReady") {
      downNetwork(&$0, &$1)
    },
    .holds("runtime.network-already", "it was ready before: that is worse") { before, after in
      var other = before
      downNetwork(&other, &after)
    },

    .fires("runtime.condition", "another one turns false") {
      $1.runtime.conditions = $1.runtime.conditions.map {
        $0.type == "Quiet" ? RuntimeCondition(type: $0.type, status: false, reason: "Deprecated") : $0
      }
    },
    .holds("runtime.condition", "it was false before") { before, after in
      let noisy = [RuntimeCondition(type: "Quiet", status: false, reason: "Deprecated")]
      before.runtime.conditions = before.runtime.conditions.filter { $0.type != "Quiet" } + noisy
      after.runtime.conditions = after.runtime.conditions.filter { $0.type != "Quiet" } + noisy
    },

    .fires("runtime.handlers", "one is gone", "runc", "none") { $1.runtime.handlers.removeAll { $0.name == "runc" } },
    .fires("runtime.handlers", "the default one is gone", "(default)", "none") {
      $1.runtime.handlers.removeAll { $0.name.isEmpty }
    },
    .holds("runtime.handlers", "an older version lists none", in: .upgrade) { $1.runtime.handlers = [] },
    .holds("runtime.handlers", "another version has one less, and no pod had it", in: .upgrade) {
      $0.runtime.handlers.append(RuntimeHandler(name: "crun"))
      $1.runtime.version = "another"
    },
    .fires("runtime.handlers", "another version has one less, and a pod had it", "crun", "none", in: .upgrade) {
      $0.runtime.handlers.append(RuntimeHandler(name: "crun"))
      $0.sandboxes[0].facts.runtimeHandler = "crun"
      $1.runtime.version = "another"
    },
    .fires("runtime.unused-handlers", "another version has one less", "crun", "none", in: .upgrade) {
      $0.runtime.handlers.append(RuntimeHandler(name: "crun"))
      $1.runtime.version = "another"
    },
    .holds("runtime.unused-handlers", "the same version: it was taken out of the configuration") {
      $1.runtime.handlers.removeAll { $0.name == "runc" }
    },
    .holds("runtime.handlers", "one more") { $1.runtime.handlers.append(RuntimeHandler(name: "kata")) },
    .holds("runtime.handlers", "in another order, as CRI-O gives them") {
      $1.runtime = RuntimeFacts(
        name: $0.runtime.name, version: $0.runtime.version, api: .v1, conditions: $0.runtime.conditions,
        handlers: $0.runtime.handlers.reversed())
    },

    .fires("runtime.features", "user namespaces are gone", "runc: user namespaces", "none") {
      $1.runtime.handlers[1].features?.userNamespaces = false
    },
    .fires(
      "runtime.features", "all are gone", "runc: recursive read-only mounts, runc: user namespaces", "none"
    ) {
      $1.runtime.handlers[1].features = nil
    },
    .holds("runtime.features", "one more") { before, _ in
      before.runtime.handlers[1].features?.userNamespaces = false
    },
    .holds("runtime.features", "of a handler that is gone: that is the handler's finding") {
      $1.runtime.handlers.removeAll { $0.name == "runc" }
    },

    .fires("runtime.api", "only the old version", "v1", "v1alpha2") { $1.runtime.api = .v1alpha2 },
    .holds("runtime.api", "the new version too now") { before, _ in before.runtime.api = .v1alpha2 },

    .fires("runtime.old-api", "it spoke the old version too", "v1 and v1alpha2", "v1") { before, after in
      (before.runtime.servesV1alpha2, after.runtime.servesV1alpha2) = (true, false)
    },
    .holds("runtime.old-api", "it does not say any more") { before, _ in before.runtime.servesV1alpha2 = true },
    .holds("runtime.old-api", "it never did, and does now") { before, after in
      (before.runtime.servesV1alpha2, after.runtime.servesV1alpha2) = (false, true)
    },
    .fires("runtime.dropped-api", "the new version does not", in: .upgrade) { before, after in
      (before.runtime.servesV1alpha2, after.runtime.servesV1alpha2) = (true, false)
    },
    .holds("runtime.dropped-api", "the new version does too", in: .upgrade) { before, after in
      (before.runtime.servesV1alpha2, after.runtime.servesV1alpha2) = (true, true)
    },

    .fires("runtime.binary", "it was replaced after the start", "/usr/bin/containerd", "/usr/bin/containerd, deleted") {
      $1.daemon.executable = "/usr/bin/containerd (deleted)"
    },
    .holds("runtime.binary", "it was replaced before, which a restart fixes") { before, _ in
      before.daemon.executable = "/usr/bin/containerd (deleted)"
    },
    .fires("runtime.binary", "it was replaced before and after", "/usr/bin/containerd", "/usr/bin/containerd, deleted")
    {
      $0.daemon.executable = "/usr/bin/containerd (deleted)"
      $1.daemon.executable = "/usr/bin/containerd (deleted)"
    },
    .holds("runtime.binary", "it was replaced before, and not restarted") {
      $0.daemon.executable = "/usr/bin/containerd (deleted)"
      $1.daemon = $0.daemon
    },
    .holds("runtime.binary", "it cannot be seen") { $1.daemon.executable = nil },

    .fires(
      "runtime.pause-image", "it was removed, and only the newest pod shows its name", "pause:3", "pause:3, missing"
    ) {
      for index in $0.sandboxes.indices { $0.sandboxes[index].facts.pauseImage = "pause:3" }
      $1.sandboxes = $0.sandboxes
      $1.images.remove(at: 1)
    },
    .holds("runtime.pause-image", "the new version pins another", in: .upgrade) {
      for index in $0.sandboxes.indices { $0.sandboxes[index].facts.pauseImage = "pause:3" }
      $1.sandboxes = $0.sandboxes
      $1.images[1] = Image(id: "sha256:q", repoTags: ["pause:4"], pinned: true)
    },

    .fires("host.boot", "rebooted", "boot-1", "boot-2") { $1.host.bootID = "boot-2" },
    .holds("host.boot", "it cannot be read") { $1.host.bootID = nil },

    .fires("image.missing", "a running pod's", "sha256:b", "none") { $1.images.removeFirst() },
    .fires("image.replaced", "another has its name now", "sha256:b", "sha256:new has its name now") {
      $1.images[0].id = "sha256:new"
    },
    .fires(
      "image.replaced", "another has its name on the other runtime", "sha256:b", "new has its name now", in: .migrate
    ) {
      $1.images[0].id = "new"
    },
    .holds("image.missing", "another has its name now: nothing has to be pulled") { $1.images[0].id = "sha256:new" },
    .fires("image.missing", "another has one of its names, a pod asks by the other", "sha256:b", "none") {
      $0.images[0].repoTags.append("busybox:old")
      $0.containers[0].status.image = ImageSpec(image: "busybox:old")
      $1.containers[0].status.image = ImageSpec(image: "busybox:old")
      $1.images[0].id = "sha256:new"
    },
    .holds("image.replaced", "no other image has its name") { $1.images.removeFirst() },
    .fires("image.pinned", "another has its name, and no pin", "pinned", "not pinned") {
      $1.images[1].id = "sha256:new"
      $1.images[1].pinned = false
    },
    .fires("image.missing", "a running pod's, known by digest only") {
      $0.containers[0].status.imageID = ""
      $0.containers[0].status.image = nil
      $0.images[0].repoTags = []
      $1.images.removeFirst()
    },
    .fires("image.missing", "a pinned one: new pods need it", "sha256:p", "none") { $1.images.remove(at: 1) },
    .holds("image.missing", "an unused image") { $1.images.removeLast() },

    .fires("image.collected", "an unused image", "sha256:s", "none") { $1.images.removeLast() },
    .holds("image.collected", "a running pod's: that is worse") { $1.images.removeFirst() },

    .fires("image.names", "a tag is gone", "busybox:1, busybox@sha256:bb", "busybox@sha256:bb") {
      $1.images[0].repoTags = []
    },
    .holds("image.names", "another spelling") { before, _ in
      before.images[0].repoTags = ["index.docker.io/library/busybox:1"]
    },
    .holds("image.names", "in another order") {
      $0.images[0].repoTags = ["a", "b"]
      $1.images[0].repoTags = ["b", "a"]
    },

    .fires("image.pinned", "not any more", "pinned", "not pinned") { $1.images[1].pinned = false },
    .holds("image.pinned", "a version that pins nothing", in: .upgrade) { $1.images[1].pinned = false },
    .fires("image.unpinned", "a version that pins nothing", "pinned", "not pinned", in: .upgrade) {
      $1.images[1].pinned = false
    },
    .fires("image.pinned", "a version that pins another", "pinned", "not pinned", in: .upgrade) {
      $1.images[1].pinned = false
      $1.images[0].pinned = true
    },
    .fires("image.unpinned", "another runtime, which pins nothing", "pinned", "not pinned", in: .migrate) {
      $1.runtime.version = "1.6.20"
      $1.images[1].pinned = false
    },
    .holds("image.pinned", "another runtime, which pins nothing", in: .migrate) {
      $1.runtime.version = "1.6.20"
      $1.images[1].pinned = false
    },
    .holds("image.unpinned", "nothing but a restart") { $1.images[1].pinned = false },
    .holds("image.pinned", "now pinned, as containerd 2 does") { before, _ in before.images[1].pinned = false },
  ]

  /// The condition without a CNI configuration, with containerd's message.
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
