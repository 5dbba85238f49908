internal import CRIReport
internal import CRISystem

/// A file for a report, besides standard output.
struct ReportFile: Hashable, Sendable {
  let format: ReportFormat
  let path: String

  /// Writes the report completely or not at all, readable by everyone, because other programs collect reports.
  func write(_ view: ReportView) throws(FileError) {
    try File.writeAtomically(Array(format.text(view).utf8), to: path, mode: 0o644)
  }
}
