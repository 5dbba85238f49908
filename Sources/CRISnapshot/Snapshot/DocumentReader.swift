internal import CRIJSON
internal import CRIMessages
internal import CRIProtobuf

/// Reads values from a document; its errors name the value that is missing or wrong.
struct DocumentReader {
  let root: JSON
  private let path: DocumentPath

  init(_ root: JSON) { self.init(root, path: .root) }

  private init(_ root: JSON, path: DocumentPath) {
    self.root = root
    self.path = path
  }

  func string(_ key: String) throws(SnapshotError) -> String {
    guard let value = root[key]?.stringValue else { throw malformed(key) }
    return value
  }

  /// Returns nil if the value is missing or null; a value of a different type is an error.
  func optional<T>(_ key: String, _ take: (JSON) -> T?) throws(SnapshotError) -> T? {
    guard let found = root[key], !found.isNull else { return nil }
    guard let value = take(found) else { throw malformed(key) }
    return value
  }

  func strings(_ key: String) throws(SnapshotError) -> [String] {
    try array(key) { (item) throws(SnapshotError) in
      try item.string()
    }
  }

  /// Reads the current value as a string.
  func string() throws(SnapshotError) -> String {
    guard let text = root.stringValue else { throw .malformed("\(path)") }
    return text
  }

  func object(_ key: String) throws(SnapshotError) -> DocumentReader {
    guard let value = root[key], value.objectValue != nil else { throw malformed(key) }
    return DocumentReader(value, path: at(key))
  }

  /// Reads an optional value that has members.
  func optionalMember<T>(
    _ key: String, _ read: (DocumentReader) throws(SnapshotError) -> T
  ) throws(SnapshotError) -> T? {
    guard let value = root[key], !value.isNull else { return nil }
    return try read(DocumentReader(value, path: at(key)))
  }

  func array<T>(
    _ key: String, _ read: (DocumentReader) throws(SnapshotError) -> T
  ) throws(SnapshotError) -> [T] {
    try DocumentReader(root[key] ?? .null, path: at(key)).elements(read)
  }

  /// Reads the current value as an array.
  func elements<T>(_ read: (DocumentReader) throws(SnapshotError) -> T) throws(SnapshotError) -> [T] {
    guard let values = root.arrayValue else { throw .malformed("\(path)") }
    var items: [T] = []
    items.reserveCapacity(values.count)
    for (index, value) in values.enumerated() {
      items.append(try read(DocumentReader(value, path: .index(index, in: path))))
    }
    return items
  }

  /// Reads an integer.
  func number<N: FixedWidthInteger>(_ key: String) throws(SnapshotError) -> N {
    guard let value = root[key]?.uintValue.flatMap({ N(exactly: $0) }) else { throw malformed(key) }
    return value
  }

  func flag(_ key: String) throws(SnapshotError) -> Bool {
    guard let value = root[key]?.boolValue else { throw malformed(key) }
    return value
  }

  /// The error for a value at `key` that is missing or has the wrong type.
  func malformed(_ key: String) -> SnapshotError { .malformed("\(at(key))") }

  func message<M: CMessage>(_ key: String) throws(SnapshotError) -> M {
    guard let value = root[key] else { throw malformed(key) }
    return try DocumentReader(value, path: at(key)).message()
  }

  func messages<M: CMessage>(_ key: String) throws(SnapshotError) -> [M] {
    try array(key) { (item) throws(SnapshotError) in try item.message() }
  }

  private func message<M: CMessage>() throws(SnapshotError) -> M {
    do {
      // A newer `cri` may have written fields that this version does not know; this is not a reason to reject the rest.
      return try M(json: root, .lenient)
    } catch {
      throw .malformed("\(path): \(error)")
    }
  }

  private func at(_ key: String) -> DocumentPath { .key(key, in: path) }
}

/// The path to a value. It becomes text only in an error.
private indirect enum DocumentPath: CustomStringConvertible {
  case root
  case key(String, in: DocumentPath)
  case index(Int, in: DocumentPath)

  var description: String {
    switch self {
    case .root: ""
    case .key(let key, .root): key
    case .key(let key, let parent): "\(parent).\(key)"
    case .index(let index, let parent): "\(parent)[\(index)]"
    }
  }
}

extension JSON {
  /// A pid.
  var pid: Int32? { intValue.flatMap { Int32(exactly: $0) } }

  package init(optional value: String?) { self = value.map { .string($0) } ?? .null }
  package init(optional value: (some BinaryInteger)?) { self = value.map { JSON($0) } ?? .null }
}
