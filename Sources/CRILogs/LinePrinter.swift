internal import CRIProtobuf
internal import CRISystem

/// Joins records into lines and prints the selected lines.
///
/// It holds back a fragmented line until it is complete, so that lines of the other stream do not interrupt it. It prints a
/// line longer than `maximumHeldBytes` piece by piece.
package struct LinePrinter: ~Copyable {
  /// The state of a stream's incomplete line.
  private enum Line {
    case none
    /// The line is in `held`.
    case held
    /// The beginning of the line has been printed.
    case partlyPrinted
    /// The line is in `held`, and its first record is older than `selection.since`. The line is dropped unless a newer
    /// record continues it.
    case tooOld
  }

  static let maximumHeldBytes = 1 << 20

  private let selection: LogSelection
  private let hasTimestamps: Bool
  private var output: LogOutput
  private var lines = PerStream(Line.none)
  private var held = PerStream([UInt8]())
  /// The stream whose line has been printed without its end.
  private var openStream: LogStream?

  /// Creates a printer.
  /// - Parameter hasTimestamps: Whether each line begins with the time of its first record, with nine decimal digits.
  package init(_ selection: LogSelection, hasTimestamps: Bool = false, to output: consuming LogOutput) {
    self.selection = selection
    self.hasTimestamps = hasTimestamps
    self.output = output
  }

  /// Whether the output has reached its limit.
  package var isFull: Bool { output.isFull }

  /// Adds a record, or the beginning of one; `addContinuation` adds the rest.
  mutating func addRecord(
    _ stream: LogStream, time: Int64, timeText: Span<UInt8>, text: Span<UInt8>, endsLine: Bool
  ) throws(LogError) {
    switch lines[stream] {
    case .none:
      if let only = selection.stream, only != stream { return }
      let isOld = isOld(time)
      if endsLine {
        if isOld { return }
        try endOtherLine(before: stream)
        if hasTimestamps {
          let prefix = TimePrefix.make(timeText)
          try output.write(prefix.span, stream)
        }
        try output.write(text, stream)
        try output.write(0x0a, stream)
      } else {
        lines[stream] = isOld ? .tooOld : .held
        if hasTimestamps { held[stream] += TimePrefix.make(timeText) }
        try addContinuation(stream, text, endsLine: false)
      }
    case .tooOld where !isOld(time):
      lines[stream] = .held
      try addContinuation(stream, text, endsLine: endsLine)
    default: try addContinuation(stream, text, endsLine: endsLine)
    }
  }

  private func isOld(_ time: Int64) -> Bool { selection.since.map { time < $0.nanoseconds } ?? false }

  /// Adds text to the incomplete line of a stream.
  mutating func addContinuation(_ stream: LogStream, _ text: Span<UInt8>, endsLine: Bool) throws(LogError) {
    switch lines[stream] {
    case .none: return
    case .tooOld:
      // If the line is too long to hold, only its newer records are printed.
      if endsLine || held[stream].count > Self.maximumHeldBytes { held[stream] = [] } else { held[stream].append(text) }
    case .held where !endsLine:
      held[stream].append(text)
      if held[stream].count > Self.maximumHeldBytes { try printHeld(stream) }
    case .held, .partlyPrinted:
      try printHeld(stream)
      try output.write(text, stream)
      if endsLine {
        try output.write(0x0a, stream)
        openStream = nil
      }
    }
    if endsLine { lines[stream] = .none }
  }

  /// Prints all lines that are held back and flushes the output.
  package mutating func flush() throws(LogError) {
    for stream in LogStream.allCases where lines[stream] == .held { try printHeld(stream) }
    try output.flush()
  }

  private mutating func printHeld(_ stream: LogStream) throws(LogError) {
    try endOtherLine(before: stream)
    openStream = stream
    lines[stream] = .partlyPrinted
    let text = held[stream]
    held[stream] = []
    try output.write(text.span, stream)
  }

  /// Ends an incomplete line of the other stream if both streams have the same destination.
  private mutating func endOtherLine(before stream: LogStream) throws(LogError) {
    guard let other = openStream, other != stream else { return }
    if output.isCombined { try output.write(0x0a, stream) }
    openStream = nil
  }
}
