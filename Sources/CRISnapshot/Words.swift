internal import CRIJSON
internal import CRIMessages
package import CRIProtobuf

/// Values as a person reads them in a line.
package enum Words {
  package static func value(_ value: some Any) -> String {
    switch value {
    case let text as String: return text.isEmpty ? "none" : text
    case let list as [String]: return list.isEmpty ? "none" : list.joined(separator: ", ")
    case let number as Int32?: return number.map(String.init) ?? "none"
    case let text as String?: return text.map(Self.value) ?? "none"
    case let time as Timestamp: return time.isZero ? "none" : "\(time)"
    case let value as any OpenEnum: return name(value)
    default: return "\(value)"
    }
  }

  /// `not ready`, `SIGTERM`; `number 7` where this version has no name for it.
  static func name(_ value: some OpenEnum) -> String {
    guard value.protoName != nil else { return "number \(value.rawValue)" }
    if value is Signal { return "\(value)".uppercased() }
    return "\(value)".reduce(into: "") { $0 += $1.isUppercase ? " \($1.lowercased())" : "\($1)" }
  }

  /// An id, cut as crictl cuts it: a runtime's own have 64 digits.
  package static func id(_ id: String) -> String { id.utf8.count > 24 ? String(id.prefix(13)) : id }

  /// What is set in a message, at any depth: `cpuShares 100, memoryLimitInBytes 1048576`.
  package static func fields(_ message: (some CMessage)?) -> String {
    guard let message else { return "none" }
    var words: [String] = []
    func visit(_ value: JSON, _ name: String) {
      if let members = value.objectValue {
        for (key, member) in members { visit(member, key) }
      } else if !["", "0", "false", "[]"].contains(value.stringValue ?? value.text()) {
        words.append("\(name) \(value.stringValue ?? value.text())")
      }
    }
    visit(message.json(), "")
    return words.isEmpty ? "none" : words.joined(separator: ", ")
  }

  /// What a pod's interfaces were and are: addresses say most, all of it where they are the same. nil where nothing is
  /// told otherwise.
  package static func changed(_ before: [NetworkInterface], _ after: [NetworkInterface]) -> (
    before: String, after: String
  )? {
    for isWhole in [false, true] {
      let (was, now) = (interfaces(before, isWhole), interfaces(after, isWhole))
      if was != now { return (value(was), value(now)) }
    }
    return nil
  }

  private static func interfaces(_ interfaces: [NetworkInterface], _ isWhole: Bool) -> [String] {
    interfaces.filter { isWhole || !$0.addresses.isEmpty }.map {
      ([$0.name] + (isWhole ? [$0.mac, $0.sandbox].filter { !$0.isEmpty } : []) + $0.addresses).joined(separator: " ")
    }
  }

  /// What `after` lacks or has otherwise, as `key=value` pairs; nil where every pair of `before` is still there.
  package static func lost(
    _ before: StringMap, _ after: StringMap, where isMeant: (String) -> Bool = { _ in true }
  ) -> (before: String, after: String)? {
    let changed = before.filter { isMeant($0.key) && after[$0.key] != $0.value }
    guard !changed.isEmpty else { return nil }
    return (
      changed.map { "\($0.key)=\($0.value)" }.joined(separator: ", "),
      changed.map { pair in after[pair.key].map { "\(pair.key)=\($0)" } ?? "none" }.joined(separator: ", ")
    )
  }
}
