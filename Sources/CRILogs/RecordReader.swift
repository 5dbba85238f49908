internal import CRISystem

/// Reads the records of a file in blocks. When the file has grown, it continues where it stopped.
struct RecordReader {
  /// A longer record is processed in pieces. Docker's records must be complete, but Docker splits them at 16 KiB.
  private static let maximumLineLength = 1 << 20

  /// What `buffer` begins with.
  private enum State {
    case lineStart
    /// The rest of a record whose beginning has been processed.
    case restOfRecord(LogStream, endsLine: Bool)
    /// The rest of a line that is not printed.
    case restOfSkippedLine
  }

  private var buffer = [UInt8](repeating: 0, count: 128 << 10)
  /// The number of bytes in the buffer that belong to an incomplete line.
  private var count = 0
  private var state = State.lineStart
  private var lines = LineParser()
  /// The offset in the file at which the next read begins.
  private(set) var offset: Int
  /// The bytes before `offset`. If they change, the file was truncated and rewritten.
  private var fingerprint: [UInt8] = []
  /// The offset of the first record to print, for each stream.
  private let start: PerStream<Int>

  /// The number of records read so far.
  private(set) var records = 0
  /// The number of lines that are not records.
  private(set) var damaged = 0
  /// The number of NUL bytes before `buffer[0]` that do not belong to a record.
  private var hole = 0
  /// The number of bytes at the end of a finished file that are NUL, or that belong to an incomplete record.
  private(set) var remains: (hole: Int, record: Int) = (0, 0)
  /// The time of the last record, in nanoseconds since 1970.
  private(set) var lastTime: Int64?

  init(from start: PerStream<Int> = PerStream(0)) {
    self.start = start
    offset = min(start.stdout, start.stderr)
  }

  /// Reads to the end of the file or until the printer has reached its limit.
  mutating func read(_ file: LogFile, into printer: inout LinePrinter) throws(LogError) {
    // A span over a property would prevent mutation of self.
    var buffer: [UInt8] = []
    swap(&buffer, &self.buffer)
    defer { swap(&buffer, &self.buffer) }
    while !printer.isFull {
      if count == buffer.count { try makeRoom(in: &buffer, &printer) }
      let more = try file.read(at: offset, into: &buffer, from: count)
      if more == 0 { return }
      offset += more
      let end = count + more
      fingerprint.removeAll(keepingCapacity: true)
      fingerprint.append(buffer.span.extracting(max(0, end - 64)..<end))
      let rest = try processLines(buffer.span.extracting(0..<end), searchingFrom: count, &printer)
      if rest > 0 { buffer.moveToFront(rest..<end) }
      count = end - rest
    }
  }

  /// Processes the text after the last line feed. Call it when nothing more will be read.
  /// - Parameter endsLine: Whether the end of the file ends the line, because lines of another file follow.
  mutating func finish(_ printer: inout LinePrinter, endsLine: Bool) throws(LogError) {
    guard count + hole > 0, !printer.isFull else { return }
    let buffer = buffer
    let text = LineParser.skippingNULs(buffer.span, 0..<count)
    if case .lineStart = state {
      if text.isEmpty {
        remains.hole = hole + count
      } else if let header = lines.parseHeader(buffer.span, text), header.isEmpty {
        remains.record = text.count
        // The fragments before it still form a line.
        if endsLine { try printer.addContinuation(header.stream, buffer.span.extracting(0..<0), endsLine: true) }
      } else {
        let before = (records, damaged)
        try process(buffer.span, 0..<count, at: offset - count, isComplete: endsLine, &printer)
        if (records, damaged) == before { remains.record = text.count }
      }
    } else {
      try process(buffer.span, 0..<count, at: offset - count, isComplete: endsLine, &printer)
    }
    (count, hole, state) = (0, 0, .lineStart)
  }

