internal import CRIJSON
package import CRIProtobuf

/// A value before and after a change, or in the runtime and on disk.
package typealias ValuePair = (before: FindingValue, after: FindingValue)

extension FindingValue {
  /// The fields that are set in a message, at any depth. Zero values are omitted, because older runtimes do not report
  /// them.
  package static func fields(of message: (some CMessage)?) -> FindingValue {
    guard let message else { return .none }
    var fields: [KeyedValue] = []
    func visit(_ value: JSON, _ name: String) {
      if let members = value.objectValue {
        for (key, member) in members { visit(member, key) }
      } else if !["", "0", "false", "[]"].contains(value.stringValue ?? value.text()) {
        fields.append(KeyedValue(name, value.stringValue ?? value.text()))
      }
    }
    visit(message.json(), "")
    return fields.isEmpty ? .none : .fields(fields)
  }

  /// A pod's interfaces before and after: their addresses, or the whole interfaces if the addresses are equal.
  /// - Returns: nil if nothing differs.
  package static func difference(_ before: [NetworkInterface], _ after: [NetworkInterface]) -> ValuePair? {
    func addressed(_ interfaces: [NetworkInterface]) -> [NetworkInterface] {
      interfaces.filter { !$0.addresses.isEmpty }
    }
    func addresses(_ interfaces: [NetworkInterface]) -> [[String]] {
      addressed(interfaces).map { [$0.name] + $0.plain.addresses }
    }
    func value(_ interfaces: [NetworkInterface], isWhole: Bool) -> FindingValue {
      let shown = isWhole ? interfaces : addressed(interfaces)
      return shown.isEmpty ? .none : .interfaces(shown, isWhole: isWhole)
    }
    if before.map(\.plain) == after.map(\.plain) { return nil }
    let isWhole = addresses(before) == addresses(after)
    return (value(before, isWhole: isWhole), value(after, isWhole: isWhole))
  }

  /// The entries of the first map that are missing from the second one or have a different value there.
  /// - Returns: nil if every entry is unchanged.
  package static func lost(
    _ before: StringMap, _ after: StringMap, where isIncluded: (String) -> Bool = { _ in true }
  ) -> ValuePair? {
    let changed = before.filter { isIncluded($0.key) && after[$0.key] != $0.value }
    guard !changed.isEmpty else { return nil }
    return (
      .entries(changed.map { KeyedValue($0.key, $0.value) }),
      .entries(changed.map { KeyedValue($0.key, after[$0.key]) })
    )
  }
}
