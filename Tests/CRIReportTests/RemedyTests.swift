import CRIMessages
import CRIProtobuf
import CRIReport
import CRIRules
import CRISnapshot
import CRIVerify
import TestSupport
import Testing

/// The remedy in the verdict fits the findings.
@Suite struct RemedyTests {
  struct Loss: Sendable, CustomStringConvertible {
    let description: String
    let runtime: String
    let words: String
    var scenario: Scenario? = .restart
    let change: @Sendable (inout Snapshot, inout Snapshot) -> Void
  }

  static let losses: [Loss] = [
    Loss(description: "forgotten addresses", runtime: "containerd-1.6.12", words: "(containerd#7843)") { _, _ in },
    Loss(
      description: "forgotten addresses while kubelet runs", runtime: "containerd-1.6.12",
      words: "do not restart kubelet: its next start kills these pods; drain the node, or recreate them one by one "
        + "(containerd#7843)"
    ) {
      let kubelet = ObservedKubelet(processes: .known([ObservedKubelet.Instance(pid: 40, startTime: 4)]))
      $1.observed = ObservedNode(kubelet: kubelet)
      _ = $0
    },
    Loss(
      description: "forgotten addresses while kubelet is stopped", runtime: "containerd-1.6.12",
      words: "do not start kubelet: its next start kills these pods; cordon the node, and start replacements for these "
        + "pods on other nodes first (containerd#7843)"
    ) {
      $1.observed = ObservedNode(kubelet: ObservedKubelet(processes: .known([])))
      _ = $0
    },
    Loss(
      description: "stopped pods while kubelet is stopped", runtime: "containerd-2.4",
      words: "keep kubelet stopped: it acts on this as soon as it starts; cordon the node, and start replacements for "
        + "these pods on other nodes first"
    ) {
      if let index = $1.sandboxes.firstIndex(where: \.isReady) { $1.sandboxes[index].status.state = .notReady }
      $1.observed = ObservedNode(kubelet: ObservedKubelet(processes: .known([])))
      _ = $0
    },
    Loss(
      description: "a container that runs twice", runtime: "containerd-2.4",
      words: "stop the older copies (cri stop): two copies of the same container run at the same time"
    ) {
      guard var twin = $1.containers.first(where: \.isRunning) else { return }
      twin.status.id += "twin"
      $1.containers.append(twin)
      _ = $0
    },
    Loss(
      description: "a process that had ended before", runtime: "containerd-2.4",
      words: "so that kubelet starts them again: they had ended before the change"
    ) { before, after in
      func facts(_ pid: Int32) -> ObservedProcess {
        .there(ObservedProcess.Facts(pid: pid, startTime: 1, parent: 2, shim: "x", networkNamespace: .unknown("no")))
      }
      for index in before.sandboxes.indices where before.sandboxes[index].isReady {
        before.sandboxes[index].observed = ObservedSandbox(process: .known(facts(7)))
      }
      guard let index = before.containers.firstIndex(where: \.isRunning) else { return }
      before.containers[index].observed = ObservedContainer(process: .known(.gone))
      let id = before.containers[index].id
      guard let same = after.containers.firstIndex(where: { $0.id == id }) else { return }
      after.containers[same].observed = ObservedContainer(process: .known(.gone))
    },
    Loss(
      description: "forgotten addresses", runtime: "cri-o-1.37",
      words: "until cri preflight finds nothing, and restart the runtime again, which restores the addresses"
    ) {
      for index in $1.sandboxes.indices where !$1.sandboxes[index].isHostNetwork {
        $1.sandboxes[index].status.network?.ip = ""
      }
      _ = $0
    },
    Loss(
      description: "forgotten addresses of interfaces that are gone", runtime: "cri-o-1.37",
      words: "do not start kubelet: its next start kills these pods; drain the node, or recreate them one by one"
    ) {
      for index in $1.sandboxes.indices where !$1.sandboxes[index].isHostNetwork {
        let address = $1.sandboxes[index].ip
        $1.sandboxes[index].status.network?.ip = ""
        $1.sandboxes[index].observed = ObservedSandbox(
          namespace: .known(.alive(NamespaceID(device: 4, inode: UInt64(index)))), interfaces: .known([]),
          cache: .known([CNICacheEntry(network: "n", interface: "eth0", addresses: [address])]))
      }
      _ = $0
    },
    Loss(
      description: "namespaces that are gone", runtime: "containerd-1.6.12",
      words: "drain the node, or recreate them one by one"
    ) {
      for index in $1.sandboxes.indices where $1.sandboxes[index].isReady {
        $1.sandboxes[index].facts.isNetworkNamespaceClosed = true
      }
      _ = $0
    },
    Loss(
      description: "another boot", runtime: "containerd-1.6.12", words: "drain the node, or recreate them one by one"
    ) {
      $1.host.bootID = "boot-2"
      _ = $0
    },
    Loss(
      description: "a CNI configuration that is gone", runtime: "containerd-2.4",
      words: "until then, the node is NotReady and accepts no pods"
    ) {
      $1.runtime.conditions = [
        RuntimeCondition(type: "NetworkReady", status: false), RuntimeCondition(type: "RuntimeReady", status: true),
      ]
      $0.runtime.settings = RuntimeSettings(networks: [RuntimeSettings.Network(name: "n", subnets: [])])
      $1.runtime.settings = RuntimeSettings(networks: [])
    },
    Loss(
      description: "another runtime, before kubelet has recreated the pods, and a lost image",
      runtime: "containerd-2.4",
      words: "kubelet has not recreated these pods: see its log, and wait longer with --wait", scenario: .migrate
    ) {
      // With this label, the policy can only be Always.
      for index in $0.sandboxes.indices { $0.sandboxes[index].status.labels["pod-template-hash"] = "5d4b" }
      $1.runtime.name = "cri-o"
      $1.sandboxes = []
      $1.containers = []
      $1.images = $1.images.filter(\.pinned)
    },
    Loss(
      description: "stopped pods", runtime: "containerd-2.4",
      words: "it acts as soon as it notices this; drain the node first"
    ) {
      if let index = $1.sandboxes.firstIndex(where: \.isReady) { $1.sandboxes[index].status.state = .notReady }
      _ = $0
    },
    Loss(
      description: "a container that was started again", runtime: "containerd-2.4",
      words: "containers were restarted: check what they did in the meantime"
    ) {
      guard let index = $1.containers.firstIndex(where: \.isRunning) else { return }
      var next = $1.containers[index]
      next.status.id += "-next"
      next.status.createdAt = next.status.createdAt + .seconds(60)
      $1.containers[index].status.state = .exited
      $1.containers.append(next)
      _ = $0
    },
    Loss(
      description: "an exited container", runtime: "containerd-2.4",
      words: "find out why they ended before you continue with other nodes"
    ) {
      if let index = $1.containers.firstIndex(where: \.isRunning) {
        $1.containers[index].status.state = .exited
        $1.containers[index].status.exitCode = 255
      }
      _ = $0
    },
    Loss(
      description: "an exited container whose process is alive", runtime: "cri-o-1.37",
      words: "drain the node, and end these processes first"
    ) {
      guard let index = $1.containers.firstIndex(where: \.isRunning) else { return }
      $1.containers[index].status.state = .exited
      $1.observed = ObservedNode(
        orphans: .known([
          Orphan(kind: .conmon, id: $1.containers[index].id, pid: 70, startTime: 1, processes: [71])
        ]))
      _ = $0
    },
    Loss(
      description: "a conmon that is gone", runtime: "cri-o-1.37",
      words: "restart these containers at a convenient time: until then, they run without a monitor"
    ) {
      guard let index = $1.containers.firstIndex(where: \.isRunning) else { return }
      func observed(_ shim: String?) -> ObservedContainer {
        let process = ObservedProcess.Facts(
          pid: 9, startTime: 1, parent: 7, shim: shim, networkNamespace: .unknown("x"))
        return ObservedContainer(process: .known(.there(process)))
      }
      $0.containers[index].observed = observed("x")
      $1.containers[index].observed = observed(nil)
    },
    Loss(
      description: "a hash that kubelet will not know again", runtime: "containerd-2.4",
      words: "drain the node, or restart them one by one"
    ) {
      for index in $1.containers.indices {
        $0.containers[index].status.annotations["io.kubernetes.container.hash"] = "1"
        $1.containers[index].status.annotations["io.kubernetes.container.hash"] = "2"
      }
    },
    Loss(description: "a lost image", runtime: "containerd-2.4", words: "pull the images again before a pod needs them")
    { _, after in
      after.images = []
    },
    Loss(
      description: "a network that is broken", runtime: "containerd-2.4",
      words: "neither the runtime nor kubelet notices that their network is broken"
    ) {
      guard let index = $1.sandboxes.firstIndex(where: { $0.isReady && !$0.isHostNetwork }) else { return }
      $1.sandboxes[index].observed = ObservedSandbox(
        namespace: .known(.alive(NamespaceID(device: 4, inode: 1))), interfaces: .known([]))
      _ = $0
    },
    Loss(
      description: "a pod of which nothing runs, and another one whose network is gone", runtime: "containerd-2.4",
      words: "do not start kubelet until you have found the cause"
    ) {
      let snapshot = $1
      let ready = snapshot.sandboxes.indices.filter {
        snapshot.sandboxes[$0].isReady && !snapshot.sandboxes[$0].isHostNetwork
      }
      guard let first = ready.first, let last = ready.last, first != last else { return }
      $1.sandboxes[first].status.state = .notReady
      for index in $1.containers.indices where $1.containers[index].sandboxID == $1.sandboxes[first].id {
        $1.containers[index].status.state = .exited
      }
      $1.sandboxes[last].observed = ObservedSandbox(
        namespace: .known(.alive(NamespaceID(device: 4, inode: 1))), interfaces: .known([]))
      $1.observed = ObservedNode(orphans: .known([]))
      _ = $0
    },
    Loss(
      description: "no network", runtime: "containerd-2.4",
      words: "until then, the node is NotReady and accepts no pods"
    ) { _, after in
      after.runtime.conditions = after.runtime.conditions.map { condition in
        var condition = condition
        if condition.type == "NetworkReady" { condition.status = false }
        return condition
      }
    },
    Loss(
      description: "an old program", runtime: "containerd-2.4",
      words: "it is still running an executable that was replaced or deleted"
    ) {
      $1.daemon.executable = "/usr/bin/containerd (deleted)"
      _ = $0
    },
    Loss(
      description: "several things", runtime: "containerd-2.4",
      words: "do not start kubelet until you have found the cause"
    ) { _, after in
      after.images = []
      after.daemon.executable = "/usr/bin/containerd (deleted)"
    },
  ]

  @Test(arguments: Remedy.allCases) func `no remedy contradicts the state of kubelet`(remedy: Remedy) {
    let (running, stopped) = (ReportText.english.remedy(remedy, .running), ReportText.english.remedy(remedy, .stopped))
    for words in ["do not start kubelet", "keep kubelet stopped", "start it,"] { #expect(!running.contains(words)) }
    for words in ["do not restart kubelet", "stop kubelet now", "stop it now", "its log"] {
      #expect(!stopped.contains(words))
    }
    // A report without this fact names both possibilities.
    #expect(ReportText.english.remedy(remedy) == ReportText.english.remedy(remedy, .unknown))
  }

  @Test(arguments: losses) func `each loss has one remedy that fits`(loss: Loss) throws {
    let view = try ReportView.recorded(loss.runtime, scenario: loss.scenario, change: loss.change)
    #expect(view.verdict.line.hasPrefix("LOST: ") && view.verdict.line.hasSuffix(loss.words), "\(view.verdict.line)")
    #expect(view.verdict.line.contains("7843") == loss.words.contains("7843"))
  }
}
