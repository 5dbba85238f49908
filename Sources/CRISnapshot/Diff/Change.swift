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
    case .changed: "\(words) \(FieldWords.value(before, of: field)) → \(FieldWords.value(after, of: field))"
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
}
