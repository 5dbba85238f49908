/// What the node has beside the objects that the runtime lists.
public struct ObservedNode: Hashable, Sendable {
  /// Live processes of this runtime that it does not list; nil where this was not asked for.
  public var orphans: Observation<[Orphan]>?
  /// What really runs the containers, sorted by handler; nil where this was not asked for.
  public var ociRuntimes: Observation<[OCIRuntime]>?
  /// nil where this was not asked for.
  public var kubelet: ObservedKubelet?

  public init(
    orphans: Observation<[Orphan]>? = nil, ociRuntimes: Observation<[OCIRuntime]>? = nil,
    kubelet: ObservedKubelet? = nil
  ) {
    self.orphans = orphans
    self.ociRuntimes = ociRuntimes
    self.kubelet = kubelet
  }
}

/// A process that belongs to this runtime, for a pod or container that it does not list: kubelet will start a second one
/// beside it.
public struct Orphan: Hashable, Sendable {
  public enum Kind: String, Hashable, Sendable {
    /// containerd's: one for all containers of a pod.
    case shim
    /// CRI-O's: one for each container.
    case conmon
    /// A container's process under a shim that is listed.
    case container
  }
  public var kind: Kind
  /// The sandbox or container that it was started for.
  public var id: String
  public var pid: Int32
  /// Clock ticks after boot at which it began.
  public var startTime: UInt64
  /// Its live children, the pod's own processes; a shim without them is a leak and does no work.
  public var processes: [Int32]

  public init(kind: Kind, id: String, pid: Int32, startTime: UInt64, processes: [Int32] = []) {
    self.kind = kind
    self.id = id
    self.pid = pid
    self.startTime = startTime
    self.processes = processes
  }
}

/// The program that a runtime handler starts containers with.
public struct OCIRuntime: Hashable, Sendable {
  /// CRI: `runtime_handler`; the configuration's default one too has its name here.
  public var handler: String
  /// Whether it runs the pods that name no handler.
  public var isDefault: Bool
  /// Absolute.
  public var path: String
  /// The first line of what `PATH --version` prints, such as `runc version 1.1.5`.
  public var version: Observation<String>

  public init(handler: String, isDefault: Bool = false, path: String, version: Observation<String>) {
    self.handler = handler
    self.isDefault = isDefault
    self.path = path
    self.version = version
  }
}
