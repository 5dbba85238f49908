extension JSON {
  /// The document as UTF-8; `pretty` indents by two spaces. No line feed at the end.
  public func bytes(pretty: Bool = false) -> [UInt8] {
    var writer = JSONWriter(pretty ? .pretty : .compact)
    writer.value(self)
    return writer.bytes
  }

  /// The document as text; see `bytes(pretty:)`.
  public func text(pretty: Bool = false) -> String {
    String(decoding: bytes(pretty: pretty), as: UTF8.self)
  }

  /// The same document with the members of all its objects sorted by key, at all levels.
  public func sortedKeys() -> JSON {
    switch self {
    case .array(let elements): .array(elements.map { $0.sortedKeys() })
    case .object(let object): .object(object.sortedByKey().mapValues { $0.sortedKeys() })
    default: self
    }
  }
}

extension JSON: CustomStringConvertible {
  /// The document on one line.
  public var description: String { text() }
}
