import CRIMessages
import CRIPreflight
import CRIProtobuf
import CRISnapshot
import TestSupport

/// An intact node with one change.
struct PreflightCase: Sendable, CustomStringConvertible {
  /// The rule to test.
  let rule: String
  let name: String
  var runtime = Advisory.Product.containerd
  /// The objects for which the rule must fire; if there are none, it must not fire.
  var objects: Set<String> = []
  /// Whether the rule must be unchecked.
  var isUnchecked = false
  let change: @Sendable (inout PreflightFacts) -> Void

  var description: String { "\(rule): \(name)" }

  static let all = containerd + records + configuration + crio + any
}

extension PreflightFacts {
  static func good(_ runtime: Advisory.Product) -> PreflightFacts { runtime == .crio ? goodCRIO : goodContainerd }

  /// The facts about `Snapshot.before`, with its records on disk.
  static let goodContainerd = PreflightFacts(
    snapshot: .before,
    configuration: RuntimeConfiguration(
      cgroupDriver: .known("systemd"), pauseImage: .known("pause:3"), networkDirectory: .known("/etc/cni/net.d")),
    containerd: ContainerdDisk(
      records: .known(
        DiskRecords(
          sandboxes: Snapshot.before.sandboxes.map { DiskSandbox(of: $0) },
          containers: Snapshot.before.containers.map { DiskContainer(of: $0) })),
      store: .known(SandboxStore()), missingCheckpoints: .known([:]), missingShims: .known([:]),
      missingAddresses: .known([]), lostShims: .known([]), shimSockets: .known(ShimSockets()),
      newerRecords: .known([]),
      start: ContainerdStart(
        configuration: .known(ContainerdConfiguration()),
        running: RunningContainerd(
          root: "/var/lib/containerd", state: "/run/containerd", address: "/run/containerd/containerd.sock",
          usesSystemdCgroups: false))),
    kubelet: KubeletConfiguration(
      cgroupDriver: .known("systemd"), endpoint: .known("unix:///run/containerd/containerd.sock")),
    networkConfigurations: .known(["10-net.conflist"]), missingPlugins: .known([]), missingPrograms: .known([]),
    stoppedUnit: .known(nil),
    endedProcesses: .known([:]),
    pausedTasks: .known([]),
    recordSpace: .known(RecordSpace(directory: "/var/lib/containerd", blocks: 1000, inodes: 1000)))

  static let goodCRIO: PreflightFacts = {
    var facts = goodContainerd
    facts.snapshot.runtime.name = "cri-o"
    facts.snapshot.runtime.version = "1.36.2"
    for index in facts.snapshot.sandboxes.indices {
      facts.snapshot.sandboxes[index].status.runtimeHandler = ""
      facts.snapshot.sandboxes[index].facts.runtimeHandler = ""
    }
    facts.containerd = nil
    facts.crio = CRIODisk(
      configuration: .known(CRIOConfiguration()),
      versionFile: .known(.written(path: "/run/crio/version", version: "1.36.1+abc")),
      persistentVersionFile: .known(.off), networks: NetworkCheck(),
      missingState: .known([:]), defaultRuntime: .known("crun"), start: .known(CRIOStart()))
    return facts
  }()

  /// Changes the records on disk.
  mutating func editRecords(_ change: (inout DiskRecords) -> Void) {
    guard case .known(var records) = containerd?.records else { return }
    change(&records)
    containerd?.records = .known(records)
  }

  /// Moves the first sandbox's record from the pause containers' records to the sandbox store.
  mutating func moveToStore(sandboxer: String) {
    guard case .known(var records) = containerd?.records else { return }
    var record = records.sandboxes.removeFirst()
    record.sandboxer = sandboxer
    containerd?.records = .known(records)
    containerd?.store = .known(SandboxStore(sandboxes: [record]))
  }

  /// Adds the record of a daemon that exited while creating a pod.
  mutating func addBareRecord(beside id: String? = nil) {
    let pod = PodName(namespace: "default", name: "web", uid: "uid-web")
    let others = id.map { [DiskSandbox(id: $0, name: "web", pod: pod)] } ?? []
    containerd?.store = .known(SandboxStore(sandboxes: others, withoutData: ["sandbox-x": .zero]))
  }

  /// Replaces the runtime's program on disk, so that it differs from the running one.
  mutating func replaceProgram() { snapshot.daemon.executable = "/usr/bin/\(snapshot.runtime.name) (deleted)" }

  /// Unmounts the first sandbox's namespace, after which the runtime has no address for the sandbox.
  mutating func closeNamespace() {
    snapshot.sandboxes[0].status.network = PodSandboxNetworkStatus()
    snapshot.sandboxes[0].facts.isNetworkNamespaceClosed = true
  }

  /// Adds a second sandbox for the first pod.
  mutating func addDuplicate() {
    var twin = snapshot.sandboxes[0]
    twin.status.id = "sandbox-web-1"
    twin.status.metadata?.attempt = 1
    snapshot.sandboxes.append(twin)
    editRecords { $0.sandboxes.append(DiskSandbox(of: twin)) }
  }

  /// Adds lines to CRI-O's configuration.
  mutating func configure(_ text: String) {
    var configuration = CRIOConfiguration()
    do {
      try configuration.add(text)
      crio?.configuration = .known(configuration)
    } catch {
      crio?.configuration = .unknown(UnknownReason(error.code, line: error.line, message: error.message))
    }
  }

  /// Sets containerd's configuration file and command line.
  mutating func configureContainerd(_ text: String, arguments: [String] = []) {
    var configuration = ContainerdConfiguration(options: ContainerdOptions(arguments: arguments))
    _ = configuration.add(text, from: "/etc/containerd/config.toml")
    containerd?.start?.configuration = .known(configuration)
  }

  mutating func setSpace(blocks: UInt64?, inodes: UInt64?) {
    recordSpace = .known(RecordSpace(directory: "/var/lib/containerd", blocks: blocks, inodes: inodes))
  }

  mutating func warn(_ message: String) {
    snapshot.runtime.conditions.append(
      RuntimeCondition(type: "ContainerdHasNoDeprecationWarnings", status: false, message: message))
  }

  mutating func setNetwork(ready: Bool) {
    let index = snapshot.runtime.conditions.firstIndex { $0.type == "NetworkReady" }
    if let index { snapshot.runtime.conditions[index].status = ready }
  }
}
