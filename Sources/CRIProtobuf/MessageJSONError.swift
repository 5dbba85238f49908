/// Where and why a document is not the message that it should be.
public struct MessageJSONError: Error, Hashable, Sendable, CustomStringConvertible {
  public enum Problem: Hashable, Sendable {
    /// What the field takes and what is there instead, in words.
    case wrongType(expected: String, found: String)
    /// A name that the message does not have, and the nearest that it has.
    case unknownField(message: String, nearest: String?)
    /// A name or number that the enum does not have, and the nearest name that it has.
    case unknownValue(enumeration: String, nearest: String?)
    /// The same field twice, under both of its names.
    case repeatedField
    /// A number too large for its field.
    case outOfRange(type: String)
  }

  /// Where it is in the document: `containers[3].labels.app`; empty for the document itself.
  public let path: String
  public let problem: Problem

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
    case .repeatedField: "given twice"
    case .outOfRange(let type): "out of the range of \(type)"
    }
  }
}
