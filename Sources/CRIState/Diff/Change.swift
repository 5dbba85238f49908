public import CRIJSON

/// One thing that is otherwise in the second of two snapshots.
public struct Change: Hashable, Sendable {
  public enum Kind: String, Hashable, Sendable { case added, removed, changed }

  public var kind: Kind
  public var object: ObjectName
  /// Path in the document, such as `network.ip`; empty where the whole object came or went.
  public var field: String
  /// The field as a person calls it, such as `ip`.
  public var words: String
  public var before: JSON
  public var after: JSON
  /// It changes by itself, or with every restart.
  public var isVolatile: Bool

  /// The change without its object: `ip 10.42.0.3 → none`.
  public var text: String {
    switch kind {
    case .added: "added"
    case .removed: "removed"
    case .changed: "\(words) \(Self.text(before)) → \(Self.text(after))"
    }
  }

  /// The change as a JSON object.
  public var json: JSON {
    [
      "kind": .string(kind.rawValue), "object": object.json, "field": .string(field), "before": before,
      "after": after,
      "volatile": .bool(isVolatile),
    ]
  }

  private static func text(_ value: JSON) -> String {
    switch value {
    case .null: return "none"
    case .string(let text): return text.isEmpty ? "none" : text
    case .number(let text): return text
    case .bool(let flag): return flag ? "yes" : "no"
    case .array(let items):
      if items.isEmpty { return "none" }
      // Lists of addresses and names are read as such.
      let words = items.map { item in item.stringValue ?? item["ip"]?.stringValue }
      return words.contains(nil) ? value.text() : words.compactMap { $0 }.joined(separator: ", ")
    case .object(let members): return members.isEmpty ? "none" : value.text()
    }
  }
}
