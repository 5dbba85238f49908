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
  public var networkConfigurations: Evidence<[String]>
  /// The images of running pods that are absent, with what the registry said; nil where nobody was to ask it.
  public var pulls: [ImagePull]?

  public init(
    snapshot: Snapshot, target: RuntimeVersion? = nil, configuration: RuntimeConfiguration = RuntimeConfiguration(),
    containerd: ContainerdDisk? = nil, crio: CRIODisk? = nil, kubelet: KubeletConfiguration = KubeletConfiguration(),
    networkConfigurations: Evidence<[String]> = .unknown("nobody looked"), pulls: [ImagePull]? = nil
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
  public var cgroupDriver: Evidence<String>
  /// Whether kubelet can ask for the driver (CRI: `RuntimeConfig`), as it does from 1.31 on.
  public var servesCgroupDriver: Bool
  /// The image of pods' pause containers.
  public var pauseImage: Evidence<String>
  /// Where it looks for CNI configurations.
  public var networkDirectory: Evidence<String>

  public init(
    cgroupDriver: Evidence<String> = .unknown("nobody looked"), servesCgroupDriver: Bool = false,
    pauseImage: Evidence<String> = .unknown("nobody looked"),
    networkDirectory: Evidence<String> = .unknown("nobody looked")
  ) {
    self.cgroupDriver = cgroupDriver
    self.servesCgroupDriver = servesCgroupDriver
    self.pauseImage = pauseImage
    self.networkDirectory = networkDirectory
  }
}

/// What containerd will find when it starts.
public struct ContainerdDisk: Hashable, Sendable {
  public var records: Evidence<DiskRecords>
  /// Empty before 1.7, which has none.
  public var store: Evidence<SandboxStore>
  /// The containers without a checkpoint (`containers/ID/status`), each with the path where it should be.
  public var missingCheckpoints: Evidence<[String: String]>
  /// The tasks whose shim's program is gone, each with the program's path.
  public var missingShims: Evidence<[String: String]>
  /// The tasks without the file `address` by which containerd 1.x finds their shim again.
  public var missingAddresses: Evidence<Set<String>>
  /// The tasks that have neither it nor `bootstrap.json`: containerd 2.x takes both.
  public var lostShims: Evidence<Set<String>>
  /// The containers whose record says that their shim speaks a newer protocol than their pod's shim does.
  public var newerRecords: Evidence<Set<String>>

  public init(
    records: Evidence<DiskRecords> = .unknown("nobody looked"),
    store: Evidence<SandboxStore> = .unknown("nobody looked"),
    missingCheckpoints: Evidence<[String: String]> = .unknown("nobody looked"),
    missingShims: Evidence<[String: String]> = .unknown("nobody looked"),
    missingAddresses: Evidence<Set<String>> = .unknown("nobody looked"),
    lostShims: Evidence<Set<String>> = .unknown("nobody looked"),
    newerRecords: Evidence<Set<String>> = .unknown("nobody looked")
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
  public var configuration: Evidence<CRIOConfiguration>
  /// Another minor version in it, or none: containers are wiped.
  public var versionFile: Evidence<VersionFile>
  /// Another minor version in it, or none: images too.
  public var persistentVersionFile: Evidence<VersionFile>
  /// What CNI will say of the pods' networks.
  public var networks: NetworkCheck
  /// What is missing of a sandbox or container that CRI-O needs to restore it: paths by id.
  public var missingState: Evidence<[String: [String]]>
  /// The runtime that the daemon takes for pods that name none.
  public var defaultRuntime: Evidence<String>

  public init(
    configuration: Evidence<CRIOConfiguration> = .unknown("nobody looked"),
    versionFile: Evidence<VersionFile> = .unknown("nobody looked"),
    persistentVersionFile: Evidence<VersionFile> = .unknown("nobody looked"),
    networks: NetworkCheck = NetworkCheck(unread: ["nobody looked"]),
    missingState: Evidence<[String: [String]]> = .unknown("nobody looked"),
    defaultRuntime: Evidence<String> = .unknown("nobody looked")
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
  public var cgroupDriver: Evidence<String>
  /// The runtime's endpoint as it stands there, nil where it stands nowhere.
  public var endpoint: Evidence<String?>
  /// Whether that is the socket that was asked.
  public var usesOurEndpoint: Bool

  public init(
    cgroupDriver: Evidence<String> = .unknown("nobody looked"),
    endpoint: Evidence<String?> = .unknown("nobody looked"), usesOurEndpoint: Bool = true
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
