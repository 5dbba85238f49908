package import CRIProtobuf

/// Which lines of a log are wanted; a line is what a person sees as one, however many records it was written in.
package struct LogSelection: Hashable, Sendable {
  /// nil: both.
  package var stream: LogStream?
  /// Lines that began then or later; nil: all.
  package var since: Timestamp?
  /// So many of the last lines (of the stream, where one is chosen), before `since` is asked; nil: all.
  package var tail: Int?

  package init(stream: LogStream? = nil, since: Timestamp? = nil, tail: Int? = nil) {
    self.stream = stream
    self.since = since
    self.tail = tail
  }

  /// Whether lines may be wanted that have been moved to rotated files.
  var reachesBack: Bool { since != nil || tail != nil }
}
