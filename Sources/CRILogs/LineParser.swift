internal import CRISystem

/// Reads lines of either format; each shows by its first byte which one it may be.
struct LineParser {
  /// What a search needs to know of a record.
  struct Head {
    var time: Int64
    var stream: LogStream
    var endsLine: Bool
  }

  private var records = RecordParser()
  private var times = RecordTime()

  /// A hole of NUL bytes stands before a record where a file was cut under a writer that did not append, and where the
  /// power failed.
  static func withoutHole(_ bytes: Span<UInt8>, _ line: Range<Int>) -> Range<Int> {
    var start = line.lowerBound
    while start < line.upperBound, bytes[start] == 0 { start += 1 }
    return start..<line.upperBound
  }

  static func isDocker(_ bytes: Span<UInt8>, _ line: Range<Int>) -> Bool {
    !line.isEmpty && bytes[line.lowerBound] == UInt8(ascii: "{")
  }

  mutating func cri(_ bytes: Span<UInt8>, _ line: Range<Int>) -> LogRecord? { records.parse(bytes, line) }

  mutating func docker(_ bytes: Span<UInt8>, _ line: Range<Int>) -> DockerRecord? {
    DockerRecord(bytes, line, &times)
  }

  /// - Returns: nil where the line is no record.
  mutating func head(_ bytes: Span<UInt8>, _ line: Range<Int>) -> Head? {
    let line = Self.withoutHole(bytes, line)
    if Self.isDocker(bytes, line) {
      return docker(bytes, line).map { Head(time: $0.time, stream: $0.stream, endsLine: $0.endsLine) }
    }
    return cri(bytes, line).map { Head(time: $0.time, stream: $0.stream, endsLine: $0.endsLine) }
  }
}
