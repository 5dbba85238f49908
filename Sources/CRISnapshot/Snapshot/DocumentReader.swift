internal import CRIJSON
internal import CRIMessages
internal import CRIProtobuf

/// Takes values out of a document and names the one that is missing or wrong.
struct DocumentReader {
  let root: JSON
  private let path: String

  init(_ root: JSON, path: String = "") {
    self.root = root
    self.path = path
  }

  func string(_ key: String) throws(SnapshotError) -> String {
    guard let value = root[key]?.stringValue else { throw .malformed(at(key)) }
    return value
  }

  /// nil where it is missing or null; what is there must be right.
  func optional<T>(_ key: String, _ take: (JSON) -> T?) throws(SnapshotError) -> T? {
    guard let found = root[key], !found.isNull else { return nil }
    guard let value = take(found) else { throw .malformed(at(key)) }
    return value
  }

  func strings(_ key: String) throws(SnapshotError) -> [String] {
    try array(key) { (item) throws(SnapshotError) in
      try item.string()
    }
  }

  /// Of what is a string itself.
  func string() throws(SnapshotError) -> String {
    guard let text = root.stringValue else { throw .malformed(path) }
    return text
  }

  func object(_ key: String) throws(SnapshotError) -> DocumentReader {
    guard let value = root[key], value.objectValue != nil else { throw .malformed(at(key)) }
    return DocumentReader(value, path: at(key))
  }

  /// The same for what has members of its own.
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

  /// Of what is an array itself.
  func elements<T>(_ read: (DocumentReader) throws(SnapshotError) -> T) throws(SnapshotError) -> [T] {
    guard let values = root.arrayValue else { throw .malformed(path) }
    var items: [T] = []
    for (index, value) in values.enumerated() {
      items.append(try read(DocumentReader(value, path: "\(path)[\(index)]")))
    }
    return items
  }

  /// A whole number.
  func number<N: FixedWidthInteger>(_ key: String) throws(SnapshotError) -> N {
    guard let value = root[key]?.uintValue.flatMap({ N(exactly: $0) }) else { throw .malformed(at(key)) }
    return value
  }

  func flag(_ key: String) throws(SnapshotError) -> Bool {
    guard let value = root[key]?.boolValue else { throw .malformed(at(key)) }
    return value
  }

  /// What is at `key` must be something else.
  func malformed(_ key: String) -> SnapshotError { .malformed(at(key)) }

  func message<M: CMessage>(_ key: String) throws(SnapshotError) -> M {
    guard let value = root[key] else { throw .malformed(at(key)) }
    return try DocumentReader(value, path: at(key)).message()
  }

  func messages<M: CMessage>(_ key: String) throws(SnapshotError) -> [M] {
    try array(key) { (item) throws(SnapshotError) in try item.message() }
  }

  private func message<M: CMessage>() throws(SnapshotError) -> M {
    do {
      // A newer runtime's fields, written by a newer version of this tool, are no reason to refuse the rest.
      return try M(json: root, .newer)
    } catch {
      throw .malformed("\(path): \(error)")
    }
  }

  private func at(_ key: String) -> String { path.isEmpty ? key : "\(path).\(key)" }
}

extension JSON {
  /// A process id.
  var pid: Int32? { intValue.flatMap { Int32(exactly: $0) } }

  package init(optional value: String?) { self = value.map { .string($0) } ?? .null }
  package init(optional value: (some BinaryInteger)?) { self = value.map { JSON($0) } ?? .null }
}
