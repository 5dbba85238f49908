/// What the kernel knows about a pid that the runtime reported.
public enum ObservedProcess: Hashable, Sendable {
  case gone
  case there(Facts)

  /// The facts of a process.
  public struct Facts: Hashable, Sendable {
    /// The process ID.
    public var pid: Int32
    /// The start time in clock ticks after boot (`/proc/PID/stat`, field 22).
    public var startTime: UInt64
    /// `/proc/PID/stat`, field 3: `S` sleeping, `R` running, `Z` zombie, and so on.
    public var state: String
    /// The process ID of the parent.
    public var parent: Int32
    /// The ID of the sandbox or container for which the parent, a shim or conmon, was started; nil if the parent is
    /// neither.
    public var shim: String?
    /// The path of the process's cgroup; nil if it could not be read.
    public var cgroup: String?
    /// The network namespace that the process is in.
    public var networkNamespace: Observation<NamespaceID>

    /// Creates a value with the given properties.
    public init(
      pid: Int32, startTime: UInt64, state: String = "S", parent: Int32, shim: String? = nil,
      cgroup: String? = nil, networkNamespace: Observation<NamespaceID>
    ) {
      self.pid = pid
      self.startTime = startTime
      self.state = state
      self.parent = parent
      self.shim = shim
      self.cgroup = cgroup
      self.networkNamespace = networkNamespace
    }

    /// Whether the process is a zombie: it has exited, but its parent has not waited for it.
    public var isZombie: Bool { state == "Z" || state == "X" }
  }

  /// The facts about a process that has not exited.
  public var alive: Facts? {
    if case .there(let facts) = self, !facts.isZombie { facts } else { nil }
  }

  /// How a process that was alive changed; nil if it is still alive, or if one of the two observations is unknown.
  package static func loss(
    _ before: Observation<ObservedProcess>?, _ after: Observation<ObservedProcess>?
  ) -> ValuePair? {
    guard let earlier = before?.value?.alive, let now = after?.value else { return nil }
    let process = FindingValue.process(earlier.pid)
    switch now {
    case .gone: return (process, .status(.gone))
    case .there(let facts) where facts.isZombie: return (process, .status(.ended))
    case .there(let facts) where facts.startTime != earlier.startTime: return (process, .status(.otherProcess))
    case .there: return nil
    }
  }
}
