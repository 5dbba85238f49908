internal import CRISystem

/// Reads a file's records forwards, in blocks, and goes on where it stopped when the file has grown.
struct RecordReader {
  /// A longer record comes in pieces. Docker's are cut by Docker at 16 KiB, and need to be whole.
  private static let longestLine = 1 << 20

  /// What the bytes at `buffer[0]` belong to.
  private enum Place {
    case lineStart
    /// A record whose beginning was taken already.
    case record(LogStream, endsLine: Bool)
    /// A line that is not shown.
    case unwanted
  }

  private var buffer = [UInt8](repeating: 0, count: 128 << 10)
  /// Bytes in the buffer that no line has ended yet.
  private var count = 0
  private var place = Place.lineStart
  private var lines = LineParser()
  /// Where the next bytes are in the file.
  private(set) var offset: Int
  /// Bytes before `offset`, by which a file is known again.
  private var footprint: [UInt8] = []
  /// Records of a stream that begin before are passed over.
  private let start: PerStream<Int>

  private(set) var records = 0
  /// Lines that are no records.
  private(set) var damaged = 0
  /// When the last record was written, in nanoseconds since 1970.
  private(set) var lastTime: Int64?

  init(from start: PerStream<Int> = PerStream(0)) {
    self.start = start
    offset = min(start.stdout, start.stderr)
  }

  /// Reads to the file's end.
  mutating func read(_ file: LogFile, into printer: inout LinePrinter) throws(LogError) {
    // A view of the bytes would keep all of self from changing.
    var buffer: [UInt8] = []
    swap(&buffer, &self.buffer)
    defer { swap(&buffer, &self.buffer) }
    while !printer.isFull {
      if count == buffer.count { try makeRoom(in: &buffer, &printer) }
      let more = try file.read(at: offset, into: &buffer, from: count)
      if more == 0 { return }
      offset += more
      let end = count + more
      footprint.removeAll(keepingCapacity: true)
      footprint.append(buffer.span.extracting(max(0, end - 64)..<end))
      let rest = try split(buffer.span.extracting(0..<end), searchingFrom: count, &printer)
      if rest > 0 { buffer.moveToFront(rest..<end) }
      count = end - rest
    }
  }

  /// Takes what stands behind the last line feed, when nothing will follow it.
  /// - Parameter endsLine: another file's lines come next.
  mutating func finish(_ printer: inout LinePrinter, endsLine: Bool) throws(LogError) {
    guard count > 0, !printer.isFull else { return }
    let buffer = buffer
    try take(buffer.span, 0..<count, at: offset - count, isWhole: endsLine, &printer)
    (count, place) = (0, .lineStart)
  }

  /// Whether the file was emptied, and maybe written anew, since it was read.
  func isReplaced(_ file: LogFile) throws(LogError) -> Bool {
    if try file.size() < offset { return true }
    var found = [UInt8](repeating: 0, count: footprint.count)
    return try file.fill(&found, at: offset - footprint.count) < found.count || found != footprint
  }

  /// Begins anew at the file's beginning.
  mutating func restart() {
    (count, offset, place) = (0, 0, .lineStart)
    footprint = []
  }

  /// - Returns: where the first line begins that has no end yet.
  private mutating func split(
    _ bytes: Span<UInt8>, searchingFrom searched: Int, _ printer: inout LinePrinter
  ) throws(LogError) -> Int {
    let base = offset - bytes.count
    var (lineStart, from) = (0, searched)
    while !printer.isFull, let lineEnd = bytes.firstIndex(of: 0x0a, from: from) {
      try take(bytes, lineStart..<lineEnd, at: base + lineStart, isWhole: true, &printer)
      lineStart = lineEnd + 1
      from = lineStart
    }
    return lineStart
  }

  /// Takes a line, or the next piece of one.
  /// - Parameter isWhole: false where the line goes on behind `line`.
  private mutating func take(
    _ bytes: Span<UInt8>, _ line: Range<Int>, at position: Int, isWhole: Bool, _ printer: inout LinePrinter
  ) throws(LogError) {
    switch place {
    case .lineStart: place = try begin(bytes, line, at: position, isWhole: isWhole, &printer)
    case .record(let stream, let endsLine):
      try printer.more(stream, bytes.extracting(line), endsLine: isWhole && endsLine)
    case .unwanted: break
    }
    if isWhole { place = .lineStart }
  }

  /// - Returns: what the rest of a line belongs to that goes on.
  private mutating func begin(
    _ bytes: Span<UInt8>, _ line: Range<Int>, at position: Int, isWhole: Bool, _ printer: inout LinePrinter
  ) throws(LogError) -> Place {
    let line = LineParser.withoutHole(bytes, line)
    if LineParser.isDocker(bytes, line) {
      if let record = lines.docker(bytes, line) {
        (records, lastTime) = (records + 1, record.time)
        if position >= start[record.stream] {
          try printer.take(
            record.stream, time: record.time, timeText: record.timeText.span, text: record.text.span,
            endsLine: record.endsLine)
        }
        return .unwanted
      }
    } else if let record = lines.cri(bytes, line) {
      (records, lastTime) = (records + 1, record.time)
      guard position >= start[record.stream] else { return .unwanted }
      try printer.take(
        record.stream, time: record.time, timeText: bytes.extracting(record.timeText),
        text: bytes.extracting(record.text..<line.upperBound), endsLine: isWhole && record.endsLine)
      return .record(record.stream, endsLine: record.endsLine)
    }
    if isWhole, !line.isEmpty { damaged += 1 }
    return .unwanted
  }

  /// The buffer is full, and no line ends in it.
  private mutating func makeRoom(in buffer: inout [UInt8], _ printer: inout LinePrinter) throws(LogError) {
    if case .lineStart = place {
      let text = LineParser.withoutHole(buffer.span, 0..<count)
      if text.lowerBound > 0 {
        buffer.moveToFront(text)
        count = text.count
        return
      }
      if buffer.count < Self.longestLine {
        buffer += [UInt8](repeating: 0, count: buffer.count)
        return
      }
      let before = records
      try take(buffer.span, 0..<count, at: offset - count, isWhole: false, &printer)
      if records == before { damaged += 1 }
    } else {
      try take(buffer.span, 0..<count, at: offset - count, isWhole: false, &printer)
    }
    count = 0
  }
}
