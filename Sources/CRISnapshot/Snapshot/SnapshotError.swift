public import CRIJSON

/// The reason why a file is not a usable snapshot.
public enum SnapshotError: Error, Hashable, Sendable {
  case empty
  /// The text is truncated or not JSON at all.
  case notJSON(JSONError)
  /// The text is JSON, but not a snapshot.
  case notASnapshot
  /// A newer version of this tool wrote it.
  case newerSchema(Int, supported: Int)
  /// A field, given by its path, is missing or has the wrong type.
  case malformed(String)
  /// Two objects have the same ID.
  case duplicate(ObjectName.Kind, id: String)
  /// More objects than a node can have.
  case tooManyObjects(Int, limit: Int)
  /// The values would take far more memory than a real snapshot of this size (in bytes) needs.
  case tooManyValues(size: Int)
}

extension SnapshotError: CustomStringConvertible {
  /// The error in the form of the end of a sentence that begins with the file's name.
  public var description: String {
    switch self {
    case .empty: "the file is empty; take the snapshot again"
    case .notJSON(let error): "it is not JSON, or is truncated: \(error); take the snapshot again"
    case .notASnapshot: "it is JSON, but not a snapshot (its kind is not cri-snapshot)"
    case .newerSchema(let schema, let supported):
      "it has schema \(schema), but this cri reads only schemas up to \(supported); use the cri that wrote it, or a later one"
    case .duplicate(let kind, let id):
      "it lists the \(kind.rawValue) \(id.prefix(64)) more than once and cannot be compared; take the snapshot again"
    case .tooManyObjects(let count, let limit):
      "it has \(count) objects, more than a node can have (\(limit)); take the snapshot again"
    case .tooManyValues(let size):
      "it has more values than a snapshot of \(size) bytes can have; take the snapshot again"
    case .malformed(let path): "it is damaged at \(path); take the snapshot again"
    }
  }
}
