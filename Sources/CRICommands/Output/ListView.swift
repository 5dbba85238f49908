internal import CRI
internal import CRICommandLine
internal import CRIJSON
internal import CRISystem
internal import CRIText

/// How a list is printed, once or repeatedly.
struct ListView<Text: ListText>: Sendable {
  let format: OutputChoice.Format
  /// nil for tables and names.
  let document: DocumentView?
  let isQuiet: Bool
  let isVerbose: Bool
  let order: SortOrder<Text>?
  let isWatched: Bool
  /// The time between two updates with `--watch`.
  var interval = Watch.interval

  /// Whether more is printed than the list contains.
  var isWide: Bool { format == .wide }
  /// Whether all labels and annotations may be printed or determine the order.
  var needsMaps: Bool { document != nil || isVerbose || order?.isByPath == true }

  /// Writes the result of `make` to standard output.
  /// - Parameter timeout: The maximum time to sort and write the result.
  func show(within timeout: Duration, _ make: () async throws -> Text) async throws {
    guard isWatched else {
      let text = try await make()
      let clock = OutputClock(within: timeout)
      let ordered = try sorted(text, clock, isStrict: true)
      return try PiecewiseOutput.write { emit in try write(ordered, .output, clock, emit) }
    }
    // A later list may have a field that no object has now.
    var isFirst = true
    try await Watch.run(every: interval, separator: document?.separator ?? "\n") { style in
      let text = try await make()
      let clock = OutputClock(within: timeout)
      var bytes: [UInt8] = []
      try write(sorted(text, clock, isStrict: isFirst), style, clock) { bytes += $0 }
      isFirst = false
      return bytes
    }
  }

  private func sorted(_ text: Text, _ clock: OutputClock, isStrict: Bool) throws(Failure) -> Text {
    guard let order else { return text }
    var text = text
    text.elements = try order.apply(to: text, clock, isStrict: isStrict)
    return text
  }

  /// Writes the output in parts, because a list may be large and its text is even larger.
  private func write(
    _ text: Text, _ style: TextStyle, _ clock: OutputClock, _ emit: ([UInt8]) throws -> Void
  ) throws {
    switch document {
    case .json: return try DocumentWriter.writeJSON(text.document, clock, emit)
    case .yaml: return try DocumentWriter.writeYAML(text.document, clock, emit)
    case .customColumns(let columns):
      var table = columns.table
      for element in text.elements {
        try clock.check()
        table.append(try DocumentView.row(columns, Text.json(element)))
      }
      return try emit(table.utf8())
    case .goTemplate, .jsonPath:
      let json = text.document.json()
      try clock.check()
      let output = try (document ?? .json).text(of: json, elements: [])
      // A copy of the whole text would take as much memory again.
      var rest = output.utf8[...]
      while !rest.isEmpty {
        let part = rest.prefix(1 << 16)
        try emit(Array(part))
        rest = rest[part.endIndex...]
      }
      return
    case nil: break
    }
    if format == .name || isQuiet {
      for element in text.elements {
        try clock.check()
        let word = format == .name ? text.name(element) : text.id(element)
        try emit(Array((Sanitizer.visible(word) + "\n").utf8))
      }
    } else if isVerbose {
      for element in text.elements {
        try clock.check()
        try emit(Array(text.details(element).text.utf8))
      }
    } else {
      try emit(try text.table(style) { () throws(Failure) in try clock.check() })
    }
  }
}

extension TextStyle {
  /// The style of standard output.
  static var output: TextStyle {
    TextStyle(
      isTerminal: Environment.outputIsTerminal, noColor: Environment.value("NO_COLOR"),
      term: Environment.value("TERM"))
  }
}
