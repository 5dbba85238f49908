public import CRIMessages
public import CRIProtobuf

/// The complete state of a node's runtime at one point in time: enough to determine later what was lost, but without
/// secrets.
public struct Snapshot: Hashable, Sendable {
  /// The version of the document that this code writes. It can also read all older versions.
  public static let schema = 2

  /// The program that took the snapshot, such as `cri 0.1.0`.
  public var tool: String
  /// The time at which the snapshot was taken, according to the node's clock.
  public var taken: Timestamp
  /// The node.
  public var host: NodeIdentity
  /// The runtime's process.
  public var daemon: Daemon
  /// The runtime's description of itself.
  public var runtime: RuntimeFacts
  /// The sandboxes, in the order of the runtime's list.
  public var sandboxes: [SandboxRecord]
  /// The containers, in the order of the runtime's list.
  public var containers: [ContainerRecord]
  /// The images.
  public var images: [Image]
  /// What could not be read. A required entry makes the snapshot incomplete; the others are facts from outside the
  /// runtime, most of which require root. A verdict lists them all.
  public var unchecked: [Unchecked]
  /// What was observed on the node besides the runtime's objects; nil if no observer ran.
  public var observed: ObservedNode?
  /// The specifications of the node's pods, which the user supplied; nil if there are none.
  public var pods: [PodSpecification]?

  /// Creates a value with the given properties.
  public init(
    tool: String, taken: Timestamp, host: NodeIdentity, daemon: Daemon, runtime: RuntimeFacts,
    sandboxes: [SandboxRecord] = [],
    containers: [ContainerRecord] = [], images: [Image] = [], unchecked: [Unchecked] = [], observed: ObservedNode? = nil
  ) {
    self.tool = tool
    self.taken = taken
    self.host = host
    self.daemon = daemon
    self.runtime = runtime
    self.sandboxes = sandboxes
    self.containers = containers
    self.images = images
    self.unchecked = unchecked
    self.observed = observed
  }
}

/// The node.
public struct NodeIdentity: Hashable, Sendable {
  /// The node's name.
  public var name: String
  /// `/proc/sys/kernel/random/boot_id`, which changes when the node reboots; nil if it cannot be read.
  public var bootID: String?
  /// `/etc/machine-id`, which distinguishes nodes with the same name; nil if it cannot be read.
  public var machineID: String?
  /// The release of the kernel, as printed by `uname -r`.
  public var kernel: String

  /// Creates a value with the given properties.
  public init(name: String, bootID: String?, machineID: String? = nil, kernel: String) {
    self.name = name
    self.bootID = bootID
    self.machineID = machineID
    self.kernel = kernel
  }
}

/// The runtime's process, as the kernel knows it.
public struct Daemon: Hashable, Sendable {
  /// The socket's path.
  public var socket: String
  /// The pid from SO_PEERCRED; nil if the process is in a pid namespace that we cannot see.
  public var pid: Int32?
  /// The start time in clock ticks after boot (`/proc/PID/stat`, field 22), which distinguishes processes with the same
  /// pid.
  public var startTime: UInt64?
  /// The target of `/proc/PID/exe`; a trailing ` (deleted)` means that the binary was replaced without a restart.
  public var executable: String?

  /// Creates a value with the given properties.
  public init(socket: String, pid: Int32? = nil, startTime: UInt64? = nil, executable: String? = nil) {
    self.socket = socket
    self.pid = pid
    self.startTime = startTime
    self.executable = executable
  }

  /// The running program if its file has been replaced or removed; nil if the file is unchanged.
  package var replacedProgram: String? {
    let mark = " (deleted)"
    return executable.flatMap { $0.hasSuffix(mark) ? String($0.dropLast(mark.count)) : nil }
  }

  /// Whether `other` is a different process; nil if too little is known.
  public func wasReplaced(by other: Daemon) -> Bool? {
    guard let pid, let otherPID = other.pid else { return nil }
    if pid != otherPID { return true }
    guard let startTime, let otherTime = other.startTime else { return nil }
    return startTime != otherTime
  }
}

/// What the runtime reports about itself.
public struct RuntimeFacts: Hashable, Sendable {
  /// CRI: `VersionResponse.runtime_name`, such as `containerd`.
  public var name: String
  /// CRI: `VersionResponse.runtime_version`, which has no fixed format: `1.6.20~ds1`, `v1.6.14-k3s1`, `1.37.0`.
  public var version: String
  /// The version of the CRI that was used.
  public var api: APIVersion
  /// CRI: `StatusResponse.status.conditions`, sorted by type.
  public var conditions: [RuntimeCondition]
  /// CRI: `StatusResponse.runtime_handlers`, sorted by name, because CRI-O changes their order with every call.
  public var handlers: [RuntimeHandler]
  /// The settings from the verbose status; nil if that was not requested.
  public var settings: RuntimeSettings?
  /// Whether the runtime also serves CRI v1alpha2 for old clients; nil if that is unknown.
  public var servesV1alpha2: Bool?

  /// Creates a value with the given properties.
  public init(
    name: String, version: String, api: APIVersion, conditions: [RuntimeCondition] = [],
    handlers: [RuntimeHandler] = [], settings: RuntimeSettings? = nil, servesV1alpha2: Bool? = nil
  ) {
    self.name = name
    self.version = version
    self.api = api
    self.conditions = conditions.sorted { $0.type < $1.type }
    self.handlers = handlers.sorted { $0.name < $1.name }
    self.settings = settings
    self.servesV1alpha2 = servesV1alpha2
  }

  /// Whether a condition such as `RuntimeReady` is true; nil if the runtime does not report it.
  public func condition(_ type: String) -> Bool? { conditions.first { $0.type == type }?.status }
}

extension Snapshot {
  /// The entries that make the snapshot incomplete.
  public var incomplete: [Unchecked] { unchecked.filter(\.isRequired) }

  /// The IDs of all objects that the runtime lists, including those whose details are unchecked.
  package var listed: Set<String> {
    Set(sandboxes.map(\.id) + containers.map(\.id) + unchecked.compactMap(\.object?.id))
  }

  /// Whether the details of this sandbox or container are unchecked, in which case it may exist.
  package func isUnchecked(_ kind: ObjectName.Kind, _ id: String) -> Bool { uncheckedDetails(kind, id) != nil }

  /// Whether the list of images is unchecked.
  package var imagesAreUnchecked: Bool { uncheckedImages != nil }

  /// The reason why the list of images is unchecked; nil if it was read.
  package var uncheckedImages: UnknownReason? { unchecked.first { $0.subject == .images }?.reason }

  /// The entry for an object whose details are unchecked.
  package func uncheckedDetails(_ kind: ObjectName.Kind, _ id: String) -> Unchecked? {
    unchecked.first { $0.object?.kind == kind && $0.object?.id == id }
  }

  /// Whether the details of any object of this kind are unchecked.
  package func hasUnchecked(_ kind: ObjectName.Kind) -> Bool { unchecked.contains { $0.object?.kind == kind } }
}
