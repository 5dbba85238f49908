internal import CRICommandLine
internal import CRIReport
internal import CRISnapshot
internal import CRISystem
internal import CRIText

/// What `guard` leaves on the node, whatever happens to the terminal: the snapshot, the report, and a line in the journal.
struct GuardRecord {
  /// The name of the last snapshot after which nothing was lost.
  private static let current = "guard-before.json"

  private let command: String
  private let save: String?
  private let reports: ReportOptions
  /// The file that contains the snapshot; nil if it was not written.
  private var saved: String?
  /// The snapshot, if it could not be written to `StateDirectory`.
  private var unsaved: Snapshot?
  /// The file for a snapshot that could not be written to `StateDirectory`.
  private let temporary =
    "\(UnprovenSnapshots.temporaryDirectory)/\(UnprovenSnapshots.temporaryPrefix)\(UniqueID.uuid()).json"
  /// Whether the file with the snapshot is in `StateDirectory`, because the user named no file.
  private var isDefault = false
  /// The file with the report in `StateDirectory`; nil if it was not written.
  private var written: String?
  /// How the command failed; nil if it succeeded.
  var failure: String?

  init(command: String, save: String?, reports: ReportOptions) {
    self.command = command
    self.save = save
    self.reports = reports
  }

  /// Keeps a second `guard` from running at the same time, because it would find the units stopped and replace the files.
  /// - Returns: nil if there can be no state directory.
  /// - Throws: A usage error if another `guard` is running, or if other users can change the state directory or one
  ///   above it.
  static func lock() throws(Failure) -> GuardLock? {
    do throws(FileError) { try StateDirectory.create() } catch {
      // A read-only file system is no reason to refuse the command.
      switch error {
      case .foreignStep, .foreignLink, .changeableByOthers:
        throw Failure(.usage, "\(StateDirectory.path): \(error); nothing was changed")
      default: return nil
      }
    }
    try StateDirectory.check()
    let own = try lock(in: StateDirectory.path)
    // A run with another directory, such as that of a unit with `StateDirectory=`, also counts.
    guard let others = StateDirectory.others, File.isDirectory(others) else { return GuardLock(own: own, others: nil) }
    return GuardLock(own: own, others: try lock(in: others))
  }

  private static func lock(in directory: String) throws(Failure) -> FileLock? {
    do throws(FileError) {
      return try FileLock("\(directory)/guard.lock")
    } catch {
      guard error == .system(.again) else { return nil }
      throw Failure(.usage, "another guard is running on this node; wait until it has ended; nothing was changed")
    }
  }

  /// Saves the snapshot.
  /// - Throws: A usage error if the file of `--save` cannot be written, or if no more snapshots can be kept, because that
  ///   is not a verdict.
  mutating func keep(_ snapshot: Snapshot) throws {
    if let save {
      if let kept = try UnprovenSnapshots.keep(save) {
        let text =
          "\(save) was not replaced, because its run was not verified as intact: it is now \(kept)"
        try? StandardStream.error.write(Failure(.done, text).line)
      }
      do {
        try SnapshotFile.write(snapshot, to: save)
      } catch let failure as Failure {
        throw Failure(.usage, "\(failure.message); the command was not run")
      }
      saved = save
    } else if let path = try Self.newPath(), (try? SnapshotFile.write(snapshot, to: path)) != nil {
      saved = path
      isDefault = true
    } else {
      unsaved = snapshot
    }
  }

  /// Lets the next `guard` replace the snapshot, because the command could not be run.
  mutating func discard() {
    guard let path = saved else { return }
    if isDefault { try? WalkedFile(path).move(to: Self.current) } else { UnprovenSnapshots.prove(path) }
    saved = nil
  }

  /// The file for a snapshot in `StateDirectory`. A name of its own keeps it from being overwritten by the next `guard`
  /// if state is lost.
  private static func newPath() throws(Failure) -> String? {
    try UnprovenSnapshots.checkRoom()
    return StateDirectory.file("guard-before-\(UnprovenSnapshots.time).json")
  }

  /// The file that contains the snapshot, which is written to the temporary directory if there is no other; nil if it
  /// cannot be written.
  func snapshot(_ snapshot: Snapshot) -> String? {
    if let saved { return saved }
    return (try? SnapshotFile.write(snapshot, to: temporary)) == nil ? nil : temporary
  }

  /// Writes the report to `StateDirectory`.
  /// - Parameters:
  ///   - isLossless: Whether nothing is lost, so that the next `guard` may replace the snapshot.
  ///   - hasRun: Whether the command was run.
  mutating func writeReport(_ view: ReportView, isLossless: Bool, hasRun: Bool) {
    // The report of the earlier run names what was lost.
    if !hasRun, UnprovenSnapshots.latest(save) != nil { return }
    if isLossless, let save, saved != nil { UnprovenSnapshots.prove(save) }
    if isLossless, isDefault, let path = saved, (try? WalkedFile(path).move(to: Self.current)) != nil {
      saved = StateDirectory.file(Self.current)
    }
    // It may be the only proof of a loss.
    if !isLossless, let unsaved {
      saved = snapshot(unsaved)
      let place = saved.map { "so it is in \($0)" } ?? "nor to \(temporary)"
      let text = "the snapshot cannot be written to \(StateDirectory.path), \(place)"
      try? StandardStream.error.write(Failure(.done, text).line)
    }
    guard let path = StateDirectory.file("guard-report.txt") else { return }
    let file = ReportFile(format: .table, path: path)
    do throws(FileError) {
      try file.write(view)
      written = path
    } catch {
      try? StandardStream.error.write(Failure(.done, "\(path) cannot be written: \(error)").line)
    }
  }

  /// Writes a line to the journal.
  func log(_ view: ReportView, _ outcome: UnitHold.Outcome, _ units: UnitHold) {
    let isGood = view.verdict.exitCode == ExitCodes.done.rawValue
    let parts = [
      "guard \(command): \(view.verdict.line) (exit code \(view.verdict.exitCode))", failure,
      units.result(outcome, inSpiteOfLoss: view.verdict.isUnproven),
      written.map { "report: \($0)" }, saved.map { "snapshot: \($0)" },
    ]
    let line = parts.compactMap(\.self).joined(separator: "; ")
    SystemLog().write(Sanitizer.visible(line), level: isGood ? .notice : .warning)
  }

  /// Where the reason can be read.
  var reportPath: String {
    let named = reports.files.first.map { String($0.drop { $0 != "=" }.dropFirst()) }
    return named ?? written ?? "the report above"
  }

  /// The command that checks again; nil without a snapshot.
  var verifyCommand: String? { saved.map { "cri verify --before \($0)" } }
}

/// The locks that a `guard` holds.
struct GuardLock: ~Copyable {
  let own: FileLock?
  let others: FileLock?
}
