internal import CRIJSON
internal import CRISystem

/// A record in the format of Docker's json-file driver: `{"log":"text\n","stream":"stdout","time":"2024-01-31T…Z"}`.
///
/// cri-dockerd leaves such files to the CRI's readers.
struct DockerRecord {
  var time: Int64
  var timeText: [UInt8]
  var stream: LogStream
  /// Without the line feed at its end.
  var text: [UInt8]
  /// False where there is none: the line goes on in the stream's next record.
  var endsLine: Bool

  /// - Returns: nil where `line` is no record, or not yet.
  init?(_ bytes: Span<UInt8>, _ line: Range<Int>, _ times: inout RecordTime) {
    var copy: [UInt8] = []
    copy.append(bytes.extracting(line))
    guard let record = try? JSON.parse(copy), let log = record["log"]?.stringValue,
      let stream = record["stream"]?.stringValue.flatMap(LogStream.init(rawValue:)),
      let moment = record["time"]?.stringValue
    else { return nil }
    let timeText = Array(moment.utf8)
    guard let (time, end) = times.parse(timeText.span, timeText.indices), end == timeText.count else { return nil }
    self.time = time
    self.timeText = timeText
    self.stream = stream
    text = Array(log.utf8)
    endsLine = text.last == 0x0a
    if endsLine { text.removeLast() }
  }
}
