import CRIMessages
import CRIProtobuf
import CRIRules
import CRISnapshot
import CRIVerify
import TestSupport

extension RuleCase {
  /// Cases in which kubelet recreates pods, and cases for single scenarios.
  static let renewed: [RuleCase] = [
    .staysSilent("pod.deleted", "without its process, kubelet's root directory is not the same") { before, after in
      addObservations(&before, &after)
      after.sandboxes.removeFirst()
      before.observed?.kubelet?.rootDirectory = "/data/kubelet"
      after.observed?.kubelet?.rootDirectory = "/var/lib/kubelet"
      after.observed?.kubelet?.podDirectories = .known([])
    },
    .fires("pod.ended", "its policy is Never", "ready", "not ready", in: .reboot) { before, after in
      endPermanently(&before, &after)
    },
    .staysSilent("pod.ended", "its policy is Always", in: .reboot) { before, after in
      endPermanently(&before, &after, .always)
    },
    .staysSilent("pod.successor", "its policy is Never", in: .reboot) { before, after in endPermanently(&before, &after)
    },
    .fires("runtime.wiped", "no upgrade explains it", "2", "0", in: .wipe) { before, after in
      after.runtime.version = before.runtime.version
    },
    .fires("runtime.wiped", "a patch does not explain it", in: .wipe) { _, after in after.runtime.version = "2.1.9" },
    .staysSilent("runtime.wiped", "the minor version changed", in: .wipe) { _, _ in },
    .staysSilent("runtime.wiped", "a pod is left", in: .wipe) { before, after in
      after.runtime.version = before.runtime.version
      after.sandboxes[0] = before.sandboxes[0]
    },
    .fires("pod.successor", "no sandbox is left", "ready", "none", in: .reboot) {
      $1.sandboxes.removeFirst()
    },
    .fires("pod.successor", "only the old sandbox is left, and it is not ready", "ready", "not ready", in: .reboot) {
      endPermanently(&$0, &$1, .always)
    },
    .staysSilent("pod.successor", "its policy is unknown, and may be Never", in: .reboot) {
      endPermanently(&$0, &$1)
      $0.pods = nil
    },
    .fires("pod.successor", "no sandbox is left after a migration", in: .migrate) { $1.sandboxes.removeFirst() },
    .staysSilent("pod.successor", "the remains of the old sandbox do not matter", in: .reboot) {
      var old = $0.sandboxes[0]
      old.status.state = .notReady
      $1.sandboxes.append(old)
    },
    .staysSilent("pod.successor", "kubelet does not run yet", in: .reboot) { before, after in
      addObservations(&before, &after)
      after.observed?.kubelet?.processes = .known([])
      after.sandboxes.removeFirst()
    },
    .staysSilent("pod.successor", "kubelet was stopped before the reboot, and does not run yet", in: .reboot) {
      before, after in
      addObservations(&before, &after)
      before.observed?.kubelet?.processes = .known([])
      after.observed?.kubelet?.processes = .known([])
      after.sandboxes.removeFirst()
    },
    .fires("pod.successor", "the node has no kubelet", in: .reboot) { before, after in
      addObservations(&before, &after)
      before.observed?.kubelet = ObservedKubelet(processes: .known([]))
      after.observed?.kubelet = ObservedKubelet(processes: .known([]))
      after.sandboxes.removeFirst()
    },
    .staysSilent("pod.successor", "a Job's pod may have ended", in: .reboot) { before, after in
      makeJob(&before, &after)
      after.sandboxes.removeFirst()
    },
    .staysSilent("pod.successor", "the pod was drained", in: .reboot) { before, after in
      addObservations(&before, &after)
      after.sandboxes.removeFirst()
      after.observed?.kubelet?.podDirectories = .known(["uid-proxy"])
    },
    .fires("pod.successor", "kubelet runs after a wipe", in: .wipe) { before, after in
      addObservations(&before, &after)
      after.sandboxes.removeFirst()
    },

    .fires(
      "pod.survivor", "the sandbox is ready with its earlier ID", "sandbox-web", "the same, ready", in: .reboot
    ) {
      $1.sandboxes[0].status.id = "sandbox-web"
    },
    .staysSilent("pod.survivor", "a new sandbox", in: .reboot) { _, _ in },

    .fires("pod.new-ip", "the new pod has no address", "10.0.0.2", "none", in: .migrate) {
      $1.sandboxes[0].status.network?.ip = ""
    },
    .staysSilent("pod.new-ip", "a different address", in: .migrate) { $1.sandboxes[0].status.network?.ip = "10.7.7.7" },
    .fires("pod.families", "only one family is left", "IPv6", "none", in: .reboot) {
      $1.sandboxes[0].status.network?.additionalIPs = []
    },
    .staysSilent("pod.families", "different addresses of both families", in: .reboot) {
      $1.sandboxes[0].status.network = PodSandboxNetworkStatus(ip: "fd00::77", additionalIPs: [PodIP(ip: "10.0.0.77")])
    },
    .fires("pod.new-labels", "kubelet's key is gone", in: .reboot) {
      $1.sandboxes[0].status.labels["io.kubernetes.pod.name"] = nil
    },
    .staysSilent("pod.new-labels", "CRI-O called it a container POD", in: .migrate) { before, _ in
      before.sandboxes[0].status.labels["io.kubernetes.container.name"] = "POD"
    },
    .staysSilent("pod.new-labels", "the pod's own labels were changed", in: .reboot) {
      $1.sandboxes[0].status.labels["app"] = "other"
    },
    .fires("pod.new-annotations", "an annotation is gone", "cni", "none", in: .reboot) { before, _ in
      before.sandboxes[0].status.annotations["cni"] = "x"
    },
    .staysSilent("pod.new-annotations", "kubelet's own annotation, and different values", in: .reboot) {
      $0.sandboxes[0].status.annotations = ["kubernetes.io/config.seen": "then", "cni": "x"]
      $1.sandboxes[0].status.annotations = ["cni": "y"]
    },
    .fires("pod.new-cni", "the runtime has no result", "known", "none", in: .reboot) {
      $1.sandboxes[0].facts.interfaces = nil
    },
    .staysSilent("pod.new-cni", "a different MAC address", in: .reboot) {
      $1.sandboxes[0].facts.interfaces?[0].mac = "cc"
    },
    .fires("pod.namespaces", "the host's network instead of the pod's own", in: .migrate) {
      $1.sandboxes[0].status.linux?.namespaces?.options?.network = .node
    },
    .staysSilent("pod.handler", "a migration may change the handler", in: .migrate) {
      $1.sandboxes[0].status.runtimeHandler = "crun"
    },
    .fires("pod.handler", "a different handler after a reboot", in: .reboot) {
      $1.sandboxes[0].status.runtimeHandler = "kata"
    },
    .fires("pod.network-gone", "the new pod's interface is missing", in: .reboot) { before, after in
      addObservations(&before, &after)
      before.sandboxes[0].observed?.interfaces = .known([])
      after.sandboxes[0].observed?.interfaces = .known([])
    },

    .fires("container.successor", "no container with the name", "running", "none", in: .reboot) {
      $1.containers.removeFirst()
    },
    .fires("container.successor", "the successor has exited", "running", "exited 1", in: .reboot) {
      $1.containers[0].status.state = .exited
      $1.containers[0].status.exitCode = 1
    },
    .staysSilent("container.successor", "the container had ended before", in: .reboot) { $1.containers.remove(at: 1) },
    .fires("container.new-hash", "a different specification", "5f3a1b2c", "77", in: .reboot) {
      $1.containers[0].status.annotations["io.kubernetes.container.hash"] = "77"
    },
    .staysSilent("container.new-hash", "the same hash", in: .reboot) { _, _ in },
    .staysSilent("container.new-hash", "a missing hash, which another rule reports", in: .reboot) {
      $1.containers[0].status.annotations["io.kubernetes.container.hash"] = nil
    },
    .fires("container.no-hash", "the runtime does not keep the hash", "5f3a1b2c", "none", in: .migrate) {
      $1.containers[0].status.annotations["io.kubernetes.container.hash"] = nil
    },
    .staysSilent("container.no-hash", "there never was a hash", in: .migrate) {
      $0.containers[0].status.annotations["io.kubernetes.container.hash"] = nil
      $1.containers[0].status.annotations["io.kubernetes.container.hash"] = nil
    },
    .fires("container.new-mounts", "a volume is missing", "/data", "none", in: .reboot) {
      $1.containers[0].status.mounts = []
    },
    .staysSilent("container.new-mounts", "a volume from a different path on the host", in: .reboot) {
      $1.containers[0].status.mounts[0].hostPath = "/elsewhere"
    },
    .fires("container.log-layout", "a different directory", in: .migrate) {
      $1.containers[0].status.logPath = "/var/lib/docker/x.log"
    },
    .staysSilent("container.log-layout", "the file of another attempt", in: .migrate) {
      $1.containers[0].status.logPath = "/var/log/pods/web/nginx/7.log"
    },
    .fires("container.exit-code", "the exit code is lost over a reboot", "3", "255", in: .reboot) {
      $1.containers[1].status.exitCode = 255
    },
    .fires("container.new-image-ref", "a different digest", in: .upgrade) {
      $1.containers[0].status.imageRef = "busybox@sha256:cc"
    },
    .staysSilent("container.new-image-ref", "an ID instead of a digest", in: .upgrade) {
      $1.containers[0].status.imageRef = "sha256:b"
    },
    .staysSilent("container.resources", "a newer version reports no resources", in: .upgrade) {
      $1.containers[0].status.resources = nil
    },

    .fires("runtime.rebooted-version", "a different version", "2.1.0", "2.2.0", in: .reboot) {
      $1.runtime.version = "2.2.0"
    },
    .staysSilent("runtime.rebooted-version", "the same version", in: .reboot) { _, _ in },
    .fires("runtime.used-handlers", "a handler that a pod uses is gone", "kata", "none", in: .migrate) { before, _ in
      before.sandboxes[0].status.runtimeHandler = "kata"
    },
    .staysSilent("runtime.used-handlers", "the new runtime lists no handlers", in: .migrate) {
      $0.sandboxes[0].status.runtimeHandler = "kata"
      $1.runtime.handlers = []
    },
    .fires("runtime.cgroup-driver", "a different driver", "systemd", "cgroupfs") {
      $0.runtime.settings = RuntimeSettings(cgroupDriver: "systemd")
      $1.runtime.settings = RuntimeSettings(cgroupDriver: "cgroupfs")
    },
    .staysSilent("runtime.cgroup-driver", "the runtime does not report the driver") {
      $0.runtime.settings = RuntimeSettings(cgroupDriver: "systemd")
      $1.runtime.settings = RuntimeSettings()
    },
    .fires("runtime.cni", "the network is gone", "flannel", "none") {
      $0.runtime.settings = RuntimeSettings(networks: [RuntimeSettings.Network(name: "flannel")])
      $1.runtime.settings = RuntimeSettings(networks: [])
    },
    .staysSilent("runtime.cni", "there was no network before") {
      $0.runtime.settings = RuntimeSettings(networks: [])
      $1.runtime.settings = RuntimeSettings(networks: [RuntimeSettings.Network(name: "flannel")])
    },
    .staysSilent("runtime.cni", "a migration may change the network", in: .migrate) {
      $0.runtime.settings = RuntimeSettings(networks: [RuntimeSettings.Network(name: "flannel")])
      $1.runtime.settings = RuntimeSettings(networks: [])
    },
    .fires("runtime.pause-image", "the configured image is missing", "pause:3", "pause:4, missing") {
      $0.runtime.settings = RuntimeSettings(pauseImage: "pause:3")
      $1.runtime.settings = RuntimeSettings(pauseImage: "pause:4")
    },
    .staysSilent("runtime.pause-image", "the configured image was already missing") {
      $0.runtime.settings = RuntimeSettings(pauseImage: "pause:9")
      $1.runtime.settings = RuntimeSettings(pauseImage: "pause:9")
    },
    .fires("runtime.daemon", "the daemon was restarted with kubelet", "process 100", "process 200", in: .kubeletRestart)
    {
      $1.daemon = Snapshot.after.daemon
      _ = $0
    },
    .staysSilent("runtime.daemon", "the daemon is the same process", in: .kubeletRestart) { _, _ in },
    .staysSilent("runtime.version", "an upgrade changes the version", in: .upgrade) { _, _ in },
    .staysSilent("host.boot", "a reboot changes the boot ID", in: .reboot) { _, _ in },
    .staysSilent("image.missing", "a wipe also removes images", in: .wipe) { $1.images.removeFirst() },
    .staysSilent("image.missing", "CRI-O writes IDs without the digest algorithm", in: .migrate) {
      for index in $1.images.indices { $1.images[index].id = String($1.images[index].id.dropFirst(7)) }
    },
  ]

  /// The first pod is not ready after the change, and kubelet does not recreate it if its policy is Never.
  private static func endPermanently(
    _ before: inout Snapshot, _ after: inout Snapshot, _ policy: RestartPolicy = .never
  ) {
    before.pods = [PodSpecification(pod: before.sandboxes[0].pod, restartPolicy: policy, containers: [])]
    after.sandboxes[0] = before.sandboxes[0]
    after.sandboxes[0].status.state = .notReady
    after.containers[0] = before.containers[0]
    after.containers[0].status.state = .exited
  }
}
