internal import CRIProtobuf
internal import CRISystem

/// Makes lines of records, drops those that are not wanted, and prints the others.
///
/// A line in fragments is held back until it is whole, so that the other stream's lines do not come between; one longer
/// than `longestHeld` is printed as it comes.
package struct LinePrinter: ~Copyable {
  /// What is known of a stream's line that has begun.
  private enum Line {
    case none
    /// In `held`.
    case held
    /// Its beginning is printed, its end is to come.
    case begun
    /// In `held`, and older than what is wanted: dropped unless a later record belongs to it.
    case old
  }

  static let longestHeld = 1 << 20

  private let selection: LogSelection
  private let hasTimes: Bool
  private var output: LogOutput
  private var lines = PerStream(Line.none)
  private var held = PerStream([UInt8]())
  /// Whose line the place is in that both streams go to.
  private var open: LogStream?

  /// - Parameter hasTimes: each line begins with its first record's time, with all nine digits.
  package init(_ selection: LogSelection, hasTimes: Bool = false, to output: consuming LogOutput) {
    self.selection = selection
    self.hasTimes = hasTimes
    self.output = output
  }

  /// Whether no more is wanted.
  package var isFull: Bool { output.isFull }

  /// Takes a record, or as much of it as is there: `more` brings the rest.
  mutating func take(
    _ stream: LogStream, time: Int64, timeText: Span<UInt8>, text: Span<UInt8>, endsLine: Bool
  ) throws(LogError) {
    switch lines[stream] {
    case .none:
      if let only = selection.stream, only != stream { return }
      let isOld = isOld(time)
      if endsLine {
        if isOld { return }
        try begin(stream)
        if hasTimes {
          let prefix = TimePrefix.make(timeText)
          try output.write(prefix.span, stream)
        }
        try output.write(text, stream)
        try output.write(0x0a, stream)
      } else {
        lines[stream] = isOld ? .old : .held
        if hasTimes { held[stream] += TimePrefix.make(timeText) }
        try more(stream, text, endsLine: false)
      }
    case .old where !isOld(time):
      lines[stream] = .held
      try more(stream, text, endsLine: endsLine)
    default: try more(stream, text, endsLine: endsLine)
    }
  }

  private func isOld(_ time: Int64) -> Bool { selection.since.map { time < $0.nanoseconds } ?? false }

  /// Takes what continues the stream's line.
  mutating func more(_ stream: LogStream, _ text: Span<UInt8>, endsLine: Bool) throws(LogError) {
    switch lines[stream] {
    case .none: return
    case .old:
      // Of one that is too long to be kept, its newer records are shown.
      if endsLine || held[stream].count > Self.longestHeld { held[stream] = [] } else { held[stream].append(text) }
    case .held where !endsLine:
      held[stream].append(text)
      if held[stream].count > Self.longestHeld { try release(stream) }
    case .held, .begun:
      try release(stream)
      try output.write(text, stream)
      if endsLine {
        try output.write(0x0a, stream)
        open = nil
      }
    }
    if endsLine { lines[stream] = .none }
  }

  /// Prints what is held back, and all that is gathered.
  package mutating func flush() throws(LogError) {
    for stream in LogStream.allCases where lines[stream] == .held { try release(stream) }
    try output.flush()
  }

  private mutating func release(_ stream: LogStream) throws(LogError) {
    try begin(stream)
    open = stream
    lines[stream] = .begun
    let text = held[stream]
    held[stream] = []
    try output.write(text.span, stream)
  }

  /// Ends the other stream's line, where it would run into this one's.
  private mutating func begin(_ stream: LogStream) throws(LogError) {
    guard let other = open, other != stream else { return }
    if output.isOne { try output.write(0x0a, stream) }
    open = nil
  }
}
