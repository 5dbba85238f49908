/// What a report comes to.
package struct ReportVerdict: Hashable, Sendable {
  /// What a monitor shows. Neither "could not be checked" nor "must be looked at" is ever good, or a loss.
  package enum Level: Int, Hashable, Sendable {
    case good, warning, bad, unknown
  }

  /// One word, such as `lost`.
  package var word: String
  /// All words that the check knows.
  package var words: [String]
  package var level: Level
  /// What the command ends with, where no format has codes of its own.
  package var exitCode: Int32
  /// The verdict in a line, with what to do about it.
  package var line: String
}
