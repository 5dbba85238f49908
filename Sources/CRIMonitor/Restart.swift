public import CRIProtobuf
public import CRISnapshot

/// A restart of the runtime, as the monitor has noticed it.
public struct Restart: Hashable, Sendable {
  /// What ended the daemon's process, as far as that is known.
  public enum Cause: Hashable, Sendable {
    /// Nothing is known, for example because the monitor was not running.
    case unknown
    /// The process has exited with this status.
    case exited(status: Int32)
    /// A signal has killed the process.
    case killed(signal: Int32)
    /// The kernel has killed the process because memory was exhausted.
    case outOfMemory
    /// The service manager stopped the process on request.
    case stopped
    /// Another process listens on the socket, and the earlier one may still be running.
    case socketReplaced
  }

  /// What is known about the end of the daemon's process.
  public struct Explanation: Hashable, Sendable {
    /// What ended the process.
    public var cause: Cause
    /// Whether a snapshot was taken for this restart, by `guard` or by the systemd hooks.
    public var isPlanned: Bool
    /// Whether the file of the runtime's program was replaced while the process was running; nil if that is unknown.
    public var hasNewProgram: Bool?

    /// Creates a value with the given properties.
    public init(_ cause: Cause = .unknown, isPlanned: Bool = false, hasNewProgram: Bool? = nil) {
      self.cause = cause
      self.isPlanned = isPlanned
      self.hasNewProgram = hasNewProgram
    }
  }

  /// When the end was noticed; when the monitor was started, if it was not running before.
  public var noticed: Timestamp
  /// The process that has ended.
  public var daemon: Daemon
  /// The runtime's version before.
  public var version: String
  /// What is known about the end of the process.
  public var explanation = Explanation()
  /// The age of the state that is compared, when the end was noticed.
  public var stateAge: Duration
  /// What had changed since that state was read, according to the runtime's events.
  public var changes: StateChanges
  /// Whether changes may have been missed, because the runtime sends no events.
  public var missesChanges: Bool
  /// Whether the monitor was running when the process ended.
  public var wasWatched: Bool
  /// The number of verifications so far.
  public var checkCount = 0

  /// Creates a value with the given properties.
  public init(
    noticed: Timestamp, daemon: Daemon, version: String, stateAge: Duration, changes: StateChanges,
    missesChanges: Bool, wasWatched: Bool
  ) {
    self.noticed = noticed
    self.daemon = daemon
    self.version = version
    self.stateAge = stateAge
    self.changes = changes
    self.missesChanges = missesChanges
    self.wasWatched = wasWatched
  }
}
