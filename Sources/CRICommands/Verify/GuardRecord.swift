internal import CRICommandLine
internal import CRIReport
internal import CRISnapshot
internal import CRISystem
internal import CRIText

/// What `guard` leaves on the node, whatever happens to the terminal: the snapshot, the report, and a line in the journal.
struct GuardRecord {
  private let command: String
  private let save: String?
  private let reports: ReportOptions
  /// The file that has the snapshot; nil if it was not written.
  private var saved: String?
  /// The file with the report in `StateDirectory`; nil if it was not written.
  private var written: String?

  init(command: String, save: String?, reports: ReportOptions) {
    self.command = command
    self.save = save
    self.reports = reports
  }

  /// Saves the snapshot.
  /// - Throws: A usage error if the file of `--save` cannot be written, because that is not a verdict.
  mutating func keep(_ snapshot: Snapshot) throws {
    if let save {
      do {
        try SnapshotFile.write(snapshot, to: save)
      } catch let failure as Failure {
        throw Failure(.usage, "\(failure.message); the command was not run")
      }
      saved = save
    } else if let path = StateDirectory.file("guard-before.json"),
      (try? SnapshotFile.write(snapshot, to: path)) != nil
    {
      saved = path
    }
  }

  /// The file that has the snapshot, which is written to the temporary directory if there is no other; nil if it cannot
  /// be written.
  func snapshot(_ snapshot: Snapshot) -> String? {
    if let saved { return saved }
    let path = "\(Environment.value("TMPDIR") ?? "/tmp")/cri-before-\(UniqueID.uuid()).json"
    return (try? SnapshotFile.write(snapshot, to: path)) == nil ? nil : path
  }

  mutating func writeReport(_ view: ReportView) {
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
      "guard \(command): \(view.verdict.line) (exit code \(view.verdict.exitCode))", units.result(outcome),
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
  var again: String? { saved.map { "cri verify --before \($0)" } }
}
