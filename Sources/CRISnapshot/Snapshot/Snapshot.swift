public import CRIMessages
public import CRIProtobuf

/// What a node's runtime had at one moment: enough to say later what was lost, and nothing secret.
public struct Snapshot: Hashable, Sendable {
  /// The version of the document that this code writes. It reads this one and all before it.
  public static let schema = 1

  /// Who took it, such as `cri 0.1.0`.
  public var tool: String
  /// When, by the node's clock.
  public var taken: Timestamp
  public var host: Host
  public var daemon: Daemon
  public var runtime: RuntimeFacts
  /// In the order of the runtime's list.
  public var sandboxes: [SandboxRecord]
  public var containers: [ContainerRecord]
  public var images: [Image]
  /// What should be in it and could not be read; a verdict lists it as unchecked.
  public var unread: [Unread]
  /// What the node has beside the runtime's objects; nil where nobody asked.
  public var truth: NodeTruth?
  /// What of the truth outside the runtime could not be read, most often for want of root: the snapshot is complete
  /// without it, and a verdict lists it as unchecked.
  public var notChecked: [Unread]

  public init(
    tool: String, taken: Timestamp, host: Host, daemon: Daemon, runtime: RuntimeFacts,
    sandboxes: [SandboxRecord] = [],
    containers: [ContainerRecord] = [], images: [Image] = [], unread: [Unread] = [], truth: NodeTruth? = nil,
    notChecked: [Unread] = []
  ) {
    self.tool = tool
    self.taken = taken
    self.host = host
    self.daemon = daemon
    self.runtime = runtime
    self.sandboxes = sandboxes
    self.containers = containers
    self.images = images
    self.unread = unread
    self.truth = truth
    self.notChecked = notChecked
  }
}

/// The node.
public struct Host: Hashable, Sendable {
  public var name: String
  /// `/proc/sys/kernel/random/boot_id`: another one means that the node was rebooted. nil where it cannot be read.
  public var bootID: String?
  /// `/etc/machine-id`: tells nodes apart that share a name. nil where it cannot be read.
  public var machineID: String?
  /// Release of the kernel, as `uname -r` says it.
  public var kernel: String

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
  /// From SO_PEERCRED; nil where it lives in a pid namespace that we cannot see.
  public var pid: Int32?
  /// Clock ticks after boot at which it began (`/proc/PID/stat`, field 22): tells a process from a later one with its pid.
  public var startTime: UInt64?
  /// Where `/proc/PID/exe` leads; ` (deleted)` at its end means that the binary was replaced and not restarted.
  public var executable: String?

  public init(socket: String, pid: Int32? = nil, startTime: UInt64? = nil, executable: String? = nil) {
    self.socket = socket
    self.pid = pid
    self.startTime = startTime
    self.executable = executable
  }

  /// The program that runs, where another file, or none, lies in its place; nil where it lies there still.
  package var replacedProgram: String? {
    let mark = " (deleted)"
    return executable.flatMap { $0.hasSuffix(mark) ? String($0.dropLast(mark.count)) : nil }
  }

  /// Whether `other` is another process; nil where the kernel did not tell us enough.
  public func wasReplaced(by other: Daemon) -> Bool? {
    guard let pid, let otherPID = other.pid else { return nil }
    if pid != otherPID { return true }
    guard let startTime, let otherTime = other.startTime else { return nil }
    return startTime != otherTime
  }
}

/// What the runtime says of itself.
public struct RuntimeFacts: Hashable, Sendable {
  /// CRI: `VersionResponse.runtime_name`, such as `containerd`.
  public var name: String
  /// CRI: `VersionResponse.runtime_version`, in no fixed form: `1.6.20~ds1`, `v1.6.14-k3s1`, `1.37.0`.
  public var version: String
  /// The version of the interface that it was asked in.
  public var api: APIVersion
  /// CRI: `StatusResponse.status.conditions`, sorted by type.
  public var conditions: [RuntimeCondition]
  /// CRI: `StatusResponse.runtime_handlers`, sorted by name: CRI-O gives them in another order at every call.
  public var handlers: [RuntimeHandler]
  /// From the verbose status; nil where nobody asked.
  public var settings: RuntimeSettings?
  /// Whether it serves CRI v1alpha2 too, for old clients; nil where nobody asked, or it did not say.
  public var servesV1alpha2: Bool?

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

  /// Whether a condition such as `RuntimeReady` holds; nil where the runtime does not report it.
  public func condition(_ type: String) -> Bool? { conditions.first { $0.type == type }?.status }
}

/// A part of a snapshot that could not be read, and why.
public struct Unread: Hashable, Sendable {
  /// Such as `sandbox 068d797b49d36…`.
  public var what: String
  public var why: String
  /// What it is a part of, so that nobody takes it for lost; nil where it is no object.
  public var kind: ObjectName.Kind?
  /// The runtime's id; empty where the whole list is meant.
  public var id: String
  /// Whose it is; nil where the list does not tell, and where it is no pod's.
  public var pod: PodName?
  /// Whether the list says of an object whose details could not be read that the sandbox is ready, that the container
  /// runs; nil where it is no such object.
  public var isLive: Bool?

  public init(
    what: String, why: String, kind: ObjectName.Kind? = nil, id: String = "", pod: PodName? = nil, isLive: Bool? = nil
  ) {
    self.what = what
    self.why = why
    self.kind = kind
    self.id = id
    self.pod = pod
    self.isLive = isLive
  }
}

extension Snapshot {
  /// The ids of all that the runtime lists, also of that whose details could not be read.
  package var listed: Set<String> { Set(sandboxes.map(\.id) + containers.map(\.id) + unread.map(\.id)) }

  /// Whether this object, or the whole list of its kind, could not be read: it may well be there.
  package func lacks(_ kind: ObjectName.Kind, _ id: String = "") -> Bool { gap(kind, id) != nil }

  /// What is known of an object that could not be read.
  package func gap(_ kind: ObjectName.Kind, _ id: String) -> Unread? { unread.first { $0.kind == kind && $0.id == id } }
}
