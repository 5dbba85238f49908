public import CRIJSON

/// One difference between two snapshots.
public struct Change: Hashable, Sendable {
  /// Whether an object or a field was added, removed or changed.
  public enum Kind: String, Hashable, Sendable { case added, removed, changed }

  /// Whether the object or field was added, removed or changed.
  public var kind: Kind
  /// The object.
  public var object: ObjectName
  /// The path in the document, such as `network.ip`; empty if the whole object was added or removed.
  public var field: String
  /// The value in the earlier snapshot; null if the object or field was added.
  public var before: JSON
  /// The value in the later snapshot; null if the object or field was removed.
  public var after: JSON
  /// Whether the field changes on its own or with every restart.
  public var isVolatile: Bool

  /// The change as a JSON object.
  public var json: JSON {
    [
      "kind": .string(kind.rawValue), "object": object.json, "field": .string(field), "before": before,
      "after": after,
      "volatile": .bool(isVolatile),
    ]
  }
}
