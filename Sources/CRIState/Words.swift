internal import CRIMessages
internal import CRIProtobuf

/// Values as a person reads them in a line.
enum Words {
  static func value(_ value: some Any) -> String {
    switch value {
    case let text as String: return text.isEmpty ? "none" : text
    case let list as [String]: return list.isEmpty ? "none" : list.joined(separator: ", ")
    case let number as Int32?: return number.map(String.init) ?? "none"
    case let text as String?: return text.map(Self.value) ?? "none"
    case let time as Timestamp: return time.isZero ? "none" : "\(time)"
    default: return "\(value)"
    }
  }

  /// What `after` lacks or has otherwise, as `key=value` pairs; nil where every pair of `before` is still there.
  static func lost(_ before: StringMap, _ after: StringMap, except: Set<String> = []) -> (
    before: String, after: String
  )? {
    let changed = before.filter { !except.contains($0.key) && after[$0.key] != $0.value }
    guard !changed.isEmpty else { return nil }
    return (
      changed.map { "\($0.key)=\($0.value)" }.joined(separator: ", "),
      changed.map { pair in after[pair.key].map { "\(pair.key)=\($0)" } ?? "none" }.joined(separator: ", ")
    )
  }
}
