/// A message of the Container Runtime Interface (CRI): a value type with a property for each field.
///
/// A message preserves what a newer version of the CRI has added: it stores unknown fields in `unknownFields` and
/// encodes them again, and enums accept unknown numbers.
public protocol Message: Hashable, Sendable, CustomStringConvertible {
  /// The full name in the CRI, such as `runtime.v1.Container`.
  static var protoName: String { get }

  /// The names of the properties that `description` prints as `<redacted>`.
  static var secretProperties: Set<String> { get }

  /// The fields of this message that this version of the CRI does not define, in wire format.
  var unknownFields: UnknownFields { get set }
}

extension Message {
  /// By default, no property is secret.
  public static var secretProperties: Set<String> { [] }
}
