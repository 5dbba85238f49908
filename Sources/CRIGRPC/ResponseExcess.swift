/// Which limit an answer exceeds, and by how much. Counting stops there, so the answer may hold more.
public struct ResponseExcess: Hashable, Sendable {
  /// A limit for responses.
  public enum Limit: Hashable, Sendable {
    /// Memory for everything that the answer holds, or several answers that belong together, in bytes.
    case decodedSize
    /// Memory for one object of the answer while it is converted, in bytes.
    case elementSize
    /// Messages inside messages, in levels.
    case depth
    /// The size on the wire of several answers that belong together, in bytes.
    case totalSize
  }

  /// The limit that the response exceeds.
  public let limit: Limit
  /// What was counted, in the limit's unit.
  public let count: Int
  /// What is allowed, in the limit's unit.
  public let allowed: Int
  /// Elements of lists and maps that were counted, at every level; 0 where the limit is not about them.
  public let elements: Int
  /// The answer's size on the wire, in bytes.
  public let size: Int

  /// Creates a value from its properties.
  public init(limit: Limit, count: Int, allowed: Int, elements: Int, size: Int) {
    self.limit = limit
    self.count = count
    self.allowed = allowed
    self.elements = elements
    self.size = size
  }
}

extension ResponseExcess: CustomStringConvertible {
  /// Such as `16131 elements or more in 4000000 bytes would take more than 16388608 bytes of memory`.
  public var description: String {
    switch limit {
    case .decodedSize:
      "\(elements) elements or more in \(size) bytes would take more than \(allowed) bytes of memory"
    case .elementSize:
      "one object in an answer of \(size) bytes would take more than \(allowed) bytes of memory"
    case .depth: "messages are nested more than \(allowed) levels deep"
    case .totalSize: "the answers together have more than \(allowed) bytes"
    }
  }
}
