public import CRIProtobuf
public import CRISnapshot

/// The facts that prove a preflight finding. They contain no text, because reports format them.
public enum PreflightDetail: Hashable, Sendable {
  /// No facts: the rule and the object are sufficient.
  case none

  // The runtime's memory compared with its records on disk.

  case differs(runtime: FindingValue, disk: FindingValue)
  /// A label differs.
  case labelDiffers(runtime: FindingValue, disk: FindingValue)
  case fieldsDiffer([FieldDifference])
  /// The runtime has already lost the value.
  /// - `path`: The network namespace that is gone; nil if an address was lost.
  case alreadyLost(path: String?)
  case sharedName(String, isInUse: Bool, id: String)
  case recordName(String)
  /// A record without any CRI data: containerd cannot load it when it starts.
  case recordWithoutData
  /// The sandbox is only in the sandbox store.
  case storeOnly
  /// No record exists. If the container runs, it continues without supervision.
  case noRecord(isRunning: Bool)

  // Files and programs.

  case path(String)
  /// The directory of the CNI configurations; nil if it is unknown.
  case directory(String?)
  case missingState([MissingState])
  case shim(ShimFault)
  /// There is no free block or no free inode.
  case space(RecordSpace)
  case littleSpace(RecordSpace, containers: Int)
  case versionFile(VersionFileFault, losesImages: Bool)

  case process(Int32)
  /// systemd ends the process that supervises the pod together with the daemon.
  case killMode(String, unit: String)

  // Times.

  case created(Timestamp)
  case createdAndNotListed(Timestamp)
  case createdAndNotStarted(Timestamp)
  /// The time is in the future.
  case createdLater(Timestamp)

  // Settings.

  case defaultRuntime(now: String, next: String)
  case cgroupDrivers(kubelet: String, runtime: String)
  case endpoints(kubelet: String, examined: String)

  // The configuration of the next start.

  case configuration(ContainerdConfigurationFault)
  /// A file of CRI-O's configuration that it cannot read.
  case invalidFile(UnknownReason)
  case missingProgram(MissingProgram)
  case disabledPlugin(String)
  case conflict(ContainerdSettings.Conflict)
  /// No plugin provides the snapshotter.
  case unknownSnapshotter(String)
  /// The default runtime handler is not defined.
  /// - `key`: The key that names it.
  case undefinedDefault(String, key: String)
  case undefinedHandler(String)
  case pathChanges(PathSetting, now: String, next: String)
  case driverChanges(now: String, next: String)
  /// Tables of the configuration.
  case tables([String])

  // The network.

  case networkNotReady(reason: String, message: String)
  case noNetworkConfiguration(directory: String?)
  case network(CNIFault)

  // The runtime's own messages, images and pods.

  /// A condition that the runtime reports as not met.
  case condition(reason: String, message: String)
  case message(String)
  case image(String)
  case notListed
  case pods([PodName])
  case sandboxes([String])
  /// The names of containers that are running.
  case running([String])
  /// The version after the change has a known defect.
  /// - `product`: The product to which the version belongs.
  case defectiveVersion(Advisory.Product, RuntimeVersion, AdvisoryID)

  /// The advisory that this detail is about; nil for any other detail.
  public var defect: AdvisoryID? { if case .defectiveVersion(_, _, let id) = self { id } else { nil } }
}

/// A path in the runtime's configuration.
public enum PathSetting: String, Hashable, Sendable, CaseIterable {
  case root, state, address
  /// The directory of the pods' files in CRI-O's storage.
  case storage
  /// CRI-O's directory of temporary data.
  case runroot
  /// The state directory of an OCI runtime.
  case runtimeRoot = "runtime_root"
}

/// A field that differs between the runtime and the disk.
public struct FieldDifference: Hashable, Sendable {
  /// A field of a record.
  public enum Field: String, Hashable, Sendable, CaseIterable {
    case namespace, name, attempt, handler, pidMode, ipcMode, label, annotation, cniResult
  }

  /// The field that differs.
  public var field: Field
  /// The value that the runtime reports.
  public var runtime: FindingValue
  /// The value on disk.
  public var disk: FindingValue

  /// Creates a value with the given properties.
  public init(_ field: Field, runtime: FindingValue, disk: FindingValue) {
    self.field = field
    self.runtime = runtime
    self.disk = disk
  }
}

/// A file that CRI-O needs to restore a sandbox or container.
public struct MissingState: Hashable, Sendable {
  /// The path of the missing file.
  public var path: String
  /// The file exists but is no longer a namespace.
  public var isUnmounted: Bool

  /// Creates a value with the given properties.
  public init(_ path: String, isUnmounted: Bool = false) {
    self.path = path
    self.isUnmounted = isUnmounted
  }
}

/// The reason why CRI-O removes pods after it has read its version file.
public enum VersionFileFault: Hashable, Sendable {
  case missing(path: String)
  case malformed(path: String)
  case otherMinor(path: String, major: Int, minor: Int, next: RuntimeVersion)
}
