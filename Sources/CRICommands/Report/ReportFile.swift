internal import CRIReport
internal import CRISystem

/// A report's place beside standard output.
struct ReportFile: Hashable, Sendable {
  let format: ReportFormat
  let path: String

  /// Writes it whole or not at all, readable by everyone, since other programs collect reports.
  func write(_ view: ReportView) throws(FileError) {
    try File.writeAtomically(Array(format.text(view).utf8), to: path, mode: 0o644)
  }
}
