/// The limit that a response exceeds, and by how much. Counting stops there, so the response may contain more.
public struct ResponseExcess: Hashable, Sendable {
  /// A limit for responses.
  public enum Limit: Hashable, Sendable {
    /// The memory for all values of the response, or of several responses that belong together, in bytes.
    case decodedSize
    /// The memory for one object of the response during its conversion, in bytes.
    case elementSize
    /// The nesting depth of messages.
    case depth
    /// The size on the wire of several responses that belong together, in bytes.
    case totalSize
  }

  /// The limit that the response exceeds.
  public let limit: Limit
  /// The counted value, in the limit's unit.
  public let count: Int
  /// The allowed value, in the limit's unit.
  public let allowed: Int
  /// The number of counted elements of lists and maps, at all levels; 0 if the limit is not about them.
  public let elements: Int
  /// The response's size on the wire, in bytes.
  public let size: Int

  /// Creates a value with the given properties.
  public init(limit: Limit, count: Int, allowed: Int, elements: Int, size: Int) {
    self.limit = limit
    self.count = count
    self.allowed = allowed
    self.elements = elements
    self.size = size
  }
}

extension ResponseExcess: CustomStringConvertible {
  /// The excess in one line, such as `16131 elements or more in 4000000 bytes would take more than 16388608 bytes of
  /// memory`.
  public var description: String {
    switch limit {
    case .decodedSize:
      "\(elements) elements or more in \(size) bytes would take more than \(allowed) bytes of memory"
    case .elementSize:
      "one object in a response of \(size) bytes would take more than \(allowed) bytes of memory"
    case .depth: "messages are nested more than \(allowed) levels deep"
    case .totalSize: "the responses together have more than \(allowed) bytes"
    }
  }
}
