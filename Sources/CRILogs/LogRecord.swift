/// A record's header in the CRI's format, `2024-01-31T12:00:00.123456789Z stdout F text`, as places in its bytes.
struct LogRecord {
  /// Nanoseconds since 1970.
  var time: Int64
  var timeText: Range<Int>
  var stream: LogStream
  /// False for a fragment of a line, which the stream's next record continues.
  var endsLine: Bool
  /// Where the text begins; it ends with the record.
  var text: Int
}
