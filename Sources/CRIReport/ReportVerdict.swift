/// The verdict of a report.
package struct ReportVerdict: Hashable, Sendable {
  /// What a monitor shows. Neither "unchecked" nor "must be examined" is ever good, or a loss.
  package enum Level: Int, Hashable, Sendable {
    case good, warning, bad, unknown
  }

  /// The code in documents, such as `lost`.
  package var word: String
  /// All codes of the check.
  package var words: [String]
  package var level: Level
  /// What the command exits with if no format has codes of its own.
  package var exitCode: Int32
  /// Whether the check itself failed.
  package var isFailure = false
  /// The verdict in a line, with what to do about it.
  package var line: String
}
