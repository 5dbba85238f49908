public import CRIPreflight
public import CRISnapshot

/// The facts that prove a doctor finding. They contain no text, because reports format them.
public enum DoctorDetail: Hashable, Sendable {
  /// No facts: the rule and the object are sufficient.
  case none
  /// The facts of the preflight rule that has the same condition.
  case preflight(PreflightDetail)
  case network([NetworkReason])

  // Calls.

  /// - `message`: The error, verbatim.
  case failure(message: String)
  case failedCall(method: String, message: String)
  case slowCall(method: String, Duration)
  /// - `daemonState`: The state of the runtime's process if it cannot respond; nil if it could.
  case hangingCall(method: String, Duration, daemonState: String?)
  case slowStatus(Duration)
  /// - `shim`: The process that should respond; nil if it is unknown.
  case hangingStatus(Duration, shim: RunningProcess?)
  case relist(Duration)
  case condition(type: String, reason: String, message: String)

  // Processes.

  case process(RunningProcess)
  case orphan(Orphan)
  case use(Int, limit: Int)
  case started(ago: Duration)
  case defect(AdvisoryID, reference: String)

  // Objects.

  /// Containers that run, by their names.
  case running([String])
  case age(Duration)
  /// - `lastLine`: The last line of the container's log; nil if it was not read.
  case crashes(restarts: UInt32, exitCode: Int32, reason: String, ago: Duration, lastLine: String? = nil)
  case ended(ago: Duration)
  case path(String)
  case file(path: String, size: UInt64)

  // The node.

  case leases([HostLocalLease], directory: String)
  case range(network: String, Subnet, used: Int, size: Int)
  case paths([String])
  case space(FileSystemUse, EvictionThreshold)
  case inodes(FileSystemUse, EvictionThreshold)
}
