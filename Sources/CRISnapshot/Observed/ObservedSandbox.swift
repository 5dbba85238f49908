/// What the kernel and CNI know of a sandbox. Each source was read by itself: nil where there was nothing to ask for.
public struct ObservedSandbox: Hashable, Sendable {
  /// At the path that the runtime names; nil on the host's network, and where the runtime names none.
  public var namespace: Observation<ObservedNamespace>?
  /// In that namespace; in the process's, where the path leads to none any more; nil where neither is there.
  public var interfaces: Observation<[ObservedInterface]>?
  /// The pause process of a ready sandbox; nil for any other, and where the runtime names none.
  public var process: Observation<ObservedProcess>?
  /// nil where it has no network of its own.
  public var cache: Observation<[CNICacheEntry]>?
  /// Its own, and those on its addresses that belong to others; nil where host-local is not its IPAM plugin.
  public var leases: Observation<[HostLocalLease]>?

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

/// What the kernel knows of a container.
public struct ObservedContainer: Hashable, Sendable {
  /// Of a running one; nil for any other, and where the runtime names none.
  public var process: Observation<ObservedProcess>?
  /// Whether a running one's log file is there; nil where it has none.
  public var hasLog: Observation<Bool>?
  /// What a process that was started in a running one came to; nil where none was, which is the usual.
  public var exec: Observation<ObservedExec>?

  public init(
    process: Observation<ObservedProcess>? = nil, hasLog: Observation<Bool>? = nil,
    exec: Observation<ObservedExec>? = nil
  ) {
    self.process = process
    self.hasLog = hasLog
    self.exec = exec
  }
}
