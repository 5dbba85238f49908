public import CRIProtobuf
public import CRISnapshot

/// Everything that the preflight rules examine: the runtime's responses, its records on disk and kubelet's
/// configuration.
public struct PreflightFacts: Hashable, Sendable {
  /// What the runtime reports.
  public var snapshot: Snapshot
  /// The version after the change; nil if it stays the same.
  public var target: RuntimeVersion?
  /// The configuration that the runtime reports.
  public var configuration: RuntimeConfiguration
  /// containerd's state on disk; nil for other runtimes.
  public var containerd: ContainerdDisk?
  /// CRI-O's state on disk; nil for other runtimes.
  public var crio: CRIODisk?
  /// kubelet's configuration.
  public var kubelet: KubeletConfiguration
  /// The file names of the CNI configurations that a runtime can use.
  public var networkConfigurations: Observation<[String]>
  /// The CNI plugins that the runtime's networks require and that are not in any of its plugin directories.
  public var missingPlugins: Observation<[CNIFault]>
  /// The programs of the OCI runtimes that containerd uses by default or for the ready sandboxes, and that do not
  /// exist.
  public var missingPrograms: Observation<[String]>
  /// What systemd ends together with the daemon; nil if it ends only the daemon.
  public var stoppedUnit: Observation<StoppedUnit?>
  /// The ready sandboxes and running containers whose process has exited, each with its pid, by ID.
  public var endedProcesses: Observation<[String: Int32]>
  /// The IDs of containerd's paused tasks: sandboxes and containers.
  public var pausedTasks: Observation<Set<String>>
  /// The space for the records that the runtime writes when it starts.
  public var recordSpace: Observation<RecordSpace>
  /// The results of pulling the missing images of running pods; nil if pulling was not requested.
  public var pulls: [ImagePull]?

  /// Creates a value with the given properties.
  public init(
    snapshot: Snapshot, target: RuntimeVersion? = nil, configuration: RuntimeConfiguration = RuntimeConfiguration(),
    containerd: ContainerdDisk? = nil, crio: CRIODisk? = nil, kubelet: KubeletConfiguration = KubeletConfiguration(),
    networkConfigurations: Observation<[String]> = .unknown(.notExamined),
    missingPlugins: Observation<[CNIFault]> = .unknown(.notExamined),
    missingPrograms: Observation<[String]> = .unknown(.notExamined),
    stoppedUnit: Observation<StoppedUnit?> = .unknown(.notExamined),
    endedProcesses: Observation<[String: Int32]> = .unknown(.notExamined),
    pausedTasks: Observation<Set<String>> = .unknown(.notExamined),
    recordSpace: Observation<RecordSpace> = .unknown(.notExamined), pulls: [ImagePull]? = nil
  ) {
    self.snapshot = snapshot
    self.target = target
    self.configuration = configuration
    self.containerd = containerd
    self.crio = crio
    self.kubelet = kubelet
    self.networkConfigurations = networkConfigurations
    self.missingPlugins = missingPlugins
    self.missingPrograms = missingPrograms
    self.stoppedUnit = stoppedUnit
    self.endedProcesses = endedProcesses
    self.pausedTasks = pausedTasks
    self.recordSpace = recordSpace
    self.pulls = pulls
  }

  /// The running version; nil if the runtime's version string cannot be parsed.
  public var version: RuntimeVersion? { RuntimeVersion(snapshot.runtime.version) }
  /// The version of the runtime that will start next. It is nil if it cannot be parsed, if the target is a release of a
  /// distribution whose runtime is unknown, or if the running program was replaced on disk and no target is specified.
  public var nextVersion: RuntimeVersion? {
    guard let target else { return isNextUnknown ? nil : version }
    if isTargetBundle { return assumedVersion }
    return Advisory.Product(rawValue: snapshot.runtime.name) == nil ? nil : target
  }
  /// The version of containerd in the target, a release of k3s or RKE2; nil for any other target, or if that version is
  /// unknown.
  public var assumedVersion: RuntimeVersion? {
    guard let target, isTargetBundle, snapshot.runtime.name == Advisory.Product.containerd.rawValue else { return nil }
    return BundledRuntime.containerd(in: target)
  }
  /// Whether the target is a release of a distribution that contains the runtime.
  var isTargetBundle: Bool {
    guard let target, let product = Advisory.Product(of: target, runtime: snapshot.runtime.name) else { return false }
    return product == .k3s || product == .rke2
  }
  /// Whether the running program was replaced on disk by an unknown version.
  var isNextUnknown: Bool { target == nil && snapshot.daemon.replacedProgram != nil }
  /// The node's time at which the snapshot was taken.
  public var now: Timestamp { snapshot.taken }
  /// The pods that a change can lose.
  public var readySandboxes: [SandboxRecord] { snapshot.sandboxes.filter(\.isReady) }
}

/// The runtime's configuration, as reported by the runtime.
public struct RuntimeConfiguration: Hashable, Sendable {
  /// `systemd` or `cgroupfs`.
  public var cgroupDriver: Observation<String>
  /// Whether the runtime reports the driver to kubelet (CRI: `RuntimeConfig`), as it does from 1.31 on.
  public var servesCgroupDriver: Bool
  /// The pods' pause image.
  public var pauseImage: Observation<String>
  /// The directory of the CNI configurations.
  public var networkDirectory: Observation<String>

  /// Creates a value with the given properties.
  public init(
    cgroupDriver: Observation<String> = .unknown(.notExamined), servesCgroupDriver: Bool = false,
    pauseImage: Observation<String> = .unknown(.notExamined),
    networkDirectory: Observation<String> = .unknown(.notExamined)
  ) {
    self.cgroupDriver = cgroupDriver
    self.servesCgroupDriver = servesCgroupDriver
    self.pauseImage = pauseImage
    self.networkDirectory = networkDirectory
  }
}

