public import CRIJSON

/// One difference between two snapshots.
public struct Change: Hashable, Sendable {
  public enum Kind: String, Hashable, Sendable { case added, removed, changed }

  public var kind: Kind
  public var object: ObjectName
  /// The path in the document, such as `network.ip`; empty if the whole object was added or removed.
  public var field: String
  public var before: JSON
  public var after: JSON
  /// Whether the field changes by itself, or with every restart.
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
