/// The limit that a message exceeds, and by how much. Counting stops there, so the message may contain more.
public struct DecodeExcess: Hashable, Sendable, CustomStringConvertible {
  /// A limit for decoding.
  public enum Limit: Hashable, Sendable {
    /// The memory for all decoded values, in bytes.
    case decodedSize
    /// The memory for one element of a list during its conversion, or for a message that is not a list, in bytes.
    case elementSize
    /// The nesting depth of messages.
    case depth
  }

  /// The limit that the message exceeds.
  public let limit: Limit
  /// The counted value in the limit's unit.
  public let count: Int
  /// The allowed value in the limit's unit.
  public let allowed: Int
  /// The number of list and map elements counted, at all levels.
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

  /// The excess in one line.
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
