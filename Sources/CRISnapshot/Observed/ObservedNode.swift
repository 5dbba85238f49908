/// What exists on the node apart from the objects that the runtime lists.
public struct ObservedNode: Hashable, Sendable {
  /// Live processes of this runtime that it does not list; nil if this was not read.
  public var orphans: Observation<[Orphan]>?
  /// The OCI runtimes of the containers, sorted by handler; nil if this was not read.
  public var ociRuntimes: Observation<[OCIRuntime]>?
  /// kubelet's state; nil if this was not read.
  public var kubelet: ObservedKubelet?
  /// The cgroup namespace of the process that took the snapshot: the paths of cgroups begin at its root. nil if the kernel
  /// has no cgroup namespaces, or in an older snapshot.
  public var cgroupNamespace: NamespaceID?

  /// Creates a value with the given properties.
  public init(
    orphans: Observation<[Orphan]>? = nil, ociRuntimes: Observation<[OCIRuntime]>? = nil,
    kubelet: ObservedKubelet? = nil, cgroupNamespace: NamespaceID? = nil
  ) {
    self.orphans = orphans
    self.ociRuntimes = ociRuntimes
    self.kubelet = kubelet
    self.cgroupNamespace = cgroupNamespace
  }
}

/// A process that belongs to this runtime, for a pod or container that the runtime does not list: kubelet will start a
/// second copy of the workload next to it.
public struct Orphan: Hashable, Sendable {
  /// The kind of the process.
  public enum Kind: String, Hashable, Sendable {
    /// containerd's shim: one for all containers of a pod.
    case shim
    /// CRI-O's conmon: one for each container.
    case conmon
    /// A container's process under a listed shim.
    case container
  }
  /// The kind of the process.
  public var kind: Kind
  /// The sandbox or container for which the process was started.
  public var id: String
  /// The process ID.
  public var pid: Int32
  /// The start time in clock ticks after boot.
  public var startTime: UInt64
  /// The process's live children, which are the pod's own processes; a shim without children is left over and does
  /// nothing.
  public var processes: [Int32]
  /// The UID of the pod in kubelet's name of the processes' cgroup (`podUID`); nil if it has another name, or in an older
  /// snapshot.
  public var podUID: String?
  /// The name of the container in kubelet's directory of the pod, from which the processes have mounts; nil if they have
  /// none, or in an older snapshot.
  public var container: String?

  /// Creates a value with the given properties.
  public init(
    kind: Kind, id: String, pid: Int32, startTime: UInt64, processes: [Int32] = [], podUID: String? = nil,
    container: String? = nil
  ) {
    self.kind = kind
    self.id = id
    self.pid = pid
    self.startTime = startTime
    self.processes = processes
    self.podUID = podUID
    self.container = container
  }
}

/// The program with which a runtime handler starts containers.
public struct OCIRuntime: Hashable, Sendable {
  /// CRI: `runtime_handler`. The default handler has its configured name here; in the CRI, its name is empty.
  public var handler: String
  /// Whether pods that do not specify a handler use this one.
  public var isDefault: Bool
  /// The absolute path of the program.
  public var path: String
  /// The path with all symbolic links resolved; nil if it contains no links or if the target is unknown.
  public var target: String?
  /// The first line of the output of `PATH --version`, such as `runc version 1.1.5`.
  public var version: Observation<String>

  /// Creates a value with the given properties.
  public init(
    handler: String, isDefault: Bool = false, path: String, target: String? = nil, version: Observation<String>
  ) {
    self.handler = handler
    self.isDefault = isDefault
    self.path = path
    self.target = target
    self.version = version
  }

  /// The program's path, with symbolic links resolved if the target is known.
  package var file: String { target ?? path }
}
