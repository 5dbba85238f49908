/// The reason why a JSON document cannot be decoded as a message, with the path of the value.
public struct MessageJSONError: Error, Hashable, Sendable, CustomStringConvertible {
  /// What is wrong with the value.
  public enum Problem: Hashable, Sendable {
    /// The value has the wrong type. Both values are phrases such as `an array`.
    case wrongType(expected: String, found: String)
    /// The message type has no field of this name. `nearest` is the most similar name that it has.
    case unknownField(message: String, nearest: String?)
    /// The enum has no value of this name. `nearest` is the most similar name that it has.
    case unknownValue(enumeration: String, nearest: String?)
    /// The document has the same field twice, under both of its names.
    case repeatedField
    /// The number is out of the range of the field's type.
    case outOfRange(type: String)
  }

  /// The path of the value, such as `containers[3].labels.app`; empty for the whole document.
  public let path: String
  /// What is wrong with the value.
  public let problem: Problem

  /// The error in one line.
  public var description: String {
    path.isEmpty ? explanation : "\(path): \(explanation)"
  }

  private var explanation: String {
    switch problem {
    case .wrongType(let expected, let found): "expected \(expected), found \(found)"
    case .unknownField(let message, let nearest):
      "\(message) has no such field" + (nearest.map { "; did you mean \"\($0)\"?" } ?? "")
    case .unknownValue(let enumeration, let nearest):
      "\(enumeration) has no such value" + (nearest.map { "; did you mean \"\($0)\"?" } ?? "")
    case .repeatedField: "the field is specified twice"
    case .outOfRange(let type): "out of the range of \(type)"
    }
  }
}
