internal import CRI
internal import CRIText

/// An event on one line, in columns of fixed width.
struct EventLine {
  let event: ContainerEventResponse

  init(_ event: ContainerEventResponse) { self.event = event }

  static var header: String { line(["TIME", "TYPE", "ID", "POD", "CONTAINER"]) }

  func text(_ zone: TimeText.Zone) -> String {
    let status = event.podSandboxStatus
    let pod = status?.metadata.map { "\($0.namespace)/\($0.name)" } ?? "-"
    let container = event.containersStatuses.first { $0.id == event.containerID }?.metadata?.name
    // A pod's own events carry the pod's ID.
    let name = container ?? (status?.id == event.containerID ? "-" : "?")
    return Self.line([
      TimeText.rfc3339(nanoseconds: event.createdAt.nanoseconds / 1_000_000 * 1_000_000, in: zone), type,
      ShortID.of(event.containerID), pod, name,
    ])
  }

  private var type: String {
    switch event.containerEventType {
    case .created: "CREATED"
    case .started: "STARTED"
    case .stopped: "STOPPED"
    case .deleted: "DELETED"
    default: "\(event.containerEventType.rawValue)"
    }
  }

  private static let widths = [30, 9, 15, 40]

  private static func line(_ cells: [String]) -> String {
    var line = ""
    for (index, cell) in cells.enumerated() {
      let text = Sanitizer.visible(cell)
      line += text
      if index < widths.count {
        line += String(repeating: " ", count: max(2, widths[index] - text.unicodeScalars.count))
      }
    }
    return line + "\n"
  }
}
