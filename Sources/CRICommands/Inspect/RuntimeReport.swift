internal import CRI
internal import CRIJSON
internal import CRIText

/// What `info` says of the runtime.
struct RuntimeReport: StatusReport {
  let status: RuntimeStatus
  let answer: StatusResponse

  var document: JSON {
    var document = StatusDocument.make(status: status.json(), info: answer.info)
    if !answer.runtimeHandlers.isEmpty {
      document["runtimeHandlers"] = .array(answer.runtimeHandlers.map { $0.structTagJSON() })
    }
    if let features = answer.features { document["features"] = features.structTagJSON() }
    return document
  }

  /// The conditions; crictl has no such table.
  func text(verbose: Bool) -> String {
    var table = Table(["CONDITION", "STATUS", "REASON", "MESSAGE"], layout: .compact)
    for condition in status.conditions {
      table.append([condition.type, "\(condition.status)", condition.reason, condition.message])
    }
    return table.text()
  }
}

extension CMessage {
  /// As Go's encoding/json writes the message, which knows nothing of protobuf's JSON: names as in the interface,
  /// nothing for what is false or empty. For messages of flags, texts and other such messages.
  fileprivate func structTagJSON() -> JSON { Self.schema.withStructTags(json()) }
}

extension MessageSchema {
  fileprivate func withStructTags(_ document: JSON) -> JSON {
    var members = JSONObject()
    for field in fields {
      guard let value = document[field.jsonName], value != false, value != "" else { continue }
      if case .message(let schema) = field.kind {
        members[field.name] = schema.withStructTags(value)
      } else {
        members[field.name] = value
      }
    }
    return .object(members)
  }
}
