/// The intervals and limits of a monitor.
public struct MonitorSettings: Hashable, Sendable {
  /// How often the lists are read if the runtime sends no events.
  public var listInterval: Duration = .seconds(5)
  /// How often the lists are read if the runtime sends events, because events can be lost.
  public var reconcileInterval: Duration = .seconds(60)
  /// How long to collect events before the details are read.
  public var collectInterval: Duration = .seconds(1)
  /// How often the images and everything that the kernel and CNI know are read.
  public var thoroughInterval: Duration = .seconds(300)
  /// How often the node is examined; zero for never.
  public var examinationInterval: Duration = .seconds(600)
  /// The time from a verified restart to the next examination.
  public var examinationDelay: Duration = .seconds(10)
  /// The shortest time between two writes of the state to disk.
  public var saveInterval: Duration = .seconds(10)
  /// The maximum number of calls to the runtime per minute, except those of a verification.
  public var callsPerMinute = 1200
  /// How often the details of some containers are read again although no change is known, because some changes are not
  /// announced, such as those of resource limits. All processes of the node are read at the same time, so this is not
  /// done with each list.
  public var rereadInterval: Duration = .seconds(60)
  /// The number of containers whose details are read again after each `rereadInterval`.
  public var rereadCount = 10
  /// The delay after the first failed read; it doubles with every further failure.
  public var firstRetry: Duration = .seconds(1)
  /// The longest delay after a failed read, and the longest time that a slow runtime is left alone.
  public var longestRetry: Duration = .seconds(300)
  /// The longest time that a runtime is left alone because a failed read took long. A runtime that has hung is often
  /// killed soon afterwards, and the state from before should not be old then.
  public var longestRestAfterFailure: Duration = .seconds(30)
  /// The delay after the first verification that could not be completed; it doubles every time.
  public var firstRecheck: Duration = .seconds(10)
  /// The number of verifications after which a state that could not be verified becomes the one to compare with.
  public var recheckCount = 4
  /// After a read that took a certain time, the next one waits at least this many times as long.
  public var restFactor = 20

  /// Creates the default settings.
  public init() {}
}
