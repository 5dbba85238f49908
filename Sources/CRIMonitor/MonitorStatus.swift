public import CRIProtobuf
public import CRIRules

/// What a monitor reports about itself, for metrics.
public struct MonitorStatus: Hashable, Sendable {
  /// Whether the runtime's process is being watched.
  public var isWatching = false
  /// Whether the runtime sends events.
  public var hasEvents = false
  /// The time at which the state was read; nil before the first read.
  public var stateReadAt: Timestamp?
  /// The number of ready sandboxes in the state.
  public var podCount = 0
  /// The number of running containers in the state.
  public var containerCount = 0
  /// The number of calls to the runtime.
  public var callCount = 0
  /// The number of reads that have failed.
  public var failureCount = 0
  /// The number of verified restarts for each verdict.
  public var restartCounts: [String: Int] = [:]
  /// The most recent restart: when it was noticed, and its verdict; nil if there was none.
  public var lastRestart: (noticed: Timestamp, verdict: String)? {
    get { lastNoticed.flatMap { noticed in lastVerdict.map { (noticed, $0) } } }
    set { (lastNoticed, lastVerdict) = (newValue?.noticed, newValue?.verdict) }
  }
  private var lastNoticed: Timestamp?
  private var lastVerdict: String?
  /// The number of problems for each rule; nil if the node has not been examined yet.
  public var problemCounts: [RuleID: Int]?

  /// Creates the status of a monitor that has just been started.
  public init() {}

  /// Whether the monitor is working: it has read the state of the runtime.
  public var isHealthy: Bool { stateReadAt != nil }
}
