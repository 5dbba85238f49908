import CRIMessages
import CRIProtobuf
import CRIRules
import CRISnapshot
import CRIVerify
import TestSupport

extension RuleCase {
  /// Cases that are visible only in the kernel, CNI's records and kubelet's directories.
  static let kernel: [RuleCase] = [
    .fires("pod.process", "the process is gone", "1001", "gone") {
      (before, after) in
      addObservations(&before, &after)
      after.sandboxes[0].observed?.process = .known(.gone)
    },
    .fires("pod.process", "another process has the PID", "1001", "a different process with the same PID") {
      before, after in
      addObservations(&before, &after)
      after.sandboxes[0].observed?.process = process(1001, startTime: 9)
    },
    .fires("pod.process", "the process has ended and is a zombie", "1001", "ended") { before, after in
      addObservations(&before, &after)
      after.sandboxes[0].observed?.process = process(1001, state: "Z")
    },
    .staysSilent("pod.process", "the process could not be read") { before, after in
      addObservations(&before, &after)
      after.sandboxes[0].observed?.process = .unknown("why")
    },
    .staysSilent("pod.process", "the runtime reports a different PID (pod.pid covers this)") { before, after in
      addObservations(&before, &after)
      after.sandboxes[0].facts.pid = 7
      after.sandboxes[0].observed?.process = process(7, startTime: 9)
    },

    .fires("container.dead-already", "the runtime noticed it only now", "gone", "exited 137") { before, after in
      die(&before, &after)
      after.containers[0].status.state = .exited
      after.containers[0].status.exitCode = 137
    },
    .fires("container.dead-already", "kubelet has replaced it") { before, after in
      die(&before, &after)
      after.containers[0].status.id += "-next"
      after.containers[0].status.metadata?.attempt = 1
    },
    .fires("container.dead-already", "the runtime has removed it", "gone", "none") { before, after in
      die(&before, &after)
      after.containers.remove(at: 0)
    },
    .staysSilent("container.dead-already", "it ended during the change") { before, after in
      addObservations(&before, &after)
      after.containers[0].status.state = .exited
    },
    .staysSilent("container.dead-already", "no process is visible") { before, after in
      die(&before, &after)
      before.sandboxes[0].observed = nil
      before.containers[2].observed = nil
      after.containers[0].status.state = .exited
    },
    .staysSilent("container.state", "it had ended before the change") { before, after in
      die(&before, &after)
      after.containers[0].status.state = .exited
    },
    .staysSilent("container.missing", "it had ended before the change") { before, after in
      die(&before, &after)
      after.containers.remove(at: 0)
    },
    .fires(
      "container.dead-unnoticed", "it is still reported as running", "gone",
      "gone, although the runtime reports it as running"
    ) { before, after in
      die(&before, &after)
      after.containers[0].observed?.process = .known(.gone)
    },
    .staysSilent("container.dead-unnoticed", "it has another process now") { before, after in
      die(&before, &after)
      after.containers[0].pid = 1107
      after.containers[0].observed?.process = process(1107)
    },
    .fires("pod.dead-already", "the runtime noticed it only now", "gone", "not ready") { before, after in
      die(&before, &after, sandbox: true)
      after.sandboxes[0].status.state = .notReady
    },
    .staysSilent("pod.dead-already", "it ended during the change") { before, after in
      addObservations(&before, &after)
      after.sandboxes[0].status.state = .notReady
    },
    .staysSilent("pod.state", "its pause process had ended before the change") { before, after in
      die(&before, &after, sandbox: true)
      after.sandboxes[0].status.state = .notReady
    },
    .staysSilent("pod.dead-already", "the pod was deleted") { before, after in
      die(&before, &after, sandbox: true)
      after.sandboxes[0].status.state = .notReady
      after.observed?.kubelet?.podDirectories = .known(["uid-proxy"])
    },
    .fires("pod.dead-unnoticed", "it is still reported as ready") { before, after in
      die(&before, &after, sandbox: true)
      after.sandboxes[0].observed?.process = .known(.gone)
    },
    .staysSilent("pod.dead-unnoticed", "it is alive") { before, after in
      addObservations(&before, &after)
    },

    .fires(
      "container.missing", "its process is still running", "running", "none, but its process 1101 is still running"
    ) { before, after in
      addObservations(&before, &after)
      after.containers.remove(at: 0)
      after.observed?.orphans = .known([
        Orphan(kind: .container, id: "container-web-nginx", pid: 1101, startTime: 4, processes: [1101])
      ])
    },
    .fires("pod.missing", "none of its processes is left", "sandbox-web", "none, and no process of it was found") {
      before, after in
      addObservations(&before, &after)
      after.sandboxes.remove(at: 0)
    },

    .fires("pod.netns-inode", "a different namespace at the same path", "net:[1]", "net:[2]") { before, after in
      addObservations(&before, &after)
      after.sandboxes[0].observed?.namespace = .known(.alive(NamespaceID(device: 4, inode: 2)))
    },
    .fires("pod.netns-inode", "the path is gone", "net:[1]", "none") { before, after in
      addObservations(&before, &after)
      after.sandboxes[0].observed?.namespace = .known(.missing)
    },
    .fires("pod.netns-inode", "the path is a file", "net:[1]", "a file that is not a namespace") { before, after in
      addObservations(&before, &after)
      after.sandboxes[0].observed?.namespace = .known(.notANamespace)
    },
    .staysSilent("pod.netns-inode", "the namespace could not be read") { before, after in
      addObservations(&before, &after)
      after.sandboxes[0].observed?.namespace = .unknown("why")
    },
    .staysSilent("pod.netns-inode", "the pod is no longer ready") { before, after in
      addObservations(&before, &after)
      after.sandboxes[0].status.state = .notReady
      after.sandboxes[0].observed?.namespace = .known(.missing)
    },

    .fires("container.keeper", "the conmon has ended", "70", "gone") { before, after in
      addObservations(&before, &after)
      before.containers[0].observed?.process = process(1101, shim: "container-web-main")
    },
    .staysSilent("container.keeper", "the conmon still exists") { before, after in
      addObservations(&before, &after)
      before.containers[0].observed?.process = process(1101, shim: "container-web-main")
      after.containers[0].observed = before.containers[0].observed
    },
    .staysSilent("container.keeper", "the parent is of an unknown kind") { before, after in
      addObservations(&before, &after)
    },
    .staysSilent("container.keeper", "the process ended too") { before, after in
      addObservations(&before, &after)
      before.containers[0].observed?.process = process(1101, shim: "container-web-main")
      after.containers[0].observed?.process = .known(.gone)
    },
    .fires("container.log-file", "the file is gone") { before, after in
      addObservations(&before, &after)
      before.containers[0].observed?.hasLog = .known(true)
      after.containers[0].observed?.hasLog = .known(false)
    },
    .staysSilent("container.log-file", "the file never existed") { before, after in
      addObservations(&before, &after)
      before.containers[0].observed?.hasLog = .known(false)
      after.containers[0].observed?.hasLog = .known(false)
    },
    .staysSilent("container.log-file", "the file could not be examined") { before, after in
      addObservations(&before, &after)
      before.containers[0].observed?.hasLog = .known(true)
      after.containers[0].observed?.hasLog = .unknown("why")
    },
    .fires("container.exec", "the shim cannot be reached") { before, after in
      addObservations(&before, &after)
      after.containers[0].observed?.exec = .known(.fails("ttrpc: closed"))
    },
    .fires("container.exec", "the shim of a recreated pod cannot be reached", in: .reboot) { before, after in
      addObservations(&before, &after)
      after.containers[0].observed?.exec = .known(.fails("ttrpc: closed"))
    },
    .staysSilent("container.exec", "the probe works") { before, after in
      addObservations(&before, &after)
      after.containers[0].observed?.exec = .known(.works)
    },
    .staysSilent("container.exec", "the probe could not be run") { before, after in
      addObservations(&before, &after)
      after.containers[0].observed?.exec = .unknown("why")
    },
    .fires("pod.network-gone", "eth0 was deleted") { before, after in
      addObservations(&before, &after)
      after.sandboxes[0].observed?.interfaces = .known([])
    },
    .fires("pod.network-gone", "eth0 was deleted, and the runtime has lost the address", "ok", "eth0 does not exist") {
      before, after in
      addObservations(&before, &after)
      after.sandboxes[0].observed?.interfaces = .known([])
      after.sandboxes[0].status.network = PodSandboxNetworkStatus()
    },
    .fires(
      "pod.network-gone", "the interfaces could not be read before", "unknown",
      "eth0 does not exist, but the runtime reports 10.0.0.2, fd00::2"
    ) {
      before, after in
      addObservations(&before, &after)
      before.sandboxes[0].observed?.namespace = .unknown("why")
      after.sandboxes[0].observed?.interfaces = .known([])
    },
    .fires("pod.network-gone", "the interface of a second network was deleted") { before, after in
      addObservations(&before, &after)
      let cache = Observation.known([
        CNICacheEntry(network: "n", interface: "eth0", addresses: ["10.0.0.2", "fd00::2"]),
        CNICacheEntry(network: "m", interface: "net1", addresses: ["192.168.0.2"]),
      ])
      let addresses = [IPAddress("192.168.0.2")].compactMap { $0 }.map { InterfaceAddress($0, prefixLength: 24) }
      let interfaces = before.sandboxes[0].observed?.interfaces?.value ?? []
      before.sandboxes[0].observed?.interfaces = .known(
        interfaces + [ObservedInterface(name: "net1", index: 3, addresses: addresses)])
      before.sandboxes[0].observed?.cache = cache
      after.sandboxes[0].observed?.cache = cache
    },
    .staysSilent("pod.network-gone", "only the runtime has lost the address") { before, after in
      addObservations(&before, &after)
      after.sandboxes[0].status.network = PodSandboxNetworkStatus()
    },
    .staysSilent("pod.network-gone", "the network was already gone before") { before, after in
      addObservations(&before, &after)
      before.sandboxes[0].observed?.interfaces = .known([])
      after.sandboxes[0].observed?.interfaces = .known([])
    },
    .staysSilent("pod.network-gone", "the namespace is gone, which pod.netns-inode reports") { before, after in
      addObservations(&before, &after)
      after.sandboxes[0].observed?.namespace = .known(.notANamespace)
    },
    .fires("pod.network-gone", "the pod was recreated without a namespace", in: .reboot) { before, after in
      addObservations(&before, &after)
      before.sandboxes[0].observed?.namespace = .known(.missing)
      for index in after.sandboxes.indices where after.sandboxes[index].isReady {
        after.sandboxes[index].observed = ObservedSandbox(namespace: .known(.missing))
      }
    },
    .staysSilent("pod.network-gone", "the interfaces could not be read") { before, after in
      addObservations(&before, &after)
      after.sandboxes[0].observed?.interfaces = .unknown("why")
    },
    .fires("pod.network-already", "the network was already gone before", "the same") { before, after in
      addObservations(&before, &after)
      before.sandboxes[0].observed?.interfaces = .known([])
      after.sandboxes[0].observed?.interfaces = .known([])
    },
    .staysSilent("pod.network-already", "the namespace was already missing before") { before, after in
      addObservations(&before, &after)
      before.sandboxes[0].observed?.namespace = .known(.missing)
      after.sandboxes[0].observed?.namespace = .known(.missing)
    },
    .staysSilent("pod.network-already", "the network is gone only now") { before, after in
      addObservations(&before, &after)
      after.sandboxes[0].observed?.interfaces = .known([])
    },
    .fires("pod.network-mismatch", "the CNI cache has a different address") { before, after in
      addObservations(&before, &after)
      after.sandboxes[0].observed?.cache = .known([
        CNICacheEntry(network: "n", interface: "eth0", addresses: ["10.0.0.7"])
      ])
    },
    .staysSilent("pod.network-mismatch", "all sources agree") { before, after in addObservations(&before, &after) },
    .fires("pod.duplicate-ip", "the interface of another pod also has the address") { before, after in
      addObservations(&before, &after)
      var second = after.successor(of: 0)
      second.status.metadata?.uid = "uid-other"
      second.status.network?.ip = "10.0.0.8"
      after.sandboxes.append(second)
    },
    .fires("pod.outside-cidr", "the CNI configuration has different subnets", "10.9.0.0/16", "10.0.0.2") {
      before, after in
      before.runtime.settings = RuntimeSettings(networks: [network("10.0.0.0/16")])
      after.runtime.settings = RuntimeSettings(networks: [network("10.9.0.0/16")])
    },
    .staysSilent("pod.outside-cidr", "the address was already outside before") { before, after in
      before.runtime.settings = RuntimeSettings(networks: [network("10.9.0.0/16")])
      after.runtime.settings = before.runtime.settings
    },
    .staysSilent("pod.outside-cidr", "the subnets are of the other family") { before, after in
      before.runtime.settings = RuntimeSettings(networks: [network("10.0.0.0/16")])
      after.runtime.settings = RuntimeSettings(networks: [network("fd01::/64")])
    },

    .fires("container.process", "the process is gone", "1101", "gone") { before, after in
      addObservations(&before, &after)
      after.containers[0].observed?.process = .known(.gone)
    },
    .staysSilent("container.process", "the runtime reports that the container has exited") { before, after in
      addObservations(&before, &after)
      after.containers[0].status.state = .exited
      after.containers[0].observed?.process = .known(.gone)
    },
    .fires("container.cgroup", "a different cgroup", "/pod/a", "/other") { before, after in
      addObservations(&before, &after)
      after.containers[0].observed?.process = process(1101, cgroup: "/other")
    },
    .fires("container.cgroup", "only a suffix of the same path", "/pod/a", "/a") { before, after in
      addObservations(&before, &after)
      after.containers[0].observed?.process = process(1101, cgroup: "/a")
    },
    .fires("container.cgroup", "a different cgroup, seen from two namespaces", "/pod/a", "/../../pod/b") {
      addObservations(&$0, &$1)
      setCgroupNamespaces(&$0, &$1)
      $1.containers[0].observed?.process = process(1101, cgroup: "/../../pod/b")
    },
    .staysSilent("container.cgroup", "a namespace whose root is a sibling of the cgroup") {
      addObservations(&$0, &$1)
      setCgroupNamespaces(&$0, &$1)
      $1.containers[0].observed?.process = process(1101, cgroup: "/../../pod/a")
    },
    .staysSilent("container.cgroup", "a namespace whose root is below the other one's") {
      addObservations(&$0, &$1)
      setCgroupNamespaces(&$0, &$1)
      $1.containers[0].observed?.process = process(1101, cgroup: "/machine/payload/pod/a")
    },
    .staysSilent("container.cgroup", "the namespace of the container itself") {
      addObservations(&$0, &$1)
      setCgroupNamespaces(&$0, &$1)
      $1.containers[0].observed?.process = process(1101, cgroup: "/")
    },
    .staysSilent("container.cgroup", "an older snapshot, which does not have the namespace") {
      addObservations(&$0, &$1)
      setCgroupNamespaces(&$0, &$1)
      $0.observed?.cgroupNamespace = nil
      $1.containers[0].observed?.process = process(1101, cgroup: "/machine/pod/a")
    },
    .staysSilent("container.cgroup", "the cgroup could not be read") { before, after in
      addObservations(&before, &after)
      after.containers[0].observed?.process = process(1101, cgroup: nil)
    },

    .fires("runtime.orphan", "a shim with processes", "listed", "shim 50 of sandbox-web, not listed") { before, after in
      addObservations(&before, &after)
      after.sandboxes.removeFirst()
      after.observed?.orphans = .known([Orphan(kind: .shim, id: "sandbox-web", pid: 50, startTime: 1, processes: [51])])
    },
    .fires("runtime.orphan", "a process of an unknown container") { before, after in
      addObservations(&before, &after)
      after.observed?.orphans = .known([Orphan(kind: .container, id: "x", pid: 50, startTime: 1)])
    },
    .staysSilent("runtime.orphan", "the orphan already existed before") { before, after in
      addObservations(&before, &after)
      after.observed?.orphans = .known([Orphan(kind: .shim, id: "x", pid: 50, startTime: 1, processes: [51])])
      before.observed?.orphans = after.observed?.orphans
    },
    .staysSilent("runtime.orphan", "a conmon, but the runtime is containerd") { before, after in
      addObservations(&before, &after)
      after.observed?.orphans = .known([Orphan(kind: .conmon, id: "x", pid: 50, startTime: 1, processes: [51])])
    },
    .fires("runtime.orphan", "a conmon, and the runtime is CRI-O", "listed", "conmon 50 of x, not listed") {
      before, after in
      addObservations(&before, &after)
      (before.runtime.name, after.runtime.name) = ("cri-o", "cri-o")
      after.observed?.orphans = .known([Orphan(kind: .conmon, id: "x", pid: 50, startTime: 1, processes: [51])])
    },
    .fires("runtime.orphan-already", "the orphan already existed before", "not listed", "shim 50 of x, not listed") {
      before, after in
      addObservations(&before, &after)
      after.observed?.orphans = .known([Orphan(kind: .shim, id: "x", pid: 50, startTime: 1, processes: [51])])
      before.observed?.orphans = after.observed?.orphans
    },
    .staysSilent("runtime.orphan-already", "a shim without processes") { before, after in
      addObservations(&before, &after)
      after.observed?.orphans = .known([Orphan(kind: .shim, id: "x", pid: 50, startTime: 1)])
      before.observed?.orphans = after.observed?.orphans
    },
    .fires("runtime.leftover", "a shim without processes") { before, after in
      addObservations(&before, &after)
      after.observed?.orphans = .known([Orphan(kind: .shim, id: "x", pid: 50, startTime: 1)])
    },
    .staysSilent("runtime.leftover", "no shim is left over") { before, after in addObservations(&before, &after) },

    .fires("runtime.oci", "a different default", "runc /usr/bin/runc", "crun /usr/bin/crun") { before, after in
      addObservations(&before, &after)
      after.observed?.ociRuntimes = .known([oci("crun", isDefault: true), oci("runc", isDefault: false)])
    },
    .fires("runtime.oci", "an OCI runtime is gone", "kata /usr/bin/kata", "none") { before, after in
      addObservations(&before, &after)
      before.observed?.ociRuntimes = .known([oci("kata", isDefault: false), oci("runc", isDefault: true)])
    },
    .staysSilent("runtime.oci", "the program has a different path") { before, after in
      addObservations(&before, &after)
      after.observed?.ociRuntimes = .known([oci("runc", isDefault: true, in: "/usr/local/sbin")])
    },
    .fires("runtime.oci-path", "the program has a different path", "runc /usr/bin/runc", "runc /usr/local/sbin/runc") {
      before, after in
      addObservations(&before, &after)
      after.observed?.ociRuntimes = .known([oci("runc", isDefault: true, in: "/usr/local/sbin")])
    },
    .staysSilent("runtime.oci-path", "a link points to the same file") { before, after in
      addObservations(&before, &after)
      var link = oci("runc", isDefault: true, in: "/usr/sbin")
      link.target = "/usr/bin/runc"
      after.observed?.ociRuntimes = .known([link])
    },
    .staysSilent("runtime.oci-path", "a different OCI runtime, which runtime.oci reports") { before, after in
      addObservations(&before, &after)
      after.observed?.ociRuntimes = .known([oci("crun", isDefault: true)])
    },
    .staysSilent("runtime.oci", "an older CRI-O reports only the OCI runtimes in use", in: .upgrade) { before, after in
      addObservations(&before, &after)
      after.runtime.name = "cri-o"
      before.observed?.ociRuntimes = .known([oci("crun", isDefault: false), oci("runc", isDefault: true)])
      after.observed?.ociRuntimes = .known([oci("runc", isDefault: false)])
    },
    .staysSilent("runtime.oci", "an additional OCI runtime") { before, after in
      addObservations(&before, &after)
      after.observed?.ociRuntimes = .known([oci("kata", isDefault: false), oci("runc", isDefault: true)])
    },
    .fires("runtime.oci-version", "a different version", "runc version 1.1.5", "runc version 1.2.0") { before, after in
      addObservations(&before, &after)
      after.observed?.ociRuntimes = .known([oci("runc", isDefault: true, version: "1.2.0")])
    },
    .staysSilent("runtime.oci-version", "the version could not be read") { before, after in
      addObservations(&before, &after)
      after.observed?.ociRuntimes = .unknown("why")
    },

    // Pods that ended without a loss.
    .fires("pod.deleted", "kubelet has also removed the pod's directory", "ready", "gone") { before, after in
      addObservations(&before, &after)
      after.sandboxes.removeFirst()
      after.observed?.kubelet?.podDirectories = .known(["uid-proxy"])
    },
    .fires("pod.deleted", "the pod is being stopped", "ready", "not ready") { before, after in
      addObservations(&before, &after)
      after.sandboxes[0].status.state = .notReady
      after.observed?.kubelet?.podDirectories = .known(["uid-proxy"])
    },
    .staysSilent("pod.deleted", "the pod's directory still exists") { before, after in
      addObservations(&before, &after)
      after.sandboxes.removeFirst()
    },
    .staysSilent("pod.deleted", "kubelet never had a directory for the pod") { before, after in
      addObservations(&before, &after)
      before.observed?.kubelet?.podDirectories = .known(["uid-proxy"])
      after.observed?.kubelet?.podDirectories = .known(["uid-proxy"])
      after.sandboxes.removeFirst()
    },
    .staysSilent("pod.missing", "the pod was deleted") { before, after in
      addObservations(&before, &after)
      after.sandboxes.removeFirst()
      after.observed?.kubelet?.podDirectories = .known(["uid-proxy"])
    },
    .staysSilent("container.missing", "the pod was deleted") { before, after in
      addObservations(&before, &after)
      after.sandboxes.removeFirst()
      after.containers.removeFirst()
      after.observed?.kubelet?.podDirectories = .known(["uid-proxy"])
    },
    .fires("pod.finished", "all containers of a Job have succeeded", "ready", "not ready") { before, after in
      makeJob(&before, &after)
      after.sandboxes[0].status.state = .notReady
      for index in 0...1 {
        after.containers[index].status.state = .exited
        after.containers[index].status.exitCode = 0
      }
    },
    .staysSilent("pod.finished", "the running container is lost, and the init container is left") { before, after in
      makeJob(&before, &after)
      before.containers[1].status.exitCode = 0
      after.containers[1].status.exitCode = 0
      after.sandboxes.removeFirst()
      after.containers.removeFirst()
    },
    .staysSilent("pod.finished", "a container of a Job has failed") { before, after in
      makeJob(&before, &after)
      after.sandboxes[0].status.state = .notReady
      after.containers[0].status.state = .exited
      after.containers[0].status.exitCode = 137
    },
    .fires("container.finished-job", "the container of a Job has succeeded", "running", "exited 0") { before, after in
      makeJob(&before, &after)
      after.containers[0].status.state = .exited
    },
    .staysSilent("container.finished-job", "the container does not belong to a Job") {
      $1.containers[0].status.state = .exited
    },
    .staysSilent("container.state", "the container of a Job has succeeded") { before, after in
      makeJob(&before, &after)
      after.containers[0].status.state = .exited
    },
    .fires("pod.young", "created just before the snapshot", "ready", "gone") { before, after in
      before.sandboxes[0].status.createdAt = before.taken + .seconds(-9)
      after.sandboxes.removeFirst()
    },
    .fires("pod.young", "created just before a reboot, and still listed", "ready", "not ready", in: .reboot) {
      before, after in
      before.sandboxes[0].status.createdAt = before.taken + .seconds(-9)
      after.sandboxes.removeAll { $0.pod.uid == before.sandboxes[0].pod.uid }
      var old = before.sandboxes[0]
      old.status.state = .notReady
      after.sandboxes.append(old)
    },
    .staysSilent("pod.young", "created ten seconds before the snapshot") { before, after in
      before.sandboxes[0].status.createdAt = before.taken + .seconds(-10)
      after.sandboxes.removeFirst()
    },
    .fires(
      "pod.missing", "created before the clock was set back by an hour", "sandbox-web",
      "none, and its process may still be running"
    ) {
      $0.sandboxes[0].status.createdAt = $0.taken + .seconds(3500)
      $1.sandboxes.removeFirst()
    },
    .staysSilent("pod.young", "created before the clock was set back by an hour") {
      $0.sandboxes[0].status.createdAt = $0.taken + .seconds(3500)
      $1.sandboxes.removeFirst()
    },
    .staysSilent("container.young", "created before the clock was set back by an hour") {
      $0.containers[0].status.createdAt = $0.taken + .seconds(3500)
      $1.containers.removeFirst()
    },
    .fires("container.young", "created just before the snapshot", "running", "none") { before, after in
      before.containers[0].status.createdAt = before.taken + .seconds(-9)
      after.containers.removeFirst()
    },
    .staysSilent("container.young", "created long before") { $1.containers.removeFirst() },
  ]

