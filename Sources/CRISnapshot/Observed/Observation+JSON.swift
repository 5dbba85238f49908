internal import CRIJSON

extension Observation {
  /// Returns the fact as `value` encodes it, or `{"unknown": REASON}`.
  func json(_ value: (Value) -> JSON) -> JSON {
    switch self {
    case .known(let fact): value(fact)
    case .unknown(let reason): ["unknown": reason.json]
    }
  }

  init(
    _ reader: DocumentReader, _ value: (DocumentReader) throws(SnapshotError) -> Value
  ) throws(SnapshotError) {
    if let reason = try reader.optionalMember("unknown", UnknownReason.init) {
      self = .unknown(reason)
    } else if let text = reader.root["unread"]?.stringValue {
      // In schema 1, the reason is text.
      let errno = try reader.optional("errno") { $0.intValue.flatMap { Int32(exactly: $0) } }
      self = .unknown(UnknownReason(.recorded, errno: errno, message: text))
    } else {
      self = .known(try value(reader))
    }
  }
}

extension DocumentReader {
  func observation<Value>(
    _ key: String, _ value: (DocumentReader) throws(SnapshotError) -> Value
  ) throws(SnapshotError) -> Observation<Value>? {
    try optionalMember(key) { (member) throws(SnapshotError) in try Observation(member, value) }
  }
}