  /// Whether the file was truncated, and perhaps rewritten, since it was read.
  func wasTruncated(_ file: LogFile) throws(LogError) -> Bool {
    // A compressed file does not change.
    if file.isCompressed { return false }
    if try file.size() < offset { return true }
    var found = [UInt8](repeating: 0, count: fingerprint.count)
    return try file.fill(&found, at: offset - fingerprint.count) < found.count || found != fingerprint
  }

  /// Continues at the beginning of the file.
  mutating func restart() {
    (count, offset, hole, state) = (0, 0, 0, .lineStart)
    fingerprint = []
  }

  /// Processes all complete lines.
  /// - Returns: The position of the incomplete line after them.
  private mutating func processLines(
    _ bytes: Span<UInt8>, searchingFrom searched: Int, _ printer: inout LinePrinter
  ) throws(LogError) -> Int {
    let base = offset - bytes.count
    var (lineStart, from) = (0, searched)
    while !printer.isFull, let lineEnd = bytes.firstIndex(of: 0x0a, from: from) {
      try process(bytes, lineStart..<lineEnd, at: base + lineStart, isComplete: true, &printer)
      lineStart = lineEnd + 1
      from = lineStart
    }
    return lineStart
  }

  /// Processes a line or the next piece of one.
  /// - Parameter isComplete: Whether the line ends at the end of `line`.
  private mutating func process(
    _ bytes: Span<UInt8>, _ line: Range<Int>, at position: Int, isComplete: Bool, _ printer: inout LinePrinter
  ) throws(LogError) {
    switch state {
    case .lineStart: state = try processLineStart(bytes, line, at: position, isComplete: isComplete, &printer)
    case .restOfRecord(let stream, let endsLine):
      try printer.addContinuation(stream, bytes.extracting(line), endsLine: isComplete && endsLine)
    case .restOfSkippedLine: break
    }
    if isComplete { state = .lineStart }
  }

  /// - Returns: The state for the rest of the line, if it is not complete.
  private mutating func processLineStart(
    _ bytes: Span<UInt8>, _ line: Range<Int>, at position: Int, isComplete: Bool, _ printer: inout LinePrinter
  ) throws(LogError) -> State {
    let line = LineParser.skippingNULs(bytes, line)
    hole = 0
    if LineParser.isDocker(bytes, line) {
      if let record = lines.parseDocker(bytes, line) {
        (records, lastTime) = (records + 1, record.time)
        if position >= start[record.stream] {
          try printer.addRecord(
            record.stream, time: record.time, timeText: record.timeText.span, text: record.text.span,
            endsLine: record.endsLine)
        }
        return .restOfSkippedLine
      }
    } else if let record = lines.parseCRI(bytes, line) {
      (records, lastTime) = (records + 1, record.time)
      guard position >= start[record.stream] else { return .restOfSkippedLine }
      try printer.addRecord(
        record.stream, time: record.time, timeText: bytes.extracting(record.timeText),
        text: bytes.extracting(record.textStart..<line.upperBound), endsLine: isComplete && record.endsLine)
      return .restOfRecord(record.stream, endsLine: record.endsLine)
    }
    if isComplete { damaged += 1 }
    return .restOfSkippedLine
  }

  /// Makes room in a full buffer that has no line feed.
  private mutating func makeRoom(in buffer: inout [UInt8], _ printer: inout LinePrinter) throws(LogError) {
    if case .lineStart = state {
      let text = LineParser.skippingNULs(buffer.span, 0..<count)
      if text.lowerBound > 0 {
        buffer.moveToFront(text)
        hole += count - text.count
        count = text.count
        return
      }
      if buffer.count < Self.maximumLineLength {
        buffer += [UInt8](repeating: 0, count: buffer.count)
        return
      }
      let recordsBefore = records
      try process(buffer.span, 0..<count, at: offset - count, isComplete: false, &printer)
      if records == recordsBefore { damaged += 1 }
    } else {
      try process(buffer.span, 0..<count, at: offset - count, isComplete: false, &printer)
    }
    count = 0
  }
}
