import CRIDoctor
import CRIMessages
import CRIPreflight
import CRIProtobuf
import CRISnapshot
import TestSupport

/// A healthy node with one change.
struct DoctorCase: Sendable, CustomStringConvertible {
  /// The rule to test.
  let rule: String
  let name: String
  /// The objects for which the rule must fire; if there are none, it must not fire.
  var objects: Set<String> = []
  /// Whether the rule must be unchecked.
  var isUnchecked = false
  let change: @Sendable (inout DoctorFacts) -> Void

  var description: String { "\(rule): \(name)" }

  static let all = runtime + kubelet + objects + pods + network + host

  static func fires(
    _ rule: String, _ name: String, _ objects: Set<String>, _ change: @escaping @Sendable (inout DoctorFacts) -> Void
  ) -> DoctorCase { DoctorCase(rule: rule, name: name, objects: objects, change: change) }

  static func staysSilent(
    _ rule: String, _ name: String, _ change: @escaping @Sendable (inout DoctorFacts) -> Void = { _ in }
  ) -> DoctorCase { DoctorCase(rule: rule, name: name, change: change) }

  static func unchecked(
    _ rule: String, _ name: String, _ change: @escaping @Sendable (inout DoctorFacts) -> Void
  ) -> DoctorCase { DoctorCase(rule: rule, name: name, isUnchecked: true, change: change) }
}

extension DoctorFacts {
  /// The facts about `Snapshot.before`, on which nothing is wrong.
  static let good: DoctorFacts = {
    var snapshot = Snapshot.before
    // A version without known defects.
    snapshot.runtime.version = "2.2.6"
    let owned = "sandbox-web"
    snapshot.sandboxes[0].observed = ObservedSandbox(
      namespace: .known(.alive(NamespaceID(device: 4, inode: 7))),
      interfaces: .known([
        ObservedInterface(
          name: "eth0", index: 2,
          addresses: [("10.0.0.2", 24), ("fd00::2", 64)].compactMap { text, length in
            IPAddress(text).map { InterfaceAddress($0, prefixLength: length) }
          })
      ]),
      cache: .known([
        CNICacheEntry(network: "pods", interface: "eth0", addresses: ["10.0.0.2", "fd00::2"], ipam: "host-local")
      ]),
      leases: .known([
        HostLocalLease(network: "pods", address: "10.0.0.2", owner: owned),
        HostLocalLease(network: "pods", address: "fd00::2", owner: owned),
      ]))
    for index in snapshot.containers.indices where snapshot.containers[index].isRunning {
      snapshot.containers[index].observed = ObservedContainer(
        process: process(shim: "sandbox-web"), hasLog: .known(true))
    }
    snapshot.observed = ObservedNode(
      orphans: .known([]),
      kubelet: ObservedKubelet(processes: .known([ObservedKubelet.Instance(pid: 50, startTime: 9)])))
    var node = PreflightFacts(
      snapshot: snapshot,
      configuration: RuntimeConfiguration(
        cgroupDriver: .known("systemd"), pauseImage: .known("pause:3"), networkDirectory: .known("/etc/cni/net.d")),
      containerd: ContainerdDisk(),
      kubelet: KubeletConfiguration(
        cgroupDriver: .known("systemd"), endpoint: .known("unix:///run/containerd/containerd.sock")),
      networkConfigurations: .known(["10-net.conflist"]), missingPlugins: .known([]), missingPrograms: .known([]),
      endedProcesses: .known([:]),
      recordSpace: .known(RecordSpace(directory: "/var/lib/containerd", blocks: 1000, inodes: 1000)))
    node.snapshot = snapshot
    var facts = DoctorFacts(node: node)
    facts.calls = ["Version", "Status", "ListPodSandbox", "ListContainers", "ListImages", "ImageFsInfo"].map {
      ObservedCall($0, .milliseconds(3))
    }
    facts.statuses = snapshot.sandboxes.map {
      ObservedStatus(.pod($0), sandboxID: $0.id, ObservedCall("PodSandboxStatus", .milliseconds(2)))
    }
    facts.daemon = .known(
      DaemonProcess(age: .seconds(86400), threads: 30, openFiles: .known(200), openFileLimit: 1000))
    facts.hasKubeletDirectory = .known(true)
    facts.shims = .known([
      RunningProcess(pid: 900, name: "containerd-shim", state: "S", id: "sandbox-web"),
      RunningProcess(pid: 901, name: "containerd-shim", state: "S", id: "sandbox-proxy"),
    ])
    facts.blocked = .known([])
    facts.logSizes = .known(["container-web-nginx": 1000])
    facts.damagedConfigurations = .known([])
    facts.addressPools = .known(
      [Subnet("10.0.0.0/24"), Subnet("fd00::/64")].compactMap { $0 }.map { AddressPool(network: "pods", subnet: $0) })
    facts.leases = .known([HostLocalLease(network: "pods", address: "10.0.0.2", owner: owned)])
    facts.namespaces = .known(["/run/netns/web"])
    facts.fileSystems = .known([
      FileSystemUse(
        purpose: .images, path: "/var/lib/containerd", size: 1000, available: 500, inodes: 100, freeInodes: 50),
      FileSystemUse(purpose: .node, path: "/var/lib/kubelet", size: 1000, available: 500),
    ])
    facts.mounts = .known([ObjectPath(id: "sandbox-web", path: "/run/containerd/k8s.io/sandbox-web/rootfs")])
    facts.cgroups = .known([ObjectPath(id: "sandbox-web", path: "/kubepods/sandbox-web")])
    return facts
  }()

  /// A process of a container.
  /// - Parameter shim: The ID for which its parent was started; nil if its parent is no shim.
  static func process(shim: String?) -> Observation<ObservedProcess> {
    .known(
      .there(
        ObservedProcess.Facts(
          pid: 1101, startTime: 8, parent: shim == nil ? 1 : 70, shim: shim,
          networkNamespace: .known(NamespaceID(device: 4, inode: 7)))))
  }

  /// The time at which the facts were read, minus a number of seconds.
  func time(secondsAgo seconds: Int64) -> Timestamp { node.now - .seconds(seconds) }

  /// Makes the container nginx an attempt that crashed a number of seconds ago.
  mutating func crash(attempt: UInt32, secondsAgo: Int64, ran: Int64 = 5, reason: String = "Error", exitCode: Int32 = 1)
  {
    let finished = time(secondsAgo: secondsAgo)
    snapshot.containers[0].status.metadata?.attempt = attempt
    snapshot.containers[0].status.state = .exited
    snapshot.containers[0].status.exitCode = exitCode
    snapshot.containers[0].status.reason = reason
    snapshot.containers[0].status.finishedAt = finished
    snapshot.containers[0].status.startedAt = finished - .seconds(ran)
  }

  mutating func setCondition(_ type: String, reason: String = "", message: String = "") {
    snapshot.runtime.conditions.removeAll { $0.type == type }
    snapshot.runtime.conditions.append(RuntimeCondition(type: type, status: false, reason: reason, message: message))
  }

  mutating func replaceCall(_ method: String, _ duration: Duration, _ outcome: ObservedCall.Outcome = .answered) {
    calls.removeAll { $0.method == method }
    calls.append(ObservedCall(method, duration, outcome))
  }

  mutating func setDaemon(_ change: (inout DaemonProcess) -> Void) {
    guard case .known(var process) = daemon else { return }
    change(&process)
    daemon = .known(process)
  }
}
