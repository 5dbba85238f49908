internal import CRIJSON

extension Reading {
  /// What `value` makes of the answer, or `{"unread": WHY, "errno": NUMBER}`.
  func json(_ value: (Value) -> JSON) -> JSON {
    switch self {
    case .read(let answer): return value(answer)
    case .unread(let reason):
      var object: JSONObject = ["unread": .string(reason.words)]
      if let code = reason.code { object["errno"] = JSON(code) }
      return .object(object)
    }
  }

  init(
    _ reader: DocumentReader, _ value: (DocumentReader) throws(SnapshotError) -> Value
  ) throws(SnapshotError) {
    if let words = reader.root["unread"]?.stringValue {
      let code = try reader.optional("errno") { $0.intValue.flatMap { Int32(exactly: $0) } }
      self = .unread(UnreadReason(code: code, words))
    } else {
      self = .read(try value(reader))
    }
  }
}

extension DocumentReader {
  func reading<Value>(
    _ key: String, _ value: (DocumentReader) throws(SnapshotError) -> Value
  ) throws(SnapshotError) -> Reading<Value>? {
    try optionalMember(key) { (member) throws(SnapshotError) in try Reading(member, value) }
  }
}
