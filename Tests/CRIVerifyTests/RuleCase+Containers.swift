import CRIMessages
import CRIProtobuf
import CRISnapshot
import TestSupport

extension RuleCase {
  static let containers: [RuleCase] = [
    .fires("container.state", "a running container has exited", "running", "exited 0") {
      $1.containers[0].status.state = .exited
    },
    .fires(
      "container.state", "a container ended while containerd was down", "running",
      "exited 255, which is not its own code: it ended while the runtime was down, and restartPolicy OnFailure repeats its "
        + "work even if it had finished"
    ) {
      $1.containers[0].status.state = .exited
      $1.containers[0].status.exitCode = 255
      $1.containers[0].status.reason = "Unknown"
    },
    .fires("container.state", "the container's own exit code is 255", "running", "exited 255") {
      $1.containers[0].status.state = .exited
      $1.containers[0].status.exitCode = 255
      $1.containers[0].status.reason = "Error"
    },
    .fires("container.state", "the runtime does not know the state", "running", "unknown") {
      $1.containers[0].status.state = .unknown
    },
    .fires("container.state", "an exited container runs again", "exited", "running") {
      $1.containers[1].status.state = .running
    },
    .staysSilent("container.state", "the state was unknown before, and the container runs now") {
      $0.containers[0].status.state = .unknown
      $1.containers[0].status.state = .running
    },
    .fires("container.state", "the state was unknown before, and the container has exited", "unknown", "exited 0") {
      $0.containers[0].status.state = .unknown
      $1.containers[0].status.state = .exited
    },
    .staysSilent("container.state", "a created container is started") { before, _ in
      before.containers[0].status.state = .created
      before.containers[0].status.startedAt = .zero
    },

    .fires("container.created-state", "a created container has exited", "created", "exited 0") {
      $0.containers[0].status.state = .created
      $1.containers[0].status.state = .exited
    },
    .staysSilent("container.created-state", "a created container has still not started") {
      $0.containers[0].status.state = .created
      $1.containers[0].status.state = .created
    },

    .fires("container.exit-code", "the code is lost in containerd", "3", "255") {
      $1.containers[1].status.exitCode = 255
    },
    .fires("container.exit-code", "the code is lost in CRI-O", "3", "-1") { $1.containers[1].status.exitCode = -1 },
    .staysSilent("container.exit-code", "the container ran before, which container.state reports") {
      $1.containers[0].status.state = .exited
      $1.containers[0].status.exitCode = 137
    },

    .fires("container.exit-reason", "the reason is lost", "Error", "Unknown") {
      $1.containers[1].status.reason = "Unknown"
    },
    .staysSilent("container.exit-reason", "a container that ran before") {
      $1.containers[0].status.state = .exited
      $1.containers[0].status.reason = "Error"
    },

    .fires("container.finished", "the time is lost", "2033-05-18T00:47:10Z", "none") {
      $1.containers[1].status.finishedAt = .zero
    },
    .staysSilent("container.finished", "a container that ran before") {
      $1.containers[0].status.state = .exited
      $1.containers[0].status.finishedAt = Timestamp(seconds: 2_000_000_000)
    },

    .fires("container.pid", "a different process", "1101", "999") { $1.containers[0].pid = 999 },
    .fires("container.pid", "no process", "1101", "none") { $1.containers[0].pid = nil },
    .staysSilent("container.pid", "an old PID of an exited process") { $1.containers[1].pid = 4711 },
    .staysSilent("container.pid", "the runtime did not report a PID before") { before, _ in
      before.containers[0].pid = nil
    },

    .fires("container.created", "a new time") { $1.containers[0].status.createdAt = Timestamp(seconds: 2_000_000_001) },
    .staysSilent("container.created", "the time is unknown in both snapshots") {
      $0.containers[0].status.createdAt = .zero
      $1.containers[0].status.createdAt = .zero
    },

    .fires("container.started", "the container was started again") {
      $1.containers[0].status.startedAt = Timestamp(seconds: 2_000_000_001)
    },
    .fires("container.started", "the time of an exited container is lost", "2033-05-18T00:47:00Z", "none") {
      $1.containers[1].status.startedAt = .zero
    },
    .staysSilent("container.started", "a created container is started") { before, _ in
      before.containers[0].status.state = .created
      before.containers[0].status.startedAt = .zero
    },

    .fires("container.attempt", "the attempt grows", "0", "1") { $1.containers[0].status.metadata?.attempt = 1 },
    .staysSilent("container.attempt", "the same high attempt") {
      $0.containers[0].status.metadata?.attempt = 9
      $1.containers[0].status.metadata?.attempt = 9
    },

    .fires("container.restart-count", "the count grows", "0", "1") {
      $1.containers[0].status.annotations["io.kubernetes.container.restartCount"] = "1"
    },
    .fires("container.restart-count", "the count is gone", "0", "none") {
      $1.containers[0].status.annotations["io.kubernetes.container.restartCount"] = nil
    },
    .staysSilent("container.restart-count", "there never was a count") {
      $0.containers[0].status.annotations["io.kubernetes.container.restartCount"] = nil
      $1.containers[0].status.annotations["io.kubernetes.container.restartCount"] = nil
    },

    .fires("container.hash", "the hash is gone", "5f3a1b2c", "none") {
      $1.containers[0].status.annotations["io.kubernetes.container.hash"] = nil
    },
    .staysSilent("container.hash", "an exited container has no hash, but kubelet compares only running containers") {
      $1.containers[1].status.annotations["io.kubernetes.container.hash"] = nil
    },
    .fires("container.ended-hash", "the hash is gone", "5f3a1b2c", "none") {
      $1.containers[1].status.annotations["io.kubernetes.container.hash"] = nil
    },
    .staysSilent("container.ended-hash", "a running container has no hash, which container.hash reports") {
      $1.containers[0].status.annotations["io.kubernetes.container.hash"] = nil
    },
    .staysSilent("container.hash", "there never was a hash") {
      $0.containers[0].status.annotations["io.kubernetes.container.hash"] = nil
      $1.containers[0].status.annotations["io.kubernetes.container.hash"] = nil
    },

    .fires("container.name", "a different name", "nginx", "apache") {
      $1.containers[0].status.metadata?.name = "apache"
    },
    .staysSilent("container.name", "no name in both snapshots") {
      $0.containers[0].status.metadata = nil
      $1.containers[0].status.metadata = nil
    },

    .fires("container.sandbox", "a different pod", "sandbox-web", "sandbox-proxy") {
      $1.containers[0].sandboxID = "sandbox-proxy"
    },
    .staysSilent("container.sandbox", "the pod is no longer listed") { $1.sandboxes.removeFirst() },

    .fires("container.labels", "a label is gone", "io.kubernetes.container.name=nginx", "none") {
      $1.containers[0].status.labels["io.kubernetes.container.name"] = nil
    },
    .staysSilent("container.labels", "an additional label") { $1.containers[0].status.labels["x"] = "y" },

    .fires("container.annotations", "the grace period is gone", "io.kubernetes.pod.terminationGracePeriod=30", "none") {
      $1.containers[0].status.annotations["io.kubernetes.pod.terminationGracePeriod"] = nil
    },
    .staysSilent("container.annotations", "the hash and the restart count have rules of their own") {
      $1.containers[0].status.annotations["io.kubernetes.container.hash"] = nil
      $1.containers[0].status.annotations["io.kubernetes.container.restartCount"] = "4"
    },

    .fires("container.image", "a different name", "busybox:1", "busybox:2") {
      $1.containers[0].status.image = ImageSpec(image: "busybox:2")
    },
    .staysSilent("container.image", "a different spelling of the name") { before, after in
      before.containers[0].status.image?.image = "index.docker.io/library/busybox"
      after.containers[0].status.image?.image = "busybox:latest"
    },
    .staysSilent("container.image", "only the annotations of the image differ") {
      $1.containers[0].status.image = ImageSpec(image: "busybox:1", annotations: ["a": "b"])
    },

    .fires("container.image-ref", "a different digest") { $1.containers[0].status.imageRef = "busybox@sha256:cc" },
    .staysSilent("container.image-ref", "a different spelling of the digest") { before, _ in
      before.containers[0].status.imageRef = "docker-pullable://docker.io/library/busybox@sha256:bb"
    },
    .staysSilent("container.image-ref", "an ID of CRI-O instead of a digest") {
      $1.containers[0].status.imageRef = String(repeating: "a0", count: 32)
    },
    .staysSilent("container.image-ref", "no reference in both snapshots") {
      $0.containers[0].status.imageRef = ""
      $1.containers[0].status.imageRef = ""
    },

    .fires("container.image-id", "a different ID", "sha256:b", "sha256:c") {
      $1.containers[0].status.imageID = "sha256:c"
    },
    .staysSilent("container.image-id", "an older runtime left it empty") { before, _ in
      before.containers[0].status.imageID = ""
    },

    .fires("container.log-path", "a different path") { $1.containers[0].status.logPath = "/var/log/x" },
    .staysSilent("container.log-path", "a different spelling") { _, after in
      after.containers[0].status.logPath = "/var/log//pods/web/./nginx/0.log"
    },
    .staysSilent("container.log-path", "no path in both snapshots") {
      $0.containers[0].status.logPath = ""
      $1.containers[0].status.logPath = ""
    },

    .fires("container.mounts", "all mounts are gone, as with CRI-O up to 1.30", "/var/lib/data→/data read-only", "none")
    {
      $1.containers[0].status.mounts = []
    },
    .fires("container.mounts", "the mount is writable now", "/var/lib/data→/data read-only", "/var/lib/data→/data") {
      $1.containers[0].status.mounts[0].readonly = false
    },
    .staysSilent("container.mounts", "a different spelling of the paths") { before, _ in
      before.containers[0].status.mounts[0].hostPath = "/var/lib//data/"
    },
    .staysSilent("container.mounts", "a different order") {
      let mounts = ["/a", "/b"].map { Mount(containerPath: $0, hostPath: $0) }
      $0.containers[0].status.mounts = mounts
      $1.containers[0].status.mounts = mounts.reversed()
    },

    .fires("container.resources", "different resources", "cpuShares 100", "cpuShares 200") {
      $1.containers[0].status.resources?.linux?.cpuShares = 200
    },
    .fires("container.resources", "no resources", "cpuShares 100", "none") { $1.containers[0].status.resources = nil },
    .staysSilent("container.resources", "zeroes before, and no resources now") {
      $0.containers[0].status.resources = ContainerResources(linux: LinuxContainerResources())
      $1.containers[0].status.resources = nil
    },
    .staysSilent("container.resources", "an older runtime did not report resources") { before, _ in
      before.containers[0].status.resources = nil
    },

    .fires("container.user", "a different user", "uid 7, gid 8", "uid 0, gid 8") {
      $1.containers[0].status.user?.linux?.uid = 0
    },
    .fires("container.user", "no user", "uid 7, gid 8", "none") { $1.containers[0].status.user = nil },
    .staysSilent("container.user", "an older runtime did not report the user") { before, _ in
      before.containers[0].status.user = nil
    },

    .fires("container.stop-signal", "a different signal", "SIGTERM", "SIGKILL") {
      $1.containers[0].status.stopSignal = .sigkill
    },
    .staysSilent("container.stop-signal", "an older runtime did not report the signal") { before, _ in
      before.containers[0].status.stopSignal = .runtimeDefault
    },

    .fires("container.missing", "a running container", "running", "none, and its process may still be running") {
      $1.containers.removeFirst()
    },
    .fires("container.missing", "a created container", "created", "none, and its process may still be running") {
      $0.containers[0].status.state = .created
      $1.containers.removeFirst()
    },
    .staysSilent("container.missing", "an exited container") { $1.containers.remove(at: 3) },

    .fires("container.replaced", "kubelet has started the container again") { before, after in
      var next = before.containers[0]
      next.status.id += "-next"
      next.status.metadata?.attempt = 1
      after.containers[0].status.state = .exited
      after.containers.append(next)
    },
    .fires("container.replaced", "the pod was recreated, and the successor of the container runs") { before, after in
      let next = before.successor(of: 0)
      var successor = before.containers[0]
      successor.status.id += "-next"
      successor.sandboxID = next.id
      after.sandboxes[0].status.state = .notReady
      after.sandboxes.append(next)
      after.containers[0].status.state = .exited
      after.containers.append(successor)
    },
    .staysSilent("container.state", "the pod was recreated, and the successor of the container runs") { before, after in
      let next = before.successor(of: 0)
      var successor = before.containers[0]
      successor.status.id += "-next"
      successor.sandboxID = next.id
      after.sandboxes[0].status.state = .notReady
      after.sandboxes.append(next)
      after.containers[0].status.state = .exited
      after.containers.append(successor)
    },
    .fires("container.replaced", "kubelet has restarted the container and removed the ended one") { before, after in
      after.containers[0].status.id += "-next"
      after.containers[0].status.metadata?.attempt = 1
    },
    .fires("container.missing", "a container that ran before is not a successor") { before, after in
      var twin = before.containers[0]
      twin.status.id += "-twin"
      before.containers.append(twin)
      after.containers[0] = twin
    },
    .staysSilent("container.replaced", "the container has ended and has no successor") {
      $1.containers[0].status.state = .exited
    },

    .fires("container.collected", "an exited container of an ended pod", "exited 0", "gone") {
      $1.containers.remove(at: 3)
    },
    .fires("container.collected", "an old instance with a newer one", "exited 3", "gone") { before, after in
      var newer = before.containers[1]
      newer.status.id += "-next"
      newer.status.metadata?.attempt = 1
      newer.status.createdAt = newer.status.createdAt + .seconds(60)
      before.containers.append(newer)
      after.containers[1] = newer
    },
    .staysSilent("container.collected", "the last container with its name in a live pod") {
      $1.containers.remove(at: 1)
    },

    .fires("container.forgotten", "the last container with its name in a live pod", "exited 3", "none") {
      $1.containers.remove(at: 1)
    },
    .fires("container.initialised", "an init container has finished its work", "running", "exited 0") { before, after in
      makeInitial(&before, &after)
    },
    .staysSilent("container.initialised", "an init container has failed") { before, after in
      makeInitial(&before, &after)
      after.containers[0].status.exitCode = 1
    },
    .staysSilent("container.state", "an init container has finished its work") { before, after in
      makeInitial(&before, &after)
    },
    .staysSilent("container.forgotten", "the pod ended meanwhile") {
      $1.sandboxes[0].status.state = .notReady
      $1.containers.remove(at: 1)
    },
    .fires(
      "container.runs-again", "its record is gone, and its policy does not start it again", "exited 3", "exited 3"
    ) {
      $0.pods = [
        PodSpecification(
          pod: $0.sandboxes[0].pod, restartPolicy: .never,
          containers: [
            PodSpecification.Container($0.containers[0].name, .regular),
            PodSpecification.Container($0.containers[1].name, .regular),
          ])
      ]
      $1.containers[1].status.id += "-next"
      $1.containers[1].status.createdAt = $0.taken + .seconds(60)
    },
    .staysSilent("container.forgotten", "its record is gone, and it has run again") {
      $1.containers[1].status.id += "-next"
      $1.containers[1].status.createdAt = $0.taken + .seconds(60)
    },
    .staysSilent("container.runs-again", "kubelet knew its record, and has counted the attempt") {
      $1.containers[1].status.id += "-next"
      $1.containers[1].status.createdAt = $0.taken + .seconds(60)
      $1.containers[1].status.metadata?.attempt += 1
    },
    .staysSilent("container.forgotten", "kubelet has started the container again") {
      var newer = $0.containers[1]
      newer.status.id += "-next"
      newer.status.createdAt = newer.status.createdAt + .seconds(60)
      $1.containers[1] = newer
    },
  ]

  /// Turns nginx into an init container that exits with 0 during the change.
  static func makeInitial(_ before: inout Snapshot, _ after: inout Snapshot) {
    before.pods = [
      PodSpecification(
        pod: before.sandboxes[0].pod, restartPolicy: .always,
        containers: [PodSpecification.Container("nginx", .initial), PodSpecification.Container("job", .regular)])
    ]
    after.containers[0].status.state = .exited
  }
}
