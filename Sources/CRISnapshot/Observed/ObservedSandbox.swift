/// What the kernel and CNI know about a sandbox. Each source is read separately, and is nil if it does not apply.
public struct ObservedSandbox: Hashable, Sendable {
  /// The namespace at the runtime's path; nil if the pod uses the host's network or the runtime reports no path.
  public var namespace: Observation<ObservedNamespace>?
  /// The interfaces in that namespace, or in the process's namespace if the path is gone; nil if neither exists.
  public var interfaces: Observation<[ObservedInterface]>?
  /// The pause process of a ready sandbox; nil for any other sandbox, or if the runtime does not report one.
  public var process: Observation<ObservedProcess>?
  /// The CNI results; nil if the sandbox does not have its own network.
  public var cache: Observation<[CNICacheEntry]>?
  /// The sandbox's own leases, and other sandboxes' leases on its addresses; nil if its IPAM plugin is not host-local.
  public var leases: Observation<[HostLocalLease]>?

  /// Creates a value with the given properties.
  public init(
    namespace: Observation<ObservedNamespace>? = nil, interfaces: Observation<[ObservedInterface]>? = nil,
    process: Observation<ObservedProcess>? = nil, cache: Observation<[CNICacheEntry]>? = nil,
    leases: Observation<[HostLocalLease]>? = nil
  ) {
    self.namespace = namespace
    self.interfaces = interfaces
    self.process = process
    self.cache = cache
    self.leases = leases
  }
}

/// What the kernel knows about a container.
public struct ObservedContainer: Hashable, Sendable {
  /// The process of a running container; nil for any other container, or if the runtime does not report one.
  public var process: Observation<ObservedProcess>?
  /// Whether a running container's log file exists; nil if it has no log file.
  public var hasLog: Observation<Bool>?
  /// The result of starting a process in a running container; nil if this was not requested, as is the default.
  public var exec: Observation<ObservedExec>?

  /// Creates a value with the given properties.
  public init(
    process: Observation<ObservedProcess>? = nil, hasLog: Observation<Bool>? = nil,
    exec: Observation<ObservedExec>? = nil
  ) {
    self.process = process
    self.hasLog = hasLog
    self.exec = exec
  }
}
