internal import CRISystem

/// Looks for where the last lines begin, from the end backwards.
struct TailSearch {
  /// A place in a log: which of its files, the newest being 0, and the byte in it.
  struct Position: Hashable {
    var file: Int
    var offset: Int
  }

  /// What is known of a stream, read backwards.
  private enum Progress {
    /// None of its records was seen.
    case unseen
    /// In a wanted line, or between it and the one before.
    case wanted
    /// Another line's end was found: what lies before is not wanted.
    case done
  }

  /// A line's fragments are looked for as far behind other records as this, in bytes.
  private static let reach = 1 << 20
  private static let block = 64 << 10
  /// As `RecordReader` has it.
  private static let longestLine = 1 << 20

  private let wanted: Int
  private var progress: PerStream<Progress>
  private var found = 0
  private var gap = 0
  private var lines = LineParser()
  /// Where each stream's wanted lines begin; nil where there are none.
  private var starts = PerStream<Position?>(nil)
  /// Where the newest file's last line ends, or begins that has no end yet.
  private var end = 0

  init(_ wanted: Int, stream: LogStream?) {
    self.wanted = wanted
    progress = PerStream(.unseen)
    if let stream { progress[stream == .stdout ? .stderr : .stdout] = .done }
  }

  /// Whether as many lines were found as are wanted.
  var isSatisfied: Bool { found >= wanted }

  /// Whether nothing that lies before may be wanted.
  var isDone: Bool {
    guard isSatisfied else { return false }
    func isOpen(_ stream: LogStream) -> Bool { if case .wanted = progress[stream] { true } else { false } }
    return gap > Self.reach || !LogStream.allCases.contains(where: isOpen)
  }

  /// Where the records begin that are wanted of a file, for each stream; nil where it has none.
  func start(in number: Int) -> PerStream<Int>? {
    var start = PerStream(number == 0 ? end : .max)
    for stream in LogStream.allCases {
      guard let position = starts[stream], number <= position.file else { continue }
      start[stream] = number == position.file ? position.offset : 0
    }
    return min(start.stdout, start.stderr) == .max ? nil : start
  }

  /// Searches a file, the next older one each time.
  mutating func search(_ file: LogFile, number: Int) throws(LogError) {
    var end = try file.size()
    if number == 0 { self.end = try Self.lineStart(file, before: end) }
    var isTerminated = false
    var buffer: [UInt8] = []
    var length = Self.block
    while end > 0, !isDone {
      let from = max(0, end - length)
      buffer = [UInt8](repeating: 0, count: end - from)
      // Cut meanwhile: what is there is read as a whole then.
      guard try file.fill(&buffer, at: from) == buffer.count else { return }
      // A block begins with its first whole line.
      var first = 0
      if from > 0 {
        if let feed = buffer.span.firstIndex(of: 0x0a, from: 0), feed + 1 < buffer.count {
          first = feed + 1
        } else if length < Self.longestLine {
          length *= 2
          continue
        } else {
          let start = try Self.lineStart(file, before: from)
          buffer = [UInt8](repeating: 0, count: Self.block)
          let count = try file.fill(&buffer, at: start)
          look(buffer.span, 0..<count, Position(file: number, offset: start), isWhole: isTerminated)
          gap += end - start
          (end, isTerminated) = (start, true)
          continue
        }
      }
      var lineEnd = buffer.count
      while lineEnd > first, !isDone {
        let hasFeed = buffer[lineEnd - 1] == 0x0a
        let textEnd = hasFeed ? lineEnd - 1 : lineEnd
        let start = max(first, buffer.span.lastIndex(of: 0x0a, before: textEnd).map { $0 + 1 } ?? first)
        look(buffer.span, start..<textEnd, Position(file: number, offset: from + start), isWhole: hasFeed)
        gap += lineEnd - start
        lineEnd = start
      }
      (end, isTerminated, length) = (from + lineEnd, true, Self.block)
    }
  }

  /// - Parameter isWhole: a line feed ends it.
  private mutating func look(_ bytes: Span<UInt8>, _ line: Range<Int>, _ position: Position, isWhole: Bool) {
    guard let record = lines.head(bytes, line) else { return }
    let stream = record.stream
    switch progress[stream] {
    case .done: return
    case .wanted where !(isWhole && record.endsLine): break
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

  /// Where a line begins that is longer than a block.
  private static func lineStart(_ file: LogFile, before end: Int) throws(LogError) -> Int {
    var end = end
    while end > 0 {
      let from = max(0, end - block)
      var buffer = [UInt8](repeating: 0, count: end - from)
      let count = try file.fill(&buffer, at: from)
      if let feed = buffer.span.extracting(0..<count).lastIndex(of: 0x0a, before: count) { return from + feed + 1 }
      end = from
    }
    return 0
  }
}
