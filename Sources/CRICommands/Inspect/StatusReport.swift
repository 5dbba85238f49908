internal import CRI
internal import CRIJSON

/// What the runtime reports about one object.
protocol StatusReport: Sendable {
  /// What the runtime adds to the status: strings that may contain documents.
  var info: StringMap { get }

  /// The document, as crictl prints it: the status together with what the runtime adds.
  /// - Parameter limits: The remaining memory and time for the documents in `info`. A document that needs more remains
  ///   text.
  func document(_ limits: inout JSONLimits) -> JSON

  /// The text that crictl prints as a table; `verbose` includes what the runtime adds.
  func text(verbose: Bool) -> String
}

extension StatusReport {
  /// The size of the strings in `info`, in bytes.
  var infoSize: Int { info.reduce(0) { $0 + $1.value.utf8.count } }
}

enum StatusDocument {
  /// The status, and each entry of `info` under its own name.
  static func make(status: JSON, info: StringMap, _ limits: inout JSONLimits) -> JSON {
    var members = JSONObject()
    for (key, text) in info { members[key] = value(ofInfo: text, &limits) }
    // An entry with the name "status" must not hide the status.
    if let info = members["status"] { members["info.status"] = info }
    members["status"] = status
    return .object(members)
  }

  /// The object that the text contains, as most entries do; otherwise the text, without the quotes that CRI-O adds.
  static func value(ofInfo text: String) -> JSON {
    var limits = JSONLimits(forTextsOf: text.utf8.count)
    return value(ofInfo: text, &limits)
  }

  private static func value(ofInfo text: String, _ limits: inout JSONLimits) -> JSON {
    if text.hasPrefix("{"), let document = try? JSON.parse(text, within: &limits) { return document }
    guard !text.hasPrefix("{") else { return .string(text) }
    let end = text.utf8.lastIndex { $0 != UInt8(ascii: "\"") }.map { text.utf8.index(after: $0) }
    return .string(String(text[..<(end ?? text.startIndex)].drop { $0 == "\"" }))
  }

  /// The entries of `info`, in the format in which Go prints a map.
  static func text(ofInfo info: StringMap) -> String {
    "map[" + info.map { "\($0.key):\($0.value)" }.joined(separator: " ") + "]"
  }
}

extension CMessage {
  /// The message as protobuf's JSON, but with `null` for each message that is not set.
  func jsonWithNulls() -> JSON {
    var document = json()
    for field in Self.schema.fields where document[field.jsonName] == nil { document[field.jsonName] = .null }
    return document
  }
}

extension Details {
  /// The text without the empty line at the end, which crictl prints only in lists.
  var textWithoutEmptyLine: String { String(text.dropLast()) }
}
