/// The reason why bytes cannot be decoded as a message.
public struct DecodeError: Error, Hashable, CustomStringConvertible {
  /// The kinds of reasons.
  public enum Reason: Hashable, Sendable {
    /// The bytes are truncated, have a field of the wrong wire type, or are not protobuf.
    case malformed
    /// There is not enough memory for the message.
    case outOfMemory
    /// The message contains more than its size justifies.
    case overLimit(DecodeExcess)
    /// The call's deadline passed while the response was decoded.
    case deadlineExceeded
  }

  /// The full name of the expected message, such as `runtime.v1.ListContainersResponse`.
  public let messageName: String
  /// Why the bytes cannot be decoded.
  public let reason: Reason

  /// Creates an error.
  public init(messageName: String, reason: Reason) {
    self.messageName = messageName
    self.reason = reason
  }

  /// The error in one line.
  public var description: String {
    switch reason {
    case .malformed: "not a valid \(messageName)"
    case .outOfMemory: "not enough memory to decode a \(messageName)"
    case .overLimit(let excess): "\(messageName): \(excess)"
    case .deadlineExceeded: "no time left to decode a \(messageName)"
    }
  }
}
