/// The verdict of a report.
package struct ReportVerdict: Hashable, Sendable {
  /// The state that a monitor shows. If anything is unchecked or must be examined, the level is neither good nor bad.
  package enum Level: Int, Hashable, Sendable {
    case good, warning, bad, unknown
  }

  /// The code in documents, such as `lost`.
  package var word: String
  /// All codes that the check can have.
  package var words: [String]
  package var level: Level
  /// The exit code of the command for formats that do not define their own exit codes.
  package var exitCode: Int32
  /// Whether the check itself failed.
  package var isFailure = false
  /// Whether something is lost, or may be, whatever the exit code is.
  package var isUnproven = false
  /// The verdict in one line, with the remedy.
  package var line: String
}
