/// A message of the Container Runtime Interface: a plain value with a Swift property for each field.
///
/// What a newer version of the interface adds is not lost: enum numbers that are not known stay numbers, and fields that
/// are not known are kept in `unknownFields` and written back.
public protocol Message: Hashable, Sendable, CustomStringConvertible {
  /// The full name in the interface: `runtime.v1.Container`.
  static var protoName: String { get }

  /// The properties that `description` prints as `<redacted>`.
  static var secretProperties: Set<String> { get }

  /// What a newer version of the interface put into this message, in wire format.
  var unknownFields: UnknownFields { get set }
}

extension Message {
  public static var secretProperties: Set<String> { [] }
}
