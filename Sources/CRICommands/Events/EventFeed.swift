internal import CRI
internal import CRICommandLine
internal import CRISystem
internal import CRIText

/// Writes the events of a runtime as they arrive, and reports interruptions on standard error.
struct EventFeed: Sendable {
  let client: Client

  /// Ends only by throwing an error.
  func run(_ write: (ContainerEventResponse) throws -> Void) async throws {
    do {
      for try await element in client.runtime.events() {
        switch element {
        case .event(let event), .derived(let event): try write(event)
        case .interrupted(let error):
          let reason = error.map { "\($0)" } ?? "the event stream ended"
          try printNotice("\(client.endpoint): \(reason); waiting for the runtime; events may be missed")
        case .resumed(let count):
          try printNotice("\(client.endpoint): the runtime responds again; \(Self.words(count)) from its current lists")
        }
      }
    } catch let error as RPCError {
      if error.code == .noEvents { throw Self.noEvents }
      guard error.isUnknownMethod || error.isUnknownService, error.method?.hasSuffix("/GetContainerEvents") == true
      else { throw Failure(error, client.endpoint) }
      throw Failure(
        .failed,
        "the runtime does not implement GetContainerEvents; containerd 1.7 and later do, and CRI-O does if its "
          + "configuration has enable_pod_events = true; use cri ps --watch instead")
    }
  }

  private static let noEvents = Failure(
    .failed,
    "the runtime ends each stream of events immediately; CRI-O does so unless its configuration has "
      + "enable_pod_events = true in [crio.runtime]; use cri ps --watch instead")

  private static func words(_ count: Int) -> String {
    count == 1 ? "1 event is derived" : "\(count) events are derived"
  }

  private func printNotice(_ words: String) throws {
    try StandardStream.error.write("cri: \(Sanitizer.visible(words))\n")
  }
}
