extension JSON {
  /// Encodes the document as UTF-8, without a line feed at the end.
  /// - Parameter pretty: Writes one member or element per line, indented by two spaces per level.
  public func bytes(pretty: Bool = false) -> [UInt8] {
    var writer = JSONWriter(pretty ? .pretty : .compact)
    writer.value(self)
    return writer.bytes
  }

  /// Encodes the document as text; see `bytes(pretty:)`.
  public func text(pretty: Bool = false) -> String {
    String(decoding: bytes(pretty: pretty), as: UTF8.self)
  }

  /// Returns the document with the members of every object sorted by key, at all levels.
  public func sortedKeys() -> JSON {
    switch self {
    case .array(let elements): .array(elements.map { $0.sortedKeys() })
    case .object(let object): .object(object.sortedByKey().mapValues { $0.sortedKeys() })
    default: self
    }
  }
}

extension JSON: CustomStringConvertible {
  /// The document as text on one line.
  public var description: String { text() }
}
