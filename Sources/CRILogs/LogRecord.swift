/// A record in the CRI's format, `2024-01-31T12:00:00.123456789Z stdout F text`, as positions in its bytes.
struct LogRecord {
  /// Nanoseconds since 1970.
  var time: Int64
  var timeText: Range<Int>
  var stream: LogStream
  /// False for a fragment of a line; the next record of the stream continues it.
  var endsLine: Bool
  /// The position at which the text begins. It extends to the end of the record.
  var textStart: Int
}
