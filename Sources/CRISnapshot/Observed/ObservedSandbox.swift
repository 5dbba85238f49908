/// What the kernel and CNI know about a sandbox. Each source is read separately, and is nil if it does not apply.
public struct ObservedSandbox: Hashable, Sendable {
  /// The namespace at the runtime's path; nil on the host's network, and if the runtime reports no path.
  public var namespace: Observation<ObservedNamespace>?
  /// The interfaces in that namespace, or in the process's if the path is gone; nil if neither exists.
  public var interfaces: Observation<[ObservedInterface]>?
  /// The pause process of a ready sandbox; nil for any other, and if the runtime reports none.
  public var process: Observation<ObservedProcess>?
  /// The CNI results; nil if the sandbox does not have its own network.
  public var cache: Observation<[CNICacheEntry]>?
  /// Its own leases, and other sandboxes' leases on its addresses; nil if host-local is not its IPAM plugin.
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
  /// The process of a running container; nil for any other, and if the runtime reports none.
  public var process: Observation<ObservedProcess>?
  /// Whether a running container's log file exists; nil if it has none.
  public var hasLog: Observation<Bool>?
  /// The result of starting a process in a running container; nil if that was not requested, as is usual.
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
