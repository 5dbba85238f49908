/// What the kernel says of a process id that the runtime named.
public enum ObservedProcess: Hashable, Sendable {
  case gone
  case there(Facts)

  public struct Facts: Hashable, Sendable {
    public var pid: Int32
    /// Clock ticks after boot at which it began (`/proc/PID/stat`, field 22).
    public var startTime: UInt64
    /// `/proc/PID/stat`, field 3: `S` sleeping, `R` running, `Z` ended and not waited for, …
    public var state: String
    public var parent: Int32
    /// Who watches over it: the id that the parent, a shim or conmon, was started for; nil where it is neither.
    public var shim: String?
    /// Its cgroup's path; nil where it could not be read.
    public var cgroup: String?
    public var networkNamespace: Observation<NamespaceID>

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

    /// Dead already: only its parent has not noticed.
    public var isZombie: Bool { state == "Z" || state == "X" }
  }

  /// The facts of a process that can still do something.
  public var alive: Facts? {
    if case .there(let facts) = self, !facts.isZombie { facts } else { nil }
  }

  /// What became of a process that was alive; nil if it lives, or if one of the two observations is unknown.
  package static func loss(
    _ before: Observation<ObservedProcess>?, _ after: Observation<ObservedProcess>?
  ) -> ValuePair? {
    guard let was = before?.value?.alive, let now = after?.value else { return nil }
    let process = FindingValue.process(was.pid)
    switch now {
    case .gone: return (process, .status(.gone))
    case .there(let facts) where facts.isZombie: return (process, .status(.ended))
    case .there(let facts) where facts.startTime != was.startTime: return (process, .status(.otherProcess))
    case .there: return nil
    }
  }
}
