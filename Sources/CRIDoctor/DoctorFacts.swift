public import CRIPreflight
internal import CRIProtobuf
public import CRISnapshot

/// Everything that the doctor rules examine: the state of a node at one point in time.
public struct DoctorFacts: Hashable, Sendable {
  /// What the preflight rules examine too: the runtime's objects, kubelet's configuration, and the CNI files.
  public var node: PreflightFacts
  /// The reason why the runtime cannot be reached; nil if it can.
  public var unreachable: String?
  /// The calls that read the runtime's own state and its lists.
  public var calls: [ObservedCall]
  /// The calls that read the details of one object each.
  public var statuses: [ObservedStatus]
  /// The reason why the runtime's status is unknown; nil if it was read.
  public var unreadStatus: UnknownReason?
  /// The reason why the sandboxes are unknown; nil if they were listed.
  public var unlistedSandboxes: UnknownReason?
  /// The reason why the containers are unknown; nil if they were listed.
  public var unlistedContainers: UnknownReason?
  /// The runtime's process.
  public var daemon: Observation<DaemonProcess>
  /// Whether kubelet has been on this node: its directory exists.
  public var hasKubeletDirectory: Observation<Bool>
  /// The shims of the sandboxes and containers that the runtime lists.
  public var shims: Observation<[RunningProcess]>
  /// The processes of the runtime, its shims and its containers that were in uninterruptible sleep in two successive
  /// observations.
  public var blocked: Observation<[RunningProcess]>
  /// The sizes of the log files of running containers in bytes, by the container's ID.
  public var logSizes: Observation<[String: UInt64]>
  /// The last line of the log of containers that have failed repeatedly, by the container's ID. It is the container's own
  /// text.
  public var lastLines: [String: String] = [:]
  /// The files in the directory of the CNI configurations that should contain a network but do not.
  public var damagedConfigurations: Observation<[String]>
  /// The ranges from which host-local assigns addresses to pods.
  public var addressPools: Observation<[AddressPool]>
  /// The leases of host-local in the ranges of `addressPools`.
  public var leases: Observation<[HostLocalLease]>
  /// The addresses in `leases` whose pods may still be in creation.
  public var youngLeases: Set<String> = []
  /// The directory of the leases of each network, by its name.
  public var leaseDirectories: [String: String] = [:]
  /// The paths of the network namespaces that runtimes have created for pods, except those in which a process is running.
  public var namespaces: Observation<[String]>
  /// The IDs for which a shim or conmon of any runtime is running.
  public var supervised: Set<String>
  /// The socket of another runtime on this node, to which leases and network namespaces may belong; nil if only one runs.
  public var otherRuntime: String?
  /// The file systems on which the runtime and kubelet keep their data.
  public var fileSystems: Observation<[FileSystemUse]>
  /// The thresholds below which kubelet evicts pods.
  public var evictionThresholds = EvictionThresholds.standard
  /// The reason why nothing was read from the node's files; nil if they were examined.
  public var unreadNode: UnknownReason?
  /// The mounted root file systems of sandboxes and containers; nil if this was not examined.
  public var mounts: Observation<[ObjectPath]>?
  /// The empty cgroups of sandboxes and containers; nil if this was not examined.
  public var cgroups: Observation<[ObjectPath]>?

  /// Creates a value with the given properties. Everything else is not examined.
  public init(node: PreflightFacts, unreachable: String? = nil) {
    self.node = node
    self.unreachable = unreachable
    (calls, statuses) = ([], [])
    daemon = .unknown(.notExamined)
    hasKubeletDirectory = .unknown(.notExamined)
    shims = .unknown(.notExamined)
    blocked = .unknown(.notExamined)
    logSizes = .unknown(.notExamined)
    damagedConfigurations = .unknown(.notExamined)
    addressPools = .unknown(.notExamined)
    leases = .unknown(.notExamined)
    namespaces = .unknown(.notExamined)
    supervised = []
    fileSystems = .unknown(.notExamined)
  }

  /// What the runtime reports.
  public var snapshot: Snapshot {
    get { node.snapshot }
    set { node.snapshot = newValue }
  }
}

/// One call to the runtime.
public struct ObservedCall: Hashable, Sendable {
  /// How a call ended.
  public enum Outcome: Hashable, Sendable {
    case answered
    /// The call was still running at its deadline.
    case hanging
    /// - `message`: The error, verbatim.
    case failed(message: String)
  }

  /// The method, such as `ListContainers`.
  public var method: String
  /// The time until the response, or until the deadline.
  public var duration: Duration
  /// How the call ended.
  public var outcome: Outcome

  /// Creates a value with the given properties.
  public init(_ method: String, _ duration: Duration, _ outcome: Outcome = .answered) {
    self.method = method
    self.duration = duration
    self.outcome = outcome
  }
}

/// The call that reads the details of one object.
public struct ObservedStatus: Hashable, Sendable {
  /// The sandbox or container.
  public var object: ObjectName
  /// The sandbox of the object, which shows the shim.
  public var sandboxID: String
  /// The call.
  public var call: ObservedCall

  /// Creates a value with the given properties.
  public init(_ object: ObjectName, sandboxID: String, _ call: ObservedCall) {
    self.object = object
    self.sandboxID = sandboxID
    self.call = call
  }
}

/// What the kernel knows about the runtime's process.
public struct DaemonProcess: Hashable, Sendable {
  /// `/proc/PID/stat`, field 3: `S` sleeping, `T` stopped, `D` in uninterruptible sleep.
  public var state: String
  /// The time since the process started.
  public var age: Duration
  /// The number of threads.
  public var threads: Int
  /// The number of open files.
  public var openFiles: Observation<Int>
  /// The limit on open files, if it is limited.
  public var openFileLimit: Int?

