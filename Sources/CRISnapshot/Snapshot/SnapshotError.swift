public import CRIJSON

/// Why a file is no snapshot that can be used.
public enum SnapshotError: Error, Hashable, Sendable {
  case empty
  /// Cut short, or something else entirely.
  case notJSON(JSONError)
  /// JSON, of another kind.
  case notASnapshot
  /// Written by a newer version of this tool.
  case newerSchema(Int, supported: Int)
  /// A field is missing or not what it should be; its path.
  case malformed(String)
  /// Two objects have one ID.
  case duplicate(ObjectName.Kind, id: String)
  /// More objects than a node can have.
  case tooManyObjects(Int, limit: Int)
}

extension SnapshotError: CustomStringConvertible {
  public var description: String {
    switch self {
    case .empty: "is empty: the snapshot was never written; take it again"
    case .notJSON(let error): "is no JSON, or cut short: \(error); take the snapshot again"
    case .notASnapshot: "is JSON, but no snapshot of cri (its kind is not cri-snapshot)"
    case .newerSchema(let schema, let supported):
      "has schema \(schema), this cri reads up to \(supported): use the cri that wrote it, or a newer one"
    case .duplicate(let kind, let id):
      "lists the \(kind.rawValue) \(id.prefix(64)) more than once and cannot be compared; take the snapshot again"
    case .tooManyObjects(let count, let limit):
      "has \(count) objects, more than a node can have (\(limit)); take the snapshot again"
    case .malformed(let path): "is damaged at \(path); take the snapshot again"
    }
  }
}
