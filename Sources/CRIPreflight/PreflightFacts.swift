public import CRIProtobuf
public import CRISnapshot

/// Everything that the preflight rules look at: what the runtime answers, what is on disk, what kubelet is told.
public struct PreflightFacts: Hashable, Sendable {
  public var snapshot: Snapshot
  /// The version that is to run after the change; nil: the one that runs now.
  public var target: RuntimeVersion?
  public var configuration: RuntimeConfiguration
  /// What is on disk of containerd; nil for other runtimes.
  public var containerd: ContainerdDisk?
  /// What is on disk of CRI-O; nil for other runtimes.
  public var crio: CRIODisk?
  public var kubelet: KubeletConfiguration
  /// The CNI configurations, by file name, that a runtime can use.
  public var networkConfigurations: Observation<[String]>
  /// The images of running pods that are absent, with what the registry said; nil where nobody was to ask it.
  public var pulls: [ImagePull]?

  public init(
    snapshot: Snapshot, target: RuntimeVersion? = nil, configuration: RuntimeConfiguration = RuntimeConfiguration(),
    containerd: ContainerdDisk? = nil, crio: CRIODisk? = nil, kubelet: KubeletConfiguration = KubeletConfiguration(),
    networkConfigurations: Observation<[String]> = .unknown(.notExamined), pulls: [ImagePull]? = nil
  ) {
    self.snapshot = snapshot
    self.target = target
    self.configuration = configuration
    self.containerd = containerd
    self.crio = crio
    self.kubelet = kubelet
    self.networkConfigurations = networkConfigurations
    self.pulls = pulls
  }

  /// The version that runs; nil where its text is none.
  public var version: RuntimeVersion? { RuntimeVersion(snapshot.runtime.version) }
  /// The runtime's version that starts next; nil where its text is none, where the target is that of a distribution, and
  /// where nobody names the version of a program that lies in the place of the one that runs.
  public var nextVersion: RuntimeVersion? {
    guard let target else { return isNextUnknown ? nil : version }
    let name = snapshot.runtime.name
    return Advisory.Product(of: target, runtime: name)?.rawValue == name ? target : nil
  }
  /// Whether the program that runs was replaced, and nobody says by which version.
  var isNextUnknown: Bool { target == nil && snapshot.daemon.replacedProgram != nil }
  /// By the node's clock.
  public var now: Timestamp { snapshot.taken }
  /// The pods that a change can take away.
  public var readySandboxes: [SandboxRecord] { snapshot.sandboxes.filter(\.isReady) }
}

/// How the runtime says that it is configured.
public struct RuntimeConfiguration: Hashable, Sendable {
  /// `systemd` or `cgroupfs`.
  public var cgroupDriver: Observation<String>
  /// Whether kubelet can ask for the driver (CRI: `RuntimeConfig`), as it does from 1.31 on.
  public var servesCgroupDriver: Bool
  /// The image of pods' pause containers.
  public var pauseImage: Observation<String>
  /// Where it looks for CNI configurations.
  public var networkDirectory: Observation<String>

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

/// What containerd will find when it starts.
public struct ContainerdDisk: Hashable, Sendable {
  public var records: Observation<DiskRecords>
  /// Empty before 1.7, which has none.
  public var store: Observation<SandboxStore>
  /// The containers without a checkpoint (`containers/ID/status`), each with the path where it should be.
  public var missingCheckpoints: Observation<[String: String]>
  /// The tasks whose shim's program is gone, each with the program's path.
  public var missingShims: Observation<[String: String]>
  /// The tasks without the file `address` by which containerd 1.x finds their shim again.
  public var missingAddresses: Observation<Set<String>>
  /// The tasks that have neither it nor `bootstrap.json`: containerd 2.x takes both.
  public var lostShims: Observation<Set<String>>
  /// The containers whose record says that their shim speaks a newer protocol than their pod's shim does.
  public var newerRecords: Observation<Set<String>>

  public init(
    records: Observation<DiskRecords> = .unknown(.notExamined),
    store: Observation<SandboxStore> = .unknown(.notExamined),
    missingCheckpoints: Observation<[String: String]> = .unknown(.notExamined),
    missingShims: Observation<[String: String]> = .unknown(.notExamined),
    missingAddresses: Observation<Set<String>> = .unknown(.notExamined),
    lostShims: Observation<Set<String>> = .unknown(.notExamined),
    newerRecords: Observation<Set<String>> = .unknown(.notExamined)
  ) {
    self.records = records
    self.store = store
    self.missingCheckpoints = missingCheckpoints
    self.missingShims = missingShims
    self.missingAddresses = missingAddresses
    self.lostShims = lostShims
    self.newerRecords = newerRecords
  }
}

/// What CRI-O will find when it starts.
public struct CRIODisk: Hashable, Sendable {
  /// A file in which CRI-O keeps the version that ran.
  public enum VersionFile: Hashable, Sendable {
    /// Not configured: it decides nothing.
    case off
    case missing(path: String)
    case written(path: String, version: String)
  }

  /// What its files and its command line say.
  public var configuration: Observation<CRIOConfiguration>
  /// Another minor version in it, or none: containers are wiped.
  public var versionFile: Observation<VersionFile>
  /// Another minor version in it, or none: images too.
  public var persistentVersionFile: Observation<VersionFile>
  /// What CNI will say of the pods' networks.
  public var networks: NetworkCheck
  /// What is missing of a sandbox or container that CRI-O needs to restore it: paths by id.
  public var missingState: Observation<[String: [MissingState]]>
  /// The runtime that the daemon takes for pods that name none.
  public var defaultRuntime: Observation<String>

  public init(
    configuration: Observation<CRIOConfiguration> = .unknown(.notExamined),
    versionFile: Observation<VersionFile> = .unknown(.notExamined),
    persistentVersionFile: Observation<VersionFile> = .unknown(.notExamined),
    networks: NetworkCheck = NetworkCheck(unknown: [.notExamined]),
    missingState: Observation<[String: [MissingState]]> = .unknown(.notExamined),
    defaultRuntime: Observation<String> = .unknown(.notExamined)
  ) {
    self.configuration = configuration
    self.versionFile = versionFile
    self.persistentVersionFile = persistentVersionFile
    self.networks = networks
    self.missingState = missingState
    self.defaultRuntime = defaultRuntime
  }
}

/// What kubelet is told.
public struct KubeletConfiguration: Hashable, Sendable {
  /// `systemd` or `cgroupfs`.
  public var cgroupDriver: Observation<String>
  /// The runtime's endpoint as it stands there, nil where it stands nowhere.
  public var endpoint: Observation<String?>
  /// Whether that is the socket that was asked.
  public var usesOurEndpoint: Bool

  public init(
    cgroupDriver: Observation<String> = .unknown(.notExamined),
    endpoint: Observation<String?> = .unknown(.notExamined), usesOurEndpoint: Bool = true
  ) {
    self.cgroupDriver = cgroupDriver
    self.endpoint = endpoint
    self.usesOurEndpoint = usesOurEndpoint
  }
}

/// What came of pulling an image that is absent.
public struct ImagePull: Hashable, Sendable {
  /// As the pod names it.
  public var image: String
  /// What the registry, or the runtime, answered; nil: it was pulled.
  public var error: String?

  public init(image: String, error: String? = nil) {
    self.image = image
    self.error = error
  }
}