  /// Creates a value with the given properties.
  public init(
    state: String = "S", age: Duration, threads: Int, openFiles: Observation<Int>, openFileLimit: Int? = nil
  ) {
    self.state = state
    self.age = age
    self.threads = threads
    self.openFiles = openFiles
    self.openFileLimit = openFileLimit
  }
}

/// A process of the runtime, of a shim or of a container.
public struct RunningProcess: Hashable, Sendable {
  /// The process ID.
  public var pid: Int32
  /// The program's name, truncated to 15 bytes.
  public var name: String
  /// `/proc/PID/stat`, field 3.
  public var state: String
  /// The kernel function in which the process waits; nil if it is unknown.
  public var waitChannel: String?
  /// The ID of the sandbox or container for which the shim was started; nil for the runtime's own process.
  public var id: String?

  /// Creates a value with the given properties.
  public init(pid: Int32, name: String, state: String, waitChannel: String? = nil, id: String? = nil) {
    self.pid = pid
    self.name = name
    self.state = state
    self.waitChannel = waitChannel
    self.id = id
  }

  /// Whether the process is stopped, and so does not respond (`kill -STOP`, or a debugger).
  public var isStopped: Bool { state == "T" || state == "t" }
}

/// The use of a file system.
public struct FileSystemUse: Hashable, Sendable {
  /// What is stored in the file system.
  public enum Purpose: String, Hashable, Sendable, CaseIterable {
    /// The runtime's images.
    case images
    /// kubelet's and the pods' data.
    case node
  }

  /// What is stored in the file system.
  public var purpose: Purpose
  /// A directory in the file system.
  public var path: String
  /// The size in bytes.
  public var size: UInt64
  /// The number of bytes that programs without privileges can still use.
  public var available: UInt64
  /// The number of inodes; nil if they are not limited.
  public var inodes: UInt64?
  /// The number of free inodes.
  public var freeInodes: UInt64

  /// Creates a value with the given properties.
  public init(
    purpose: Purpose, path: String, size: UInt64, available: UInt64, inodes: UInt64? = nil, freeInodes: UInt64 = 0
  ) {
    self.purpose = purpose
    self.path = path
    self.size = size
    self.available = available
    self.inodes = inodes
    self.freeInodes = freeInodes
  }
}

/// A range from which host-local assigns addresses (CNI's plugin `host-local`, `ranges`).
public struct AddressPool: Hashable, Sendable {
  /// The network's name in the CNI configuration.
  public var network: String
  /// The subnet.
  public var subnet: Subnet
  /// The first and the last address that can be assigned; nil for the subnet's own bounds.
  public var first, last: IPAddress?

  /// Creates a value with the given properties.
  public init(network: String, subnet: Subnet, first: IPAddress? = nil, last: IPAddress? = nil) {
    self.network = network
    self.subnet = subnet
    (self.first, self.last) = (first, last)
  }

  /// The number of addresses that can be assigned: by default all but the network's own, the gateway's and the broadcast
  /// address. nil for a range of IPv6, which does not fill up.
  var size: Int? {
    let bits = subnet.address.bytes.count * 8 - subnet.prefixLength
    guard subnet.address.bytes.count == 4, bits >= 2 else { return nil }
    guard first != nil || last != nil else { return (1 << bits) - 3 }
    let start = Self.number(subnet.address) & ~((1 << bits) - 1)
    return max((last.map(Self.number) ?? start + (1 << bits) - 2) - (first.map(Self.number) ?? start + 1) + 1, 0)
  }

  private static func number(_ address: IPAddress) -> Int { address.bytes.prefix(4).reduce(0) { $0 << 8 | Int($1) } }
}

/// A path that belongs to a sandbox or container.
public struct ObjectPath: Hashable, Sendable {
  /// The runtime's ID.
  public var id: String
  /// The path.
  public var path: String

  /// Creates a value with the given properties.
  public init(id: String, path: String) {
    self.id = id
    self.path = path
  }
}

extension DoctorFacts {
  /// The IDs of all sandboxes and containers.
  /// - Throws: The reason why a list is unknown, without which nothing can be called left over.
  func listed() throws(UnknownReason) -> Set<String> {
    if let reason = unlistedSandboxes ?? unlistedContainers { throw reason }
    return snapshot.listed
  }

  /// The sandboxes.
  /// - Throws: The reason why they are unknown.
  func sandboxes() throws(UnknownReason) -> [SandboxRecord] {
    if let reason = unlistedSandboxes { throw reason }
    return snapshot.sandboxes
  }

  /// The containers.
  /// - Throws: The reason why they are unknown.
  func containers() throws(UnknownReason) -> [ContainerRecord] {
    if let reason = unlistedContainers { throw reason }
    return snapshot.containers
  }

  /// The name of a container.
  func name(of container: ContainerRecord) -> ObjectName {
    let pod = snapshot.sandboxes.first { $0.id == container.sandboxID }?.pod
    return ObjectName(.container, pod: pod, name: container.name, id: container.id)
  }

  /// The containers of each sandbox.
  func containersBySandbox() throws(UnknownReason) -> [String: [ContainerRecord]] {
    Dictionary(grouping: try containers(), by: \.sandboxID)
  }

  /// How long ago a time was; negative for a time in the future.
  func age(of time: Timestamp) -> Duration { .nanoseconds(node.now.nanoseconds &- time.nanoseconds) }
}
