package import CRIProtobuf

/// The lines of a log that are wanted. One line may consist of several records.
package struct LogSelection: Hashable, Sendable {
  /// The stream, or nil for both.
  package var stream: LogStream?
  /// Selects only lines with a record of this time or later; nil selects all.
  package var since: Timestamp?
  /// Selects only the last `tail` lines (of the selected stream), before `since` is applied; nil selects all.
  package var tail: Int?

  package init(stream: LogStream? = nil, since: Timestamp? = nil, tail: Int? = nil) {
    self.stream = stream
    self.since = since
    self.tail = tail
  }

  /// Whether rotated files may contain selected lines.
  var includesRotatedFiles: Bool { since != nil || tail != nil }
}
