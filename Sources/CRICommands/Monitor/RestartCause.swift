internal import CRIMonitor
internal import CRISnapshot
internal import CRISystem

/// What systemd knows about the end of a runtime's process. No other program can read the exit status of a process that
/// is not its child.
struct RestartCause: Sendable {
  /// The systemd unit of the process; nil if it has none.
  private let unit: String?
  private let daemon: Daemon
  /// The file of the program that the process runs; nil if it is unknown.
  private let program: FileIdentity?

  /// The maximum number of queries. systemd notices the end at about the same time as the monitor.
  private static let attempts = 20
  private static let interval = Duration.milliseconds(100)
  private static let properties = "ExecMainPID,ExecMainCode,ExecMainStatus,Result,SubState"

  /// Reads the unit of a process that is still running.
  init(of daemon: Daemon) {
    self.daemon = daemon
    program = daemon.pid.flatMap { FileIdentity(of: "/proc/\($0)/exe") }
    unit = Self.unit(of: daemon)
  }

  /// The systemd unit of a process that is running; nil if it has none.
  static func unit(of daemon: Daemon) -> String? { daemon.pid.flatMap(unit(ofProcess:)) }

  /// The unit in which a process runs; nil if it is unknown.
  static func unit(ofProcess pid: Int32) -> String? {
    (try? File.read("/proc/\(pid)/cgroup", limit: 1 << 16)).flatMap {
      unit(inCgroups: String(decoding: $0, as: UTF8.self))
    }
  }

  /// The unit in the contents of `/proc/PID/cgroup` (cgroups(7)), such as `containerd.service`.
  static func unit(inCgroups text: String) -> String? {
    for line in text.split(separator: "\n") {
      let parts = line.split(separator: ":", maxSplits: 2, omittingEmptySubsequences: false)
      guard parts.count == 3, parts[1].isEmpty || parts[1] == "name=systemd" else { continue }
      if let unit = parts[2].split(separator: "/").last(where: { $0.hasSuffix(".service") }) { return String(unit) }
    }
    return nil
  }

  /// What is known when the process has just ended, or when its socket was replaced.
  func explanation(hasEnded: Bool) async -> Restart.Explanation {
    let isPlanned = Self.isPlanned
    var hasNewProgram: Bool?
    if let program, let path = daemon.replacedProgram ?? daemon.executable, path.hasPrefix("/") {
      hasNewProgram = FileIdentity(of: path).map { $0 != program }
    }
    let cause = hasEnded ? await find() : .socketReplaced
    return Restart.Explanation(cause, isPlanned: isPlanned, hasNewProgram: hasNewProgram)
  }

  /// Whether a `guard` is running, or the systemd hooks have taken a snapshot for this restart. The lock of `guard` is
  /// not touched, because a `guard` that starts at this moment would find it locked.
  private static var isPlanned: Bool {
    let names = (try? Directory.names(at: hooks)) ?? []
    if names.contains(where: { (try? File.exists("\(hooks)/\($0)/new")) == true }) { return true }
    guard let lock = FileIdentity(of: "\(StateDirectory.path)/guard.lock"), let locks = try? File.read("/proc/locks")
    else { return false }
    return isLocked(lock.inode, in: String(decoding: locks, as: UTF8.self))
  }

  private static let hooks = "/run/cri"

  /// Whether the contents of `/proc/locks` (proc(5)) have a lock of flock(2) on this inode.
  static func isLocked(_ inode: UInt64, in locks: String) -> Bool {
    locks.split(separator: "\n").contains { line in
      let fields = line.split(separator: " ")
      return fields.count > 5 && fields[1] == "FLOCK" && fields[5].hasSuffix(":\(inode)")
    }
  }

  /// Asks systemd, for at most two seconds.
  private func find() async -> Restart.Cause {
    guard let unit, let pid = daemon.pid else { return .unknown }
    for _ in 0..<Self.attempts {
      let found = await onThread { Self.ask(unit) }
      guard let found else { return .unknown }
      if let cause = Self.cause(in: found, pid: pid) { return cause }
      await pause(Self.interval)
    }
    return .unknown
  }

  private static func ask(_ unit: String) -> String? {
    (try? Systemctl.capture(["show", "--property=\(properties)", "--", unit], timeout: .seconds(2)))?.1
  }

  /// The cause in the output of `systemctl show` (org.freedesktop.systemd1(5)); nil if systemd does not know of the end
  /// yet.
  static func cause(in properties: String, pid: Int32) -> Restart.Cause? {
    var values: [Substring: Substring] = [:]
    for line in properties.split(separator: "\n") {
      let parts = line.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
      if parts.count == 2 { values[parts[0]] = parts[1] }
    }
    // The unit has a new process already, and what is known about the old one is lost; or it is not the main process.
    guard values["ExecMainPID"] == Substring("\(pid)") else { return .unknown }
    guard let code = values["ExecMainCode"].flatMap({ Int32($0) }), code != 0,
      let status = values["ExecMainStatus"].flatMap({ Int32($0) })
    else { return nil }
    if values["Result"] == "oom-kill" { return .outOfMemory }
    // After a stop on request, systemd does not restart the service by itself.
    if values["Result"] == "success", values["SubState"] != "auto-restart" { return .stopped }
    // CLD_EXITED is 1; CLD_KILLED and CLD_DUMPED are 2 and 3 (waitid(2)).
    return code == 1 ? .exited(status: status) : .killed(signal: status)
  }
}