  static func process(
    _ pid: Int32, startTime: UInt64 = 8, state: String = "S", shim: String? = nil, cgroup: String? = "/pod/a"
  ) -> Observation<ObservedProcess> {
    .known(
      .there(
        ObservedProcess.Facts(
          pid: pid, startTime: startTime, state: state, parent: shim == nil ? 1 : 70, shim: shim, cgroup: cgroup,
          networkNamespace: .known(NamespaceID(device: 4, inode: 1)))))
  }

  private static func oci(
    _ handler: String, isDefault: Bool, version: String = "1.1.5", in directory: String = "/usr/bin"
  ) -> OCIRuntime {
    OCIRuntime(
      handler: handler, isDefault: isDefault, path: "\(directory)/\(handler)",
      version: .known("runc version \(version)"))
  }

  private static func network(_ subnet: String) -> RuntimeSettings.Network {
    RuntimeSettings.Network(name: "n", subnets: [Subnet(subnet)].compactMap { $0 })
  }

  /// Adds everything that root can read, the same before and after.
  static func addObservations(_ before: inout Snapshot, _ after: inout Snapshot) {
    before = withObservations(before)
    after = withObservations(after)
  }

  /// Each snapshot was taken in a cgroup namespace of its own.
  private static func setCgroupNamespaces(_ before: inout Snapshot, _ after: inout Snapshot) {
    before.observed?.cgroupNamespace = NamespaceID(device: 4, inode: 2)
    after.observed?.cgroupNamespace = NamespaceID(device: 4, inode: 3)
  }

