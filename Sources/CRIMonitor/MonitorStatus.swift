public import CRIProtobuf
public import CRIRules

/// What a monitor reports about itself, for metrics.
public struct MonitorStatus: Hashable, Sendable {
  /// Whether the runtime's process is being watched.
  public var isWatching = false
  /// Whether the runtime sends events.
  public var hasEvents = false
  /// The time at which the state was read; nil before the first read.
  public var stateRead: Timestamp?
  /// The number of ready sandboxes and of running containers in the state.
  public var podCount = 0
  /// The number of running containers in the state.
  public var containerCount = 0
  /// The number of calls to the runtime.
  public var callCount = 0
  /// The number of reads that have failed.
  public var failureCount = 0
  /// The number of verified restarts by verdict.
  public var restartCounts: [String: Int] = [:]
  /// The last restart, and the verdict about it; nil if there was none.
  public var last: (noticed: Timestamp, verdict: String)? {
    get { lastNoticed.flatMap { noticed in lastVerdict.map { (noticed, $0) } } }
    set { (lastNoticed, lastVerdict) = (newValue?.noticed, newValue?.verdict) }
  }
  private var lastNoticed: Timestamp?
  private var lastVerdict: String?
  /// The number of problems by rule; nil if the node has not been examined yet.
  public var problemCounts: [RuleID: Int]?

  /// Creates the status of a monitor that has just been started.
  public init() {}

  /// Whether the monitor does its work: it has a state, and the process is being watched or a restart verified.
  public var isHealthy: Bool { stateRead != nil }
}
