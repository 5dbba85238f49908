internal import CRIReport
internal import CRISystem

/// A report's place beside standard output.
struct ReportFile: Hashable, Sendable {
  let format: ReportFormat
  let path: String

  /// Writes it whole or not at all. Whoever collects reports may read it, unless the present file says otherwise.
  func write(_ view: ReportView) throws(Errno) {
    try File.writeAtomically(
      Array(format.text(view).utf8), to: path, mode: File.permissions(path) ?? 0o644)
  }
}
