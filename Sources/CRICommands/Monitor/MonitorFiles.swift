internal import CRICommandLine
internal import CRIMonitor
internal import CRIReport
internal import CRISnapshot
internal import CRISystem

/// The files of a monitor in `StateDirectory`.
struct MonitorFiles: Sendable {
  private static let stateName = "monitor-state.json"
  private static let lockName = "monitor.lock"
  private static let evidence = "monitor-before-"
  /// The number of snapshots that are kept because a restart could not be verified as intact.
  private static let maximumEvidence = 5

  let log: MonitorLog
  private let history: Locked<RestartHistory>

  init(log: MonitorLog) {
    self.log = log
    do throws(Failure) {
      history = Locked(try HistoryFile.read())
    } catch {
      log.write("\(error.message); it will be replaced at the next restart", .warning)
      history = Locked(RestartHistory())
    }
  }

  /// Adds a restart to the history. If the disk is full, only the history is incomplete until the next restart.
  func record(_ entry: RestartEntry) {
    let all = history.withLock { history in
      history.add(entry)
      return history
    }
    do throws(FileError) {
      try HistoryFile.write(all)
    } catch {
      log.write("\(HistoryFile.path) cannot be written: \(error); the restart is not in the history", .warning)
    }
  }

  /// Makes sure that only one monitor uses the directory.
  /// - Throws: A usage error if another monitor is running, or if other users can write to the directory or to one
  ///   above it.
  static func lock() throws(Failure) -> FileLock {
    do throws(FileError) {
      try StateDirectory.create()
    } catch {
      throw Failure(.usage, "\(StateDirectory.path) cannot be used: \(error)")
    }
    try StateDirectory.check()
    do throws(FileError) {
      return try FileLock("\(StateDirectory.path)/\(lockName)")
    } catch {
      if error == .system(.again) { throw Failure(.usage, "another monitor is running on this node") }
      throw Failure(.usage, "\(StateDirectory.path)/\(lockName) cannot be used: \(error)")
    }
  }

  /// The state that an earlier monitor has saved; nil if it saved nothing, or if the file is unusable.
  func savedState() -> Snapshot? {
    let path = "\(StateDirectory.path)/\(Self.stateName)"
    guard (try? File.exists(path)) == true else { return nil }
    do throws(Failure) {
      return try SnapshotFile.read(path)
    } catch {
      log.write(error.message, .warning)
      return nil
    }
  }

  /// Writes the state. After a failure, the state is missing only after a restart of the monitor.
  /// - Returns: Whether it was written.
  func save(_ snapshot: Snapshot) -> Bool { write(snapshot, "\(StateDirectory.path)/\(Self.stateName)") }

  /// Keeps the state before a restart that was not verified as intact, because it may be the only proof of a loss.
  /// - Returns: The path; nil if it could not be written.
  func keepEvidence(_ snapshot: Snapshot) -> String? {
    let path = "\(StateDirectory.path)/\(Self.evidence)\(UnprovenSnapshots.time).json"
    guard write(snapshot, path) else { return nil }
    let kept = ((try? Directory.names(at: StateDirectory.path)) ?? []).filter { $0.hasPrefix(Self.evidence) }.sorted()
    for name in kept.dropLast(Self.maximumEvidence) { try? File.remove("\(StateDirectory.path)/\(name)") }
    return path
  }

  /// Writes a report for people and programs.
  func write(_ view: ReportView, also targets: [ReportFile]) {
    // The directory may belong to another user, and the reports name pods.
    let own = [(ReportFormat.table, "txt"), (.json, "json")].map { format, end in
      (ReportFile(format: format, path: "\(StateDirectory.path)/monitor-report.\(end)"), UInt32(0o600))
    }
    for (file, mode) in own + targets.map({ ($0, 0o644) }) {
      do throws(FileError) {
        try file.write(view, mode: mode)
      } catch {
        log.write("\(file.path) cannot be written: \(error); its previous content is unchanged", .warning)
      }
    }
  }

  private func write(_ snapshot: Snapshot, _ path: String) -> Bool {
    do {
      try SnapshotFile.write(snapshot, to: path)
      return true
    } catch {
      log.write((error as? Failure)?.message ?? "\(path) cannot be written: \(error)", .warning)
      return false
    }
  }
}
