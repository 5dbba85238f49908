package import CRIDoctor
package import CRIJSON
internal import CRIMessages
internal import CRIProtobuf
internal import CRISnapshot
internal import CRIText

extension PodStory {
  /// Returns the story as the document that `cri doctor POD -o json` prints.
  package func json(text: ReportText = .english) -> JSON {
    [
      "kind": "cri-pod-story", "schema": JSON(Self.schema), "namespace": .string(pod.namespace),
      "pod": .string(pod.name), "uid": .string(pod.uid),
      "events": .array(
        events.map { event in
          var object: JSONObject = [
            "time": JSON(optional: event.time.map { "\($0)" }), "object": event.object.json,
            "event": .string(event.kind.code), "what": .string(text.event(event.kind)),
          ]
          if case .containerExited(_, let code, let reason, _) = event.kind {
            object["exitCode"] = JSON(code)
            object["exitReason"] = .string(reason)
          }
          if case .addresses(let addresses) = event.kind {
            object["addresses"] = .array(addresses.map { .string($0) })
          }
          return .object(object)
        }),
    ]
  }

  /// Returns the story as a table, without colours.
  package func text(text: ReportText = .english) -> String {
    var table = Table(["TIME", "OBJECT", "EVENT"])
    for event in events {
      let time = event.time.map { "\($0)" } ?? text.now
      let name = event.object.kind == .container ? event.object.name : text.sandboxName(ReportText.id(event.object.id))
      table.append([time, name, text.event(event.kind)])
    }
    return table.text(.plain, showingHeaders: true)
  }
}

extension PodStory.Event.Kind {
  /// The stable name in documents.
  fileprivate var code: String {
    switch self {
    case .sandboxCreated: "sandbox-created"
    case .addresses: "addresses"
    case .containerCreated: "container-created"
    case .containerStarted: "container-started"
    case .containerExited: "container-exited"
    case .logged: "log-line"
    case .sandboxState: "sandbox-state"
    case .containerState: "container-state"
    case .detailsUnknown: "details-unknown"
    }
  }
}

extension ReportText {
  /// The time of what is true at present.
  var now: String { worded("now") }

  func sandboxName(_ id: String) -> String { worded("sandbox \(id)") }

  /// What happened, in one line.
  func event(_ kind: PodStory.Event.Kind) -> String {
    switch kind {
    case .sandboxCreated(let attempt): worded("created\(Self.text(ofAttempt: attempt))")
    case .addresses(let addresses): worded("has \(Self.list(addresses))")
    case .containerCreated(let attempt): worded("created\(Self.text(ofAttempt: attempt))")
    case .containerStarted(let attempt): worded("started\(Self.text(ofAttempt: attempt))")
    case .containerExited(_, let code, let reason, let message):
      worded("exited with \(code)" + Self.details([reason, message]))
    case .logged(let line): worded("log: \(line)")
    case .sandboxState(let isReady): worded(isReady ? "ready" : "not ready")
    case .containerState(let state): worded(Self.name(of: state))
    case .detailsUnknown(let reason): worded("its details could not be read: \(Self.text(of: reason))")
    }
  }

  private static func text(ofAttempt attempt: UInt32) -> String { attempt == 0 ? "" : " (attempt \(attempt))" }

  private static func details(_ texts: [String]) -> String {
    texts.filter { !$0.isEmpty }.map { ": \($0)" }.joined()
  }
}
