internal import CRISystem

/// Parses records in the CRI's format. It is fast if consecutive records have the same date.
struct RecordParser {
  private var times = RecordTime()

  /// Parses a record.
  /// - Parameter line: The range of the line in `bytes`, without the line feed.
  /// - Returns: The record, or nil if the line is not a complete record.
  mutating func parse(_ bytes: Span<UInt8>, _ line: Range<Int>) -> LogRecord? {
    let (from, end) = (line.lowerBound, line.upperBound)
    guard let (time, afterTime) = times.parse(bytes, from..<end) else { return nil }
    // The shortest remainder is " stdout F".
    guard end - afterTime >= 9, bytes[afterTime] == 0x20, bytes[afterTime + 7] == 0x20 else { return nil }
    guard let stream = Self.stream(bytes, afterTime + 1) else { return nil }
    // Tags are separated by colons, and only the first one has a meaning.
    let tag = afterTime + 8
    var position = tag
    while position < end, bytes[position] != 0x20 { position += 1 }
    guard position > tag else { return nil }
    let isPartial = bytes[tag] == UInt8(ascii: "P") && (position == tag + 1 || bytes[tag + 1] == UInt8(ascii: ":"))
    // Another program may have removed the space before an empty text.
    return LogRecord(
      time: time, timeText: from..<afterTime, stream: stream, endsLine: !isPartial, textStart: min(position + 1, end))
  }

  private static func stream(_ bytes: Span<UInt8>, _ position: Int) -> LogStream? {
    guard bytes[position] == UInt8(ascii: "s"), bytes[position + 1] == UInt8(ascii: "t"),
      bytes[position + 2] == UInt8(ascii: "d")
    else {
      return nil
    }
    switch (bytes[position + 3], bytes[position + 4], bytes[position + 5]) {
    case (UInt8(ascii: "o"), UInt8(ascii: "u"), UInt8(ascii: "t")): return .stdout
    case (UInt8(ascii: "e"), UInt8(ascii: "r"), UInt8(ascii: "r")): return .stderr
    default: return nil
    }
  }
}
