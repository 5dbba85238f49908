internal import CRI
internal import CRIJSON
internal import CRIRendering
internal import CRISystem

/// How a list is shown, once or again and again.
struct ListView<Text: ListText>: Sendable {
  let format: OutputChoice.Format
  /// nil for tables and names.
  let document: DocumentView?
  let isQuiet: Bool
  let isVerbose: Bool
  let order: SortOrder<Text.Element>?
  let isWatched: Bool
  /// From one picture to the next, where it is watched.
  var interval = Watch.interval

  /// Whether more is shown than the list says.
  var isWide: Bool { format == .wide }

  func sorted(_ elements: [Text.Element]) -> [Text.Element] { order?.apply(to: elements) ?? elements }

  /// Writes what `make` gives to standard output.
  func show(_ make: () async throws -> Text) async throws {
    guard isWatched else { return try write(try await make()) }
    try await Watch.run(every: interval) { try bytes(await make(), $0) }
  }

  private func write(_ text: Text) throws { try StandardStream.output.write(try bytes(text, .output)) }

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
