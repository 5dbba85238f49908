import CRIMessages
import CRIProtobuf
import CRIRules
import CRISnapshot
import TestSupport

extension RuleCase {
  /// A ready pod that the earlier snapshot does not contain.
  private static func newPod(_ snapshot: Snapshot, address: String) -> SandboxRecord {
    var pod = snapshot.sandboxes[0]
    pod.status.id = "sandbox-new"
    pod.status.metadata?.name = "new"
    pod.status.metadata?.uid = "uid-new"
    pod.status.labels = [:]
    pod.status.network = PodSandboxNetworkStatus(ip: address)
    pod.observed = nil
    return pod
  }

  static let sandboxes: [RuleCase] = [
    .fires("pod.metadata", "a different UID") { $1.sandboxes[0].status.metadata?.uid = "other" },
    .fires("pod.metadata", "no metadata") { $1.sandboxes[0].status.metadata = nil },
    .staysSilent("pod.metadata", "a different UID of a pod that was not ready") {
      $1.sandboxes[2].status.metadata?.uid = "other"
    },

    .fires("pod.attempt", "a higher attempt", "0", "1") { $1.sandboxes[0].status.metadata?.attempt = 1 },
    .staysSilent("pod.attempt", "the same high attempt") {
      $0.sandboxes[0].status.metadata?.attempt = 4
      $1.sandboxes[0].status.metadata?.attempt = 4
    },

    .fires("pod.state", "a ready sandbox is no longer ready", "ready", "not ready") {
      $1.sandboxes[0].status.state = .notReady
    },
    .fires("pod.state", "an unknown state") { $1.sandboxes[0].status.state = .init(rawValue: 7) },
    .staysSilent("pod.state", "a sandbox that was not ready is still not ready") { _, after in
      after.sandboxes[2].status.state = .notReady
    },

    .fires("pod.created", "a new time", "2033-05-18T00:46:40Z", "2033-05-18T00:46:41Z") {
      $1.sandboxes[0].status.createdAt = Timestamp(seconds: 1_999_990_001)
      _ = $0
    },
    .staysSilent("pod.created", "the time is unknown in both snapshots") {
      $0.sandboxes[0].status.createdAt = .zero
      $1.sandboxes[0].status.createdAt = .zero
    },

    .fires("pod.ip", "the address is gone", "10.0.0.2", "none") { $1.sandboxes[0].status.network?.ip = "" },
    .fires("pod.ip", "the network is gone", "10.0.0.2", "none") { $1.sandboxes[0].status.network = nil },
    .fires("pod.ip", "a different address", "10.0.0.2", "10.0.0.3") { $1.sandboxes[0].status.network?.ip = "10.0.0.3" },
    .staysSilent("pod.ip", "the pod had no address before either") {
      $0.sandboxes[0].status.network?.ip = ""
      $1.sandboxes[0].status.network?.ip = ""
    },
    .staysSilent("pod.no-ip", "the pod had an address before") { $1.sandboxes[0].status.network?.ip = "" },
    .fires("pod.no-ip", "the pod had no address before either", "none", "none") {
      $0.sandboxes[0].status.network?.ip = ""
      $1.sandboxes[0].status.network?.ip = ""
    },
    .fires("pod.no-ip", "a pod that was created after the snapshot has no address", "none", "none") {
      $1.sandboxes.append(newPod($1, address: ""))
      _ = $0
    },
    .staysSilent("pod.no-ip", "a pod that was created after the snapshot has an address") {
      $1.sandboxes.append(newPod($1, address: "10.0.0.77"))
      _ = $0
    },
    .staysSilent("pod.no-ip", "a pod on the host's network was created after the snapshot") {
      var pod = newPod($1, address: "")
      pod.status.linux = $1.sandboxes[1].status.linux
      $1.sandboxes.append(pod)
      _ = $0
    },
    .staysSilent("pod.ip", "an address on the host's network, which kubelet does not look at") {
      $1.sandboxes[1].status.network?.ip = "192.0.2.1"
    },
    .staysSilent("pod.ip", "an address that was lost is back") { before, _ in
      before.sandboxes[0].status.network?.ip = ""
    },
    .staysSilent("pod.ip", "the node's address is no longer reported") { before, _ in
      before.sandboxes[1].status.network?.ip = "192.0.2.1"
    },
    .staysSilent("pod.ip", "a different address of the node") {
      $0.sandboxes[1].status.network?.ip = "192.0.2.1"
      $1.sandboxes[1].status.network?.ip = "192.0.2.2"
    },
    .staysSilent("pod.ip", "a different spelling of the address") {
      $0.sandboxes[0].status.network?.ip = "fd00::1:0:0:5"
      $1.sandboxes[0].status.network?.ip = "fd00:0:0:0:1::5"
    },
    .staysSilent("pod.ip", "a pod on the host's network has no address") { _, after in
      after.sandboxes[1].status.network = nil
    },
    .staysSilent("pod.ip", "a stopped sandbox has no address, which pod.state reports") {
      $1.sandboxes[0].status.state = .notReady
      $1.sandboxes[0].status.network?.ip = ""
    },

    .fires("pod.additional-ips", "the address of the other family is gone", "fd00::2", "none") {
      $1.sandboxes[0].status.network?.additionalIPs = []
    },
    .staysSilent("pod.additional-ips", "an address that was missing has returned") { before, _ in
      before.sandboxes[0].status.network?.additionalIPs = []
    },
    .staysSilent("pod.additional-ips", "a different spelling") { before, _ in
      before.sandboxes[0].status.network?.additionalIPs = [PodIP(ip: "FD00:0::0002")]
    },
    .staysSilent("pod.additional-ips", "a different order") {
      let ips = ["fd00::2", "fd00::3"].map { PodIP(ip: $0) }
      $0.sandboxes[0].status.network?.additionalIPs = ips
      $1.sandboxes[0].status.network?.additionalIPs = ips.reversed()
    },

    .fires("pod.namespaces", "the host's network instead of the pod's own") {
      $1.sandboxes[0].status.linux?.namespaces?.options?.network = .node
    },
    .fires("pod.namespaces", "a different PID namespace") {
      $1.sandboxes[0].status.linux?.namespaces?.options?.pid = .node
    },
    .fires("pod.namespaces", "the user namespace is gone") { before, _ in
      before.sandboxes[0].status.linux?.namespaces?.options?.usernsOptions = UserNamespace(mode: .pod)
    },
    .staysSilent("pod.namespaces", "absent options mean POD") {
      $0.sandboxes[0].status.linux?.namespaces?.options = NamespaceOption()
      $1.sandboxes[0].status.linux = nil
    },
    .staysSilent("pod.namespaces", "absent user options mean the user namespace of the node") { before, _ in
      before.sandboxes[0].status.linux?.namespaces?.options?.usernsOptions = UserNamespace(mode: .node)
    },

    .fires("pod.labels", "kubelet's key is gone", "io.kubernetes.pod.uid=uid-web", "none") {
      $1.sandboxes[0].status.labels["io.kubernetes.pod.uid"] = nil
    },
    .fires("pod.labels", "a different value", "app=web", "app=other") {
      $1.sandboxes[0].status.labels["app"] = "other"
    },
    .staysSilent("pod.labels", "an additional label, such as those that CRI-O adds") {
      $1.sandboxes[0].status.labels["io.kubernetes.container.name"] = "POD"
    },

    .fires("pod.annotations", "an annotation is gone", "kubernetes.io/config.source=api", "none") {
      $1.sandboxes[0].status.annotations = [:]
    },
    .staysSilent("pod.annotations", "an additional annotation") { $1.sandboxes[0].status.annotations["cni"] = "x" },

    .fires("pod.handler", "a different handler", "runc", "kata") { $1.sandboxes[0].status.runtimeHandler = "kata" },
    .fires("pod.handler", "a different handler in CRI-O's annotation", "runc", "crun") {
      $0.sandboxes[0].status.runtimeHandler = ""
      $0.sandboxes[0].facts.runtimeHandler = "runc"
      $1.sandboxes[0].status.runtimeHandler = ""
      $1.sandboxes[0].facts.runtimeHandler = "crun"
    },
    .staysSilent("pod.handler", "the handler was in CRI-O's annotation before and is in the status now") { before, _ in
      before.sandboxes[0].status.runtimeHandler = ""
      before.sandboxes[0].facts.runtimeHandler = "runc"
    },

    .fires("pod.netns", "a different namespace", "/run/netns/web", "/run/netns/x") {
      $1.sandboxes[0].facts.networkNamespace = "/run/netns/x"
    },
    .staysSilent("pod.netns", "the same path through the link /var/run") { before, _ in
      before.sandboxes[0].facts.networkNamespace = "/var/run/netns/web"
    },
    .fires("pod.netns", "the namespace is gone", "/run/netns/web", "none") {
      $1.sandboxes[0].facts.networkNamespace = nil
    },
    .staysSilent("pod.netns", "a runtime that did not report namespaces before") { before, _ in
      before.sandboxes[0].facts.networkNamespace = nil
    },
    .staysSilent("pod.netns", "a runtime that reports nothing about the sandbox") { _, after in
      after.sandboxes[0].facts = SandboxFacts()
    },
    .staysSilent("pod.netns", "a pod on the host's network has no namespace") { _, after in
      after.sandboxes[1].facts.networkNamespace = nil
    },

    .fires("pod.netns-closed", "the runtime reports that the namespace is closed", "open", "closed") {
      $1.sandboxes[0].facts.isNetworkNamespaceClosed = true
    },
    .staysSilent("pod.netns-closed", "the namespace of a stopped pod is closed") {
      $1.sandboxes[0].status.state = .notReady
      $1.sandboxes[0].facts.isNetworkNamespaceClosed = true
    },
    .staysSilent("pod.netns-closed", "CRI-O does not report it") {
      $0.sandboxes[0].facts.isNetworkNamespaceClosed = nil
      $1.sandboxes[0].facts.isNetworkNamespaceClosed = nil
    },

    .fires("pod.pid", "a different process", "1001", "2002") { $1.sandboxes[0].facts.pid = 2002 },
    .fires("pod.pid", "no process", "1001", "none") { $1.sandboxes[0].facts.pid = nil },
    .staysSilent("pod.pid", "CRI-O reports no PID") {
      $0.sandboxes[0].facts.pid = nil
      $1.sandboxes[0].facts.pid = 5
    },

    .staysSilent("pod.cni", "different spellings of the same values") {
      $0.sandboxes[0].facts.interfaces?[0].addresses = ["10.0.0.2", "FD00::1:0:0:5"]
      $1.sandboxes[0].facts.interfaces?[0].addresses = ["10.0.0.2", "fd00:0:0:0:1::5"]
      $0.sandboxes[0].facts.interfaces?[0].mac = "AA:BB"
      $1.sandboxes[0].facts.interfaces?[0].sandbox = "/var/run/netns/web"
    },
    .fires("pod.cni", "the result is gone") { $1.sandboxes[0].facts.interfaces = nil },
    .fires("pod.cni", "a different address") { $1.sandboxes[0].facts.interfaces?[0].addresses = ["10.0.0.7"] },
    .fires("pod.cni", "a different MAC address") { $1.sandboxes[0].facts.interfaces?[0].mac = "cc" },
    .fires("pod.cni", "a different namespace") { $1.sandboxes[0].facts.interfaces?[0].sandbox = "/x" },
    .staysSilent("pod.cni", "there never was a result") { before, _ in before.sandboxes[0].facts.interfaces = nil },

    .fires("pod.runs-again", "a completed static pod no longer has a record", "sandbox-old", "none") { before, after in
      complete(&before)
      after.sandboxes.removeLast()
      after.containers.removeLast()
    },
    .fires("pod.runs-again", "it has run again", in: .reboot) { before, after in
      complete(&before)
      after.sandboxes[2].status.id += "-next"
      after.sandboxes[2].status.state = .ready
    },
    .fires("pod.runs-again", "it has run again and has completed since", in: .reboot) { before, after in
      complete(&before)
      after.sandboxes[2].status.id += "-next"
      after.sandboxes[2].status.state = .notReady
      after.sandboxes[2].status.createdAt = before.taken + .seconds(60)
    },
    .fires(
      "pod.runs-again", "its sandbox is left without its container", "sandbox-old",
      "listed without its containers"
    ) { before, after in
      complete(&before)
      after.containers.removeLast()
    },
    .staysSilent("pod.runs-again", "kubelet has run throughout, and remembers the pod") { before, after in
      complete(&before)
      keepKubelet(&before, &after)
      after.sandboxes.removeLast()
      after.containers.removeLast()
    },
    .fires("pod.runs-again-later", "kubelet has run throughout", "sandbox-old", "none") { before, after in
      complete(&before)
      keepKubelet(&before, &after)
      after.sandboxes.removeLast()
      after.containers.removeLast()
    },
    .staysSilent("pod.runs-again-later", "kubelet was restarted") { before, after in
      complete(&before)
      after.sandboxes.removeLast()
      after.containers.removeLast()
    },
    .staysSilent("pod.runs-again", "the manifest had been replaced before") { before, after in
      complete(&before)
      var newer = before.sandboxes[2]
      newer.status.id += "-newer"
      newer.status.metadata?.uid = "newer"
      newer.status.createdAt = newer.status.createdAt + .seconds(1)
      before.sandboxes.append(newer)
      after.sandboxes[2] = newer
      after.containers.removeLast()
    },
    .staysSilent("pod.runs-again", "an older sandbox of the pod still exists") { before, after in
      complete(&before)
      after.sandboxes[2].status.id += "-older"
    },
    .staysSilent("pod.runs-again", "the pod comes from the API server") { before, after in
      complete(&before, source: "api")
      after.sandboxes.removeLast()
    },
    .staysSilent("pod.runs-again", "its policy is Always") { before, after in
      complete(&before, .always)
      after.sandboxes.removeLast()
    },
    .staysSilent("pod.runs-again", "it had failed, and runs again anyway") { before, after in
      complete(&before, .onFailure)
      before.containers[3].status.exitCode = 1
      after.sandboxes.removeLast()
    },
    .staysSilent("pod.runs-again", "its records still exist") { before, _ in complete(&before) },
    .staysSilent("pod.collected", "kubelet runs it again") { before, after in
      complete(&before)
      after.sandboxes.removeLast()
    },
    .fires("pod.missing", "a ready sandbox is not listed", "sandbox-web", "none, and its process may still be running")
    {
      $1.sandboxes.removeFirst()
    },
    .fires("pod.replaced", "kubelet has created a new sandbox", "sandbox-web", "sandbox-web-next, attempt 0 → 1") {
      $1.sandboxes[0] = $0.successor(of: 0)
    },
    .fires("pod.replaced", "the old sandbox is still listed", "sandbox-web", "sandbox-web-next, attempt 0 → 1") {
      $1.sandboxes[0].status.state = .notReady
      $1.sandboxes.append($0.successor(of: 0))
    },
    .staysSilent("pod.replaced", "the new sandbox is not ready either") {
      $1.sandboxes[0].status.state = .notReady
      var next = $0.successor(of: 0)
      next.status.state = .notReady
      $1.sandboxes.append(next)
    },
    .staysSilent("pod.missing", "a sandbox that was not ready is not listed") { $1.sandboxes.removeLast() },

    .fires("pod.several-ready", "two ready sandboxes of one pod", "1 ready", "2 ready") {
      $1.sandboxes.append($0.successor(of: 0))
    },
    .staysSilent("pod.several-ready", "the second sandbox is not ready") {
      var second = $0.successor(of: 0)
      second.status.state = .notReady
      $1.sandboxes.append(second)
    },

    .fires("pod.duplicate-ip", "two pods with one address") {
      var second = $0.successor(of: 0)
      second.status.metadata?.uid = "uid-other"
      second.status.metadata?.name = "other"
      $1.sandboxes.append(second)
    },
    .staysSilent("pod.duplicate-ip", "pods on the host's network share its address") {
      var second = $0.successor(of: 1)
      second.status.metadata?.uid = "uid-other"
      for index in $1.sandboxes.indices {
        $1.sandboxes[index].status.network?.ip = index == 1 ? "192.0.2.1" : "10.0.0.2"
      }
      second.status.network?.ip = "192.0.2.1"
      $1.sandboxes.append(second)
    },

    .fires("pod.clock", "the sandbox was created after the snapshot") {
      $1.sandboxes[0].status.createdAt = Timestamp(seconds: 3_000_000_000)
    },
    .staysSilent("pod.clock", "the clock was set back after the first snapshot") {
      $0.sandboxes[0].status.createdAt = $0.taken + .seconds(-60)
      $1.sandboxes[0].status.createdAt = $0.sandboxes[0].status.createdAt
      $1.taken = $0.taken + .seconds(-3600)
    },
    .fires("pod.clock-set-back", "the clock was set back after the first snapshot") {
      $0.sandboxes[0].status.createdAt = $0.taken + .seconds(-60)
      $1.sandboxes[0].status.createdAt = $0.sandboxes[0].status.createdAt
      $1.taken = $0.taken + .seconds(-3600)
    },
    .fires("pod.clock-set-back", "the clock was set back before the first snapshot") {
      $0.sandboxes[0].status.createdAt = Timestamp(seconds: 3_000_000_000)
      $1.sandboxes[0].status.createdAt = Timestamp(seconds: 3_000_000_000)
    },
    .staysSilent("pod.clock-set-back", "the sandbox was created after the snapshot") {
      $1.sandboxes[0].status.createdAt = Timestamp(seconds: 3_000_000_000)
    },
    .staysSilent("pod.clock", "the sandbox has just been created") {
      $0.sandboxes[0].status.createdAt = $1.taken
      $1.sandboxes[0].status.createdAt = $1.taken
    },

    .fires("pod.collected", "a sandbox that was not ready is gone", "not ready", "gone") { $1.sandboxes.removeLast() },
    .staysSilent("pod.collected", "a ready sandbox is gone, which pod.missing reports") { $1.sandboxes.removeFirst() },

    .fires("pod.came-back", "a stopped sandbox is ready again", "not ready", "ready") {
      $1.sandboxes[2].status.state = .ready
    },
    .staysSilent("pod.came-back", "a stopped sandbox is still stopped") {
      $1.sandboxes[2].status.labels["new"] = "label"
    },
  ]

  /// kubelet's process is the same before and after.
  private static func keepKubelet(_ before: inout Snapshot, _ after: inout Snapshot) {
    let kubelet = ObservedKubelet(processes: .known([.init(pid: 7, startTime: 1)]))
    before.observed = ObservedNode(kubelet: kubelet)
    after.observed = ObservedNode(kubelet: kubelet)
  }

  /// Turns the pod that is not ready into a completed static pod.
  private static func complete(
    _ before: inout Snapshot, _ policy: RestartPolicy = .never, source: String = "file"
  ) {
    before.sandboxes[2].status.annotations["kubernetes.io/config.source"] = source
    before.pods = [PodSpecification(pod: before.sandboxes[2].pod, restartPolicy: policy, containers: [])]
  }
}
