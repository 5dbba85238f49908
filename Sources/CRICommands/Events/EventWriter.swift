internal import CRI
internal import CRICommandLine
internal import CRISystem

/// Writes each event immediately.
struct EventWriter {
  /// nil for one line per event.
  let document: DocumentView?
  var zone = TimeText.Zone.local
  private var isFirst = true

  init(document: DocumentView?) { self.document = document }

  mutating func write(_ event: ContainerEventResponse) throws {
    defer { isFirst = false }
    guard let document else {
      let header = isFirst ? EventLine.header : ""
      return try StandardStream.output.write(header + EventLine(event).text(zone))
    }
    if case .json = document { return try StandardStream.output.write(ListOutput.json(event)) }
    let text: String
    do throws(Failure) {
      text = try document.text(of: event.json(), elements: [])
    } catch {
      // A path that this event does not have may exist in the next one.
      return try StandardStream.error.write(error.line)
    }
    // Without a separator, documents would run into each other.
    var separator = ""
    if case .yaml = document, !isFirst { separator = document.separator }
    try StandardStream.output.write(separator + text)
  }
}
