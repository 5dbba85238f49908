internal import CRISystem

/// Parses the lines of a log in the CRI's format or in Docker's. The first byte of a line shows which one it may be.
struct LineParser {
  /// The parts of a record that do not depend on its format.
  struct Header {
    /// Nanoseconds since 1970.
    var time: Int64
    var stream: LogStream
    var endsLine: Bool
    /// Whether the record has no text, and may therefore have been cut off after its tag. Docker's records are
    /// complete.
    var isEmpty: Bool
  }

  private var records = RecordParser()
  private var times = RecordTime()

  /// Returns `line` without the NUL bytes at its beginning. They appear after a power failure, and if a file is truncated
  /// while a writer has it open without `O_APPEND`.
  static func skippingNULs(_ bytes: Span<UInt8>, _ line: Range<Int>) -> Range<Int> {
    var start = line.lowerBound
    while start < line.upperBound, bytes[start] == 0 { start += 1 }
    return start..<line.upperBound
  }

  /// Whether the line can only be a record in Docker's format.
  static func isDocker(_ bytes: Span<UInt8>, _ line: Range<Int>) -> Bool {
    !line.isEmpty && bytes[line.lowerBound] == UInt8(ascii: "{")
  }

  mutating func parseCRI(_ bytes: Span<UInt8>, _ line: Range<Int>) -> LogRecord? { records.parse(bytes, line) }

  mutating func parseDocker(_ bytes: Span<UInt8>, _ line: Range<Int>) -> DockerRecord? {
    DockerRecord(bytes, line, &times)
  }

  /// Parses the header of a record in either format, or returns nil if the line is not a record.
  mutating func parseHeader(_ bytes: Span<UInt8>, _ line: Range<Int>) -> Header? {
    let line = Self.skippingNULs(bytes, line)
    if Self.isDocker(bytes, line) {
      return parseDocker(bytes, line).map {
        Header(time: $0.time, stream: $0.stream, endsLine: $0.endsLine, isEmpty: false)
      }
    }
    return parseCRI(bytes, line).map {
      Header(time: $0.time, stream: $0.stream, endsLine: $0.endsLine, isEmpty: $0.textStart == line.upperBound)
    }
  }
}
