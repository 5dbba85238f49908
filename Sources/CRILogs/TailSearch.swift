internal import CRISystem

/// Finds the beginning of the last lines of a log by reading its files backwards.
struct TailSearch {
  /// A position in a log: the number of the file, where 0 is the newest, and the offset in bytes.
  struct Position: Hashable {
    var file: Int
    var offset: Int
  }

  /// The progress of the search in one stream.
  private enum Progress {
    /// No record has been found yet.
    case unseen
    /// The last record found belongs to a wanted line.
    case wanted
    /// All wanted lines have been found.
    case done
  }

  /// The search for earlier fragments of a line stops after this many bytes without one.
  private static let maximumGap = 1 << 20
  private static let blockSize = 64 << 10
  /// Must be the same as in `RecordReader`.
  private static let maximumLineLength = 1 << 20

  /// The number of lines to find.
  private let wanted: Int
  private var progress: PerStream<Progress>
  private var found = 0
  /// The numbers of records and of other lines that were examined.
  private(set) var records = 0
  private(set) var damaged = 0
  /// The number of bytes since the last wanted record.
  private var gap = 0
  private var lines = LineParser()
  /// The position of each stream's first wanted line; nil if it has none.
  private var starts = PerStream<Position?>(nil)
  /// The offset after the last line feed of the newest file.
  private var end = 0

  init(_ wanted: Int, stream: LogStream?) {
    self.wanted = wanted
    progress = PerStream(.unseen)
    if let stream { progress[stream == .stdout ? .stderr : .stdout] = .done }
  }

  /// Whether enough lines have been found, although the first ones may have earlier fragments.
  var hasEnoughLines: Bool { found >= wanted }

  /// Whether no earlier record can belong to a wanted line.
  var isComplete: Bool {
    guard hasEnoughLines else { return false }
    func isOpen(_ stream: LogStream) -> Bool { if case .wanted = progress[stream] { true } else { false } }
    return gap > Self.maximumGap || !LogStream.allCases.contains(where: isOpen)
  }

  /// Returns the offset of each stream's first wanted record in a file, or nil if the file has none.
  func start(in number: Int) -> PerStream<Int>? {
    var start = PerStream(number == 0 ? end : .max)
    for stream in LogStream.allCases {
      guard let position = starts[stream], number <= position.file else { continue }
      start[stream] = number == position.file ? position.offset : 0
    }
    return min(start.stdout, start.stderr) == .max ? nil : start
  }

  /// Searches a file. Call it for the newest file first and then for each older one.
  mutating func search(_ file: LogFile, number: Int) throws(LogError) {
    var end = try file.size()
    if number == 0 { self.end = try Self.lineStart(file, before: end) }
    var isTerminated = false
    var buffer: [UInt8] = []
    var length = Self.blockSize
    while end > file.start, !isComplete {
      let from = max(file.start, end - length)
      buffer = [UInt8](repeating: 0, count: end - from)
      // The file was truncated in the meantime; it will be read from its beginning.
      guard try file.fill(&buffer, at: from) == buffer.count else { return }
      // Skip the incomplete line at the beginning of the block.
      var first = 0
      if from > file.start {
        if let lineFeed = buffer.span.firstIndex(of: 0x0a, from: 0), lineFeed + 1 < buffer.count {
          first = lineFeed + 1
        } else if length < Self.maximumLineLength {
          length *= 2
          continue
        } else {
          let start = try Self.lineStart(file, before: from)
          isTerminated = isTerminated || buffer.last == 0x0a
          buffer = [UInt8](repeating: 0, count: Self.blockSize)
          let count = try file.fill(&buffer, at: start)
          examine(buffer.span, 0..<count, Position(file: number, offset: start), isTerminated: isTerminated)
          gap += end - start
          (end, isTerminated) = (start, true)
          continue
        }
      }
      var lineEnd = buffer.count
      while lineEnd > first, !isComplete {
        let hasFeed = buffer[lineEnd - 1] == 0x0a
        let textEnd = hasFeed ? lineEnd - 1 : lineEnd
        let start = max(first, buffer.span.lastIndex(of: 0x0a, before: textEnd).map { $0 + 1 } ?? first)
        examine(buffer.span, start..<textEnd, Position(file: number, offset: from + start), isTerminated: hasFeed)
        gap += lineEnd - start
        lineEnd = start
      }
      (end, isTerminated, length) = (from + lineEnd, true, Self.blockSize)
    }
  }

  /// Examines the line before the last one examined.
  /// - Parameter isTerminated: Whether the line ends with a line feed.
  private mutating func examine(_ bytes: Span<UInt8>, _ line: Range<Int>, _ position: Position, isTerminated: Bool) {
    // If a record lacks both its text and its line feed, the reader reports it as cut short.
    guard let record = lines.parseHeader(bytes, line), isTerminated || !record.isEmpty else {
      if isTerminated { damaged += 1 }
      return
    }
    records += 1
    let stream = record.stream
    switch progress[stream] {
    case .done: return
    case .wanted where !(isTerminated && record.endsLine): break
    case .unseen, .wanted:
      guard found < wanted else {
        progress[stream] = .done
        return
      }
      found += 1
      progress[stream] = .wanted
    }
    starts[stream] = position
    gap = 0
  }

  /// Returns the offset at which the line that contains the byte before `end` begins.
  private static func lineStart(_ file: LogFile, before end: Int) throws(LogError) -> Int {
    var end = end
    while end > file.start {
      let from = max(file.start, end - blockSize)
      var buffer = [UInt8](repeating: 0, count: end - from)
      let count = try file.fill(&buffer, at: from)
      if let lineFeed = buffer.span.extracting(0..<count).lastIndex(of: 0x0a, before: count) {
        return from + lineFeed + 1
      }
      end = from
    }
    return file.start
  }
}
