/// Bytes that are not the message that they should be.
public struct DecodeError: Error, Hashable, CustomStringConvertible {
  public enum Reason: Hashable, Sendable {
    /// Cut short, of the wrong wire type, or no protobuf at all.
    case malformed
    /// Memory ran out while reading it.
    case outOfMemory
  }

  /// The full name of the message that was expected: `runtime.v1.ListContainersResponse`.
  public let messageName: String
  public let reason: Reason

  public init(messageName: String, reason: Reason) {
    self.messageName = messageName
    self.reason = reason
  }

  public var description: String {
    switch reason {
    case .malformed: "not a valid \(messageName)"
    case .outOfMemory: "no memory to decode a \(messageName)"
    }
  }
}
