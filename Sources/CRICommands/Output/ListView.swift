internal import CRI
internal import CRICommandLine
internal import CRIJSON
internal import CRISystem
internal import CRIText

/// How a list is shown, once or again and again.
struct ListView<Text: ListText>: Sendable {
  let format: OutputChoice.Format
  /// nil for tables and names.
  let document: DocumentView?
  let isQuiet: Bool
  let isVerbose: Bool
  let order: SortOrder<Text>?
  let isWatched: Bool
  /// From one picture to the next, where it is watched.
  var interval = Watch.interval

  /// Whether more is shown than the list says.
  var isWide: Bool { format == .wide }

  /// Writes what `make` gives to standard output.
  func show(_ make: () async throws -> Text) async throws {
    guard isWatched else {
      return try StandardStream.output.write(try bytes(sorted(try await make(), isStrict: true), .output))
    }
    // What no object has any more, one may have again.
    var isFirst = true
    try await Watch.run(every: interval, parting: document?.parting ?? "\n") { style in
      let text = try await make()
      let bytes = try bytes(sorted(text, isStrict: isFirst), style)
      isFirst = false
      return bytes
    }
  }

  private func sorted(_ text: Text, isStrict: Bool) throws(Failure) -> Text {
    guard let order else { return text }
    var text = text
    text.elements = try order.apply(to: text, isStrict: isStrict)
    return text
  }

  private func bytes(_ text: Text, _ style: TextStyle) throws(Failure) -> [UInt8] {
    if let document {
      // Straight from the message: a list may be large.
      if case .json = document { return ListOutput.json(text.document) }
      let json = text.document.json()
      // The list is the only member that has elements.
      let elements = json.objectValue?.values.lazy.compactMap(\.arrayValue).first ?? []
      return Array(try document.text(of: json, elements: elements).utf8)
    }
    if format == .name { return lines(text.elements.map(text.name)) }
    if isQuiet { return lines(text.ids) }
    return isVerbose ? Array(text.details.utf8) : text.table(style)
  }

  private func lines(_ texts: [String]) -> [UInt8] {
    Array(texts.map { Sanitizer.visible($0) + "\n" }.joined().utf8)
  }
}

extension TextStyle {
  /// For standard output.
  static var output: TextStyle {
    TextStyle(
      isTerminal: Environment.outputIsTerminal, noColor: Environment.value("NO_COLOR"),
      term: Environment.value("TERM"))
  }
}
