/// Which limit a message exceeds, and by how much. Counting stops there, so the message may hold more.
public struct DecodeExcess: Hashable, Sendable, CustomStringConvertible {
  public enum Limit: Hashable, Sendable {
    /// Memory for all decoded values, in bytes.
    case decodedSize
    /// Memory for one element of a list while it is converted, or for a message that is no list, in bytes.
    case elementSize
    /// Messages inside messages, in levels.
    case depth
  }

  public let limit: Limit
  /// What was counted, in the limit's unit.
  public let count: Int
  /// What is allowed, in the limit's unit.
  public let allowed: Int
  /// Elements of lists and maps that were counted, at every level.
  public let elements: Int
  /// The message's size on the wire, in bytes.
  public let size: Int

  package init(limit: Limit, count: Int, allowed: Int, elements: Int, size: Int) {
    self.limit = limit
    self.count = count
    self.allowed = allowed
    self.elements = elements
    self.size = size
  }

  public var description: String {
    switch limit {
    case .decodedSize:
      "\(elements) elements or more in \(size) bytes would take more than \(allowed) bytes of memory"
    case .elementSize:
      "one object, with up to \(elements) elements in \(size) bytes, would take more than \(allowed) bytes of memory"
    case .depth: "messages are nested more than \(allowed) levels deep"
    }
  }
}