/// The state that containerd will find when it starts.
public struct ContainerdDisk: Hashable, Sendable {
  /// The records of sandboxes and containers.
  public var records: Observation<DiskRecords>
  /// The sandbox store; empty before 1.7, which has no such store.
  public var store: Observation<SandboxStore>
  /// The containers without a usable checkpoint (`containers/ID/status`), each with the path at which it is missing or
  /// damaged.
  public var missingCheckpoints: Observation<[String: String]>
  /// The tasks whose shim's program is missing, each with the program's path.
  public var missingShims: Observation<[String: String]>
  /// The tasks without the file `address`, which containerd 1.x needs to reconnect to their shim.
  public var missingAddresses: Observation<Set<String>>
  /// The tasks with neither `address` nor `bootstrap.json`; containerd 2.x accepts either file.
  public var lostShims: Observation<Set<String>>
  /// The sockets of the tasks' shims.
  public var shimSockets: Observation<ShimSockets>
  /// The containers whose record has a newer shim protocol than the pod's shim.
  public var newerRecords: Observation<Set<String>>
  /// The path of the daemon's open database, if there is now a different file or no file at this path; nil if it is the
  /// same file, or if the daemon's process is not visible.
  public var hiddenDatabase: Observation<String?>
  /// What decides how containerd will start; nil if the daemon's program is not containerd, or if the program that
  /// starts it generates its configuration, as k3s, RKE2 and microk8s do.
  public var start: ContainerdStart?

  /// Creates a value with the given properties.
  public init(
    records: Observation<DiskRecords> = .unknown(.notExamined),
    store: Observation<SandboxStore> = .unknown(.notExamined),
    missingCheckpoints: Observation<[String: String]> = .unknown(.notExamined),
    missingShims: Observation<[String: String]> = .unknown(.notExamined),
    missingAddresses: Observation<Set<String>> = .unknown(.notExamined),
    lostShims: Observation<Set<String>> = .unknown(.notExamined),
    shimSockets: Observation<ShimSockets> = .unknown(.notExamined),
    newerRecords: Observation<Set<String>> = .unknown(.notExamined), hiddenDatabase: Observation<String?> = .known(nil),
    start: ContainerdStart? = nil
  ) {
    self.records = records
    self.store = store
    self.missingCheckpoints = missingCheckpoints
    self.missingShims = missingShims
    self.missingAddresses = missingAddresses
    self.lostShims = lostShims
    self.shimSockets = shimSockets
    self.newerRecords = newerRecords
    self.hiddenDatabase = hiddenDatabase
    self.start = start
  }
}

/// The state that CRI-O will find when it starts.
public struct CRIODisk: Hashable, Sendable {
  /// A file in which CRI-O records the version that ran.
  public enum VersionFile: Hashable, Sendable {
    /// No such file is configured, so CRI-O does not check it.
    case off
    case missing(path: String)
    case written(path: String, version: String)
  }

  /// The configuration from CRI-O's files and command line.
  public var configuration: Observation<CRIOConfiguration>
  /// If this file contains a different minor version or does not exist, CRI-O removes containers.
  public var versionFile: Observation<VersionFile>
  /// If this file contains a different minor version or does not exist, CRI-O also removes images.
  public var persistentVersionFile: Observation<VersionFile>
  /// What the CNI plugins will report about the pods' networks.
  public var networks: NetworkCheck
  /// The missing files that CRI-O needs to restore a sandbox or container, by ID.
  public var missingState: Observation<[String: [MissingState]]>
  /// The runtime handler that the daemon uses for pods that do not name one.
  public var defaultRuntime: Observation<String>
  /// What the next start will find.
  public var start: Observation<CRIOStart>

  /// Creates a value with the given properties.
  public init(
    configuration: Observation<CRIOConfiguration> = .unknown(.notExamined),
    versionFile: Observation<VersionFile> = .unknown(.notExamined),
    persistentVersionFile: Observation<VersionFile> = .unknown(.notExamined),
    networks: NetworkCheck = NetworkCheck(unknown: [.notExamined]),
    missingState: Observation<[String: [MissingState]]> = .unknown(.notExamined),
    defaultRuntime: Observation<String> = .unknown(.notExamined),
    start: Observation<CRIOStart> = .unknown(.notExamined)
  ) {
    self.configuration = configuration
    self.start = start
    self.versionFile = versionFile
    self.persistentVersionFile = persistentVersionFile
    self.networks = networks
    self.missingState = missingState
    self.defaultRuntime = defaultRuntime
  }
}

/// kubelet's configuration.
public struct KubeletConfiguration: Hashable, Sendable {
  /// `systemd` or `cgroupfs`.
  public var cgroupDriver: Observation<String>
  /// The configured endpoint of the runtime; nil if none is configured.
  public var endpoint: Observation<String?>
  /// Whether the endpoint is the same socket that we use.
  public var usesOurEndpoint: Bool

  /// Creates a value with the given properties.
  public init(
    cgroupDriver: Observation<String> = .unknown(.notExamined),
    endpoint: Observation<String?> = .unknown(.notExamined), usesOurEndpoint: Bool = true
  ) {
    self.cgroupDriver = cgroupDriver
    self.endpoint = endpoint
    self.usesOurEndpoint = usesOurEndpoint
  }
}

/// The result of pulling a missing image.
public struct ImagePull: Hashable, Sendable {
  /// The image as the pod names it.
  public var image: String
  /// The error of the registry or the runtime; nil if the image was pulled.
  public var error: String?

  /// Creates a value with the given properties.
  public init(image: String, error: String? = nil) {
    self.image = image
    self.error = error
  }
}
