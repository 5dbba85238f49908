/// What the kernel and CNI know of a sandbox. Each source was read by itself: nil where there was nothing to ask for.
public struct SandboxTruth: Hashable, Sendable {
  /// At the path that the runtime names; nil on the host's network, and where the runtime names none.
  public var namespace: Reading<NamespaceTruth>?
  /// In that namespace; in the process's, where the path leads to none any more; nil where neither is there.
  public var interfaces: Reading<[InterfaceTruth]>?
  /// The pause process of a ready sandbox; nil for any other, and where the runtime names none.
  public var process: Reading<ProcessTruth>?
  /// nil where it has no network of its own.
  public var cache: Reading<[CNICacheEntry]>?
  /// Its own, and those on its addresses that belong to others; nil where host-local is not its IPAM plugin.
  public var leases: Reading<[HostLocalLease]>?

  public init(
    namespace: Reading<NamespaceTruth>? = nil, interfaces: Reading<[InterfaceTruth]>? = nil,
    process: Reading<ProcessTruth>? = nil, cache: Reading<[CNICacheEntry]>? = nil,
    leases: Reading<[HostLocalLease]>? = nil
  ) {
    self.namespace = namespace
    self.interfaces = interfaces
    self.process = process
    self.cache = cache
    self.leases = leases
  }
}

/// What the kernel knows of a container.
public struct ContainerTruth: Hashable, Sendable {
  /// Of a running one; nil for any other, and where the runtime names none.
  public var process: Reading<ProcessTruth>?
  /// Whether a running one's log file is there; nil where it has none.
  public var hasLog: Reading<Bool>?
  /// What a process that was started in a running one came to; nil where none was, which is the usual.
  public var exec: Reading<ExecTruth>?

  public init(process: Reading<ProcessTruth>? = nil, hasLog: Reading<Bool>? = nil, exec: Reading<ExecTruth>? = nil) {
    self.process = process
    self.hasLog = hasLog
    self.exec = exec
  }
}