  /// Makes the process of the first container, or of the first sandbox, exit before the change; the other processes
  /// keep running.
  private static func die(_ before: inout Snapshot, _ after: inout Snapshot, sandbox: Bool = false) {
    addObservations(&before, &after)
    for (pid, index) in [(Int32(1102), 2), (1101, 0)] {
      before.containers[index].observed = ObservedContainer(process: process(pid, shim: "x"))
      after.containers[index].observed = before.containers[index].observed
    }
    before.sandboxes[0].observed?.process = process(1001, shim: "x")
    after.sandboxes[0].observed?.process = process(1001, shim: "x")
    if sandbox {
      before.sandboxes[0].observed?.process = .known(.gone)
    } else {
      before.containers[0].observed?.process = .known(.gone)
    }
  }

  private static func withObservations(_ plain: Snapshot) -> Snapshot {
    var snapshot = plain
    let addresses = ["10.0.0.2", "fd00::2"].compactMap { IPAddress($0) }
    snapshot.sandboxes[0].observed = ObservedSandbox(
      namespace: .known(.alive(NamespaceID(device: 4, inode: 1))),
      interfaces: .known([
        ObservedInterface(
          name: "eth0", index: 2, addresses: addresses.map { InterfaceAddress($0, prefixLength: 16) })
      ]),
      process: process(1001),
      cache: .known([CNICacheEntry(network: "n", interface: "eth0", addresses: ["10.0.0.2", "fd00::2"])]))
    snapshot.containers[0].observed = ObservedContainer(process: process(1101))
    snapshot.observed = ObservedNode(
      orphans: .known([]), ociRuntimes: .known([oci("runc", isDefault: true)]),
      kubelet: ObservedKubelet(
        processes: .known([ObservedKubelet.Instance(pid: 40, startTime: 4)]),
        podDirectories: .known(["uid-web", "uid-proxy"]), staticPods: .known([])))
    return snapshot
  }

  static func makeJob(_ before: inout Snapshot, _ after: inout Snapshot) {
    before.sandboxes[0].status.labels["batch.kubernetes.io/job-name"] = "backup"
    after.sandboxes[0].status.labels["batch.kubernetes.io/job-name"] = "backup"
  }
}
