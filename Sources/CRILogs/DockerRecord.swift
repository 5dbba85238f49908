internal import CRIJSON
internal import CRISystem

/// A record in the format of Docker's json-file driver: `{"log":"text\n","stream":"stdout","time":"2024-01-31T…Z"}`.
///
/// cri-dockerd returns the paths of such files as log paths.
struct DockerRecord {
  /// Nanoseconds since 1970.
  var time: Int64
  var timeText: [UInt8]
  var stream: LogStream
  /// The text without the line feed at its end.
  var text: [UInt8]
  /// Whether the text had a line feed at its end. If not, the next record of the stream continues the line.
  var endsLine: Bool

  /// Parses a record, or returns nil if `line` is not a complete record.
  init?(_ bytes: Span<UInt8>, _ line: Range<Int>, _ times: inout RecordTime) {
    var copy: [UInt8] = []
    copy.append(bytes.extracting(line))
    guard let record = try? JSON.parse(copy), let log = record["log"]?.stringValue,
      let stream = record["stream"]?.stringValue.flatMap(LogStream.init(rawValue:)),
      let timeString = record["time"]?.stringValue
    else { return nil }
    let timeText = Array(timeString.utf8)
    guard let (time, end) = times.parse(timeText.span, timeText.indices), end == timeText.count else { return nil }
    self.time = time
    self.timeText = timeText
    self.stream = stream
    text = Array(log.utf8)
    endsLine = text.last == 0x0a
    if endsLine { text.removeLast() }
  }
}
