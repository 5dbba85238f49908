internal import CRICommandLine
internal import CRIReport
internal import CRISystem

/// A file for a report, in addition to standard output.
struct ReportFile: Hashable, Sendable {
  let format: ReportFormat
  let path: String

  /// The name without directories and the extension.
  private var name: String {
    let last = path.split(separator: "/").last.map(String.init) ?? ""
    return last.lastIndex(of: ".").map { String(last[..<$0]) } ?? last
  }

  /// Writes the report completely or not at all.
  /// - Parameter mode: By default, everyone can read the report, because other programs collect reports.
  func write(_ view: ReportView, mode: UInt32 = 0o644) throws(FileError) {
    var view = view
    view.fileName = name
    let bytes = Array(format.text(view).utf8)
    try File.writeAtomically(bytes, to: path, mode: mode, patience: Globals.current.timeout)
  }
}
