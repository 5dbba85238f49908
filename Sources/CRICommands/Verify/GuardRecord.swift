internal import CRICommandLine
internal import CRIReport
internal import CRISnapshot
internal import CRISystem
internal import CRIText

/// What `guard` leaves on the node, whatever happens to the terminal: the snapshot, the report, and a line in the
/// journal.
struct GuardRecord {
  /// The name of the last snapshot after which nothing was lost.
  private static let current = "guard-before.json"
  /// The name of the last snapshot of a state in which the units could not be started without a loss.
  private static let refused = "guard-refused.json"

  private let command: String
  private let save: String?
  private let reports: ReportOptions
  /// The file that contains the snapshot; nil if it was not written.
  private var saved: String?
  /// The copy of the snapshot in `StateDirectory.common`, where runs without `StateDirectory=` find it; nil if there is
  /// no copy.
  private var copy: String?
  /// The snapshot of a run that stopped nothing, because the start of the units would do damage.
  private var present: String?
  /// The exit code in the journal; nil if there is no line yet.
  private var logged: Int32?
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

  /// Keeps a second `guard` from running at the same time, because it would find the units stopped and replace the
  /// files.
  /// - Returns: nil if there can be no state directory.
  /// - Throws: A usage error if another `guard` is running, or if other users can change the state directory or one
  ///   above it.
  static func lock() throws(Failure) -> GuardLock? {
    if let common = StateDirectory.common { try? StateDirectory.create(common) }
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
  /// - Throws: A usage error, because neither is a verdict, if the file of `--save` cannot be written, or if no more
  ///   snapshots can be kept.
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
    } else {
      // Both directories must have room before either snapshot is written.
      let path = try UnprovenSnapshots.newPath(in: StateDirectory.path)
      let other = try StateDirectory.common.flatMap { directory throws(Failure) in
        try UnprovenSnapshots.newPath(in: directory)
      }
      saved = Self.written(snapshot, to: path)
      copy = Self.written(snapshot, to: other)
      isDefault = saved != nil
      if saved == nil { unsaved = snapshot }
    }
  }

  /// - Returns: The path; nil if the snapshot cannot be written to it.
  private static func written(_ snapshot: Snapshot, to path: String?) -> String? {
    guard let path, (try? SnapshotFile.write(snapshot, to: path)) != nil else { return nil }
    return path
  }

  /// Keeps the snapshot of the present state, in which the units cannot be started without a loss. It is not one of an
  /// unverified run, because the command is not run.
  mutating func keepPresent(_ snapshot: Snapshot) {
    present = Self.written(snapshot, to: StateDirectory.file(Self.refused))
  }

  /// Lets the next `guard` replace the snapshot, because the command could not be run.
  mutating func discard() {
    if let path = saved { if isDefault { Self.replaceCurrent(path) } else { UnprovenSnapshots.prove(path) } }
    if let copy { Self.replaceCurrent(copy) }
    (saved, copy) = (nil, nil)
  }

  /// - Returns: Whether the snapshot has become the last one after which nothing was lost.
  @discardableResult private static func replaceCurrent(_ path: String) -> Bool {
    (try? WalkedFile(path).move(to: current)) != nil
  }

  /// The file that contains the snapshot, which is written to the temporary directory if there is no other; nil if it
  /// cannot be written.
  func snapshot(_ snapshot: Snapshot) -> String? {
    if let saved = saved ?? copy { return saved }
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
    if isLossless, let copy { Self.replaceCurrent(copy) }
    if isLossless, isDefault, let path = saved, Self.replaceCurrent(path) {
      saved = StateDirectory.file(Self.current)
    }
    // The snapshot may be the only proof of a loss.
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
  mutating func log(_ view: ReportView, _ outcome: UnitHold.Outcome, _ units: UnitHold) {
    let code =
      if case .failed(let failure) = outcome { failure.code.rawValue } else { reports.format.exitCode(view.verdict) }
    let parts = [
      "\(view.verdict.line) (exit code \(code))", failure,
      units.result(outcome, inSpiteOfLoss: view.verdict.isUnproven),
      written.map { "report: \($0)" }, (saved ?? present).map { "snapshot: \($0)" },
    ]
    write(parts.compactMap(\.self).joined(separator: "; "), code)
    logged = code
  }

  /// Writes another line if the exit code is not the one in the journal. That line is written before the report is
  /// printed, because the terminal or the pipe may block.
  func logEnd(_ code: Int32) {
    guard let logged, logged != code else { return }
    let reason = code == 0 ? "of --warn-only" : "the report could not be written"
    write("the exit code is \(code) instead of \(logged), because \(reason)", code)
  }

  private func write(_ text: String, _ code: Int32) {
    let line = Sanitizer.visible("guard \(command): \(text)")
    SystemLog().write(line, level: code == ExitCodes.done.rawValue ? .notice : .warning)
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
