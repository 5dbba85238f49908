internal import CRISystem

/// Reads the headers of records, which follow each other with nearly the same time.
struct RecordParser {
  private var times = RecordTime()

  /// - Returns: nil where `line` is no record, or not yet.
  /// - Parameter line: without the line feed.
  mutating func parse(_ bytes: Span<UInt8>, _ line: Range<Int>) -> LogRecord? {
    let (from, end) = (line.lowerBound, line.upperBound)
    guard let (time, afterTime) = times.parse(bytes, from..<end) else { return nil }
    // The shortest rest is " stdout F".
    guard end - afterTime >= 9, bytes[afterTime] == 0x20, bytes[afterTime + 7] == 0x20 else { return nil }
    guard let stream = Self.stream(bytes, afterTime + 1) else { return nil }
    // Tags are separated by colons, and only the first one means something.
    let tag = afterTime + 8
    var at = tag
    while at < end, bytes[at] != 0x20 { at += 1 }
    guard at > tag else { return nil }
    let isPartial = bytes[tag] == UInt8(ascii: "P") && (at == tag + 1 || bytes[tag + 1] == UInt8(ascii: ":"))
    // An empty line's closing blank may have been trimmed away.
    return LogRecord(
      time: time, timeText: from..<afterTime, stream: stream, endsLine: !isPartial, text: min(at + 1, end))
  }

  private static func stream(_ bytes: Span<UInt8>, _ at: Int) -> LogStream? {
    guard bytes[at] == UInt8(ascii: "s"), bytes[at + 1] == UInt8(ascii: "t"), bytes[at + 2] == UInt8(ascii: "d") else {
      return nil
    }
    switch (bytes[at + 3], bytes[at + 4], bytes[at + 5]) {
    case (UInt8(ascii: "o"), UInt8(ascii: "u"), UInt8(ascii: "t")): return .stdout
    case (UInt8(ascii: "e"), UInt8(ascii: "r"), UInt8(ascii: "r")): return .stderr
    default: return nil
    }
  }
}
