internal import CRI
internal import CRIJSON

/// What the runtime says of one object.
protocol StatusReport: Sendable {
  /// As crictl's documents: the status, and beside it what the runtime adds.
  var document: JSON { get }

  /// As crictl's tables, which are texts; `verbose` with what the runtime adds.
  func text(verbose: Bool) -> String
}

enum StatusDocument {
  /// The status under its name, and the infos under theirs.
  static func make(status: JSON, info: StringMap) -> JSON {
    var members = JSONObject(info.map { ($0.key, value(ofInfo: $0.value)) })
    // An info of the same name must not hide the status.
    if let info = members["status"] { members["info.status"] = info }
    members["status"] = status
    return .object(members)
  }

  /// An object where the text is one, as infos are; else the text, without the quotes that CRI-O puts around it.
  static func value(ofInfo text: String) -> JSON {
    if text.hasPrefix("{"), let document = try? JSON.parse(text) { return document }
    guard !text.hasPrefix("{") else { return .string(text) }
    let end = text.utf8.lastIndex { $0 != UInt8(ascii: "\"") }.map { text.utf8.index(after: $0) }
    return .string(String(text[..<(end ?? text.startIndex)].drop { $0 == "\"" }))
  }

  /// The infos as Go prints a map.
  static func text(ofInfo info: StringMap) -> String {
    "map[" + info.map { "\($0.key):\($0.value)" }.joined(separator: " ") + "]"
  }
}

extension CMessage {
  /// As protobuf's JSON, but with `null` for each of its messages that is not set.
  func jsonWithNulls() -> JSON {
    var document = json()
    for field in Self.schema.fields where document[field.jsonName] == nil { document[field.jsonName] = .null }
    return document
  }
}

extension Details {
  /// Without the empty line at the end, which crictl has only in lists.
  var textWithoutEmptyLine: String { String(text.dropLast()) }
}
