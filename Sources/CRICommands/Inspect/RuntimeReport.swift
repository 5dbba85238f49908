internal import CRI
internal import CRIJSON
internal import CRIText

/// The report of `info` about the runtime.
struct RuntimeReport: StatusReport {
  let status: RuntimeStatus
  let response: StatusResponse

  var info: StringMap { response.info }

  func document(_ limits: inout JSONLimits) -> JSON {
    var document = StatusDocument.make(status: status.json(), info: info, &limits)
    if !response.runtimeHandlers.isEmpty {
      document["runtimeHandlers"] = .array(response.runtimeHandlers.map { $0.structTagJSON() })
    }
    if let features = response.features { document["features"] = features.structTagJSON() }
    return document
  }

  /// A table of the conditions, which crictl does not have.
  func text(verbose: Bool) -> String {
    var table = Table(["CONDITION", "STATUS", "REASON", "MESSAGE"], layout: .compact)
    for condition in status.conditions {
      table.append([condition.type, "\(condition.status)", condition.reason, condition.message])
    }
    return table.text()
  }
}

extension CMessage {
  /// The message as Go's encoding/json writes it, which does not support protobuf's JSON mapping: with the names of the
  /// CRI, and without false and empty values. It is for messages that contain only Booleans, strings and messages of
  /// the same kind.
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
