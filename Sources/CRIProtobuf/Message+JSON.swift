public import CRIJSON

extension Message {
  /// Returns the message as protobuf's JSON, in the form that `cri` prints with `-o json`.
  ///
  /// Field names are in camelCase, and fields are in the order of their declaration. Map keys are sorted, 64-bit
  /// integers are strings, enums are names, and bytes are base64. An unset field has its zero value, but an unset
  /// message is left out. Unknown fields are left out. Secrets are included. The text is identical to that of Go's
  /// `protojson` with `EmitDefaultValues`.
  public func json() -> JSON {
    guard let message = self as? any CMessage else { preconditionFailure(Self.onlyGenerated) }
    return message.json()
  }

  /// Decodes a message from protobuf's JSON.
  ///
  /// Field names may be in camelCase or spelled as in the CRI. Enum values may be names or numbers, and integers may be
  /// numbers or strings. Bytes are base64, and `null` leaves a field unset.
  /// - Throws: `MessageJSONError` with the path of the value that is wrong, for example of an unknown field.
  public init(json: JSON) throws(MessageJSONError) { try self.init(json: json, ignoresUnknownFields: false) }

  /// Decodes a message from protobuf's JSON that may come from a newer version of the CRI.
  /// - Parameter ignoresUnknownFields: Whether to skip fields that this version does not know, instead of throwing.
  /// - Throws: `MessageJSONError` with the path of the value that is wrong.
  public init(json: JSON, ignoresUnknownFields: Bool) throws(MessageJSONError) {
    guard let type = Self.self as? any CMessage.Type else { preconditionFailure(Self.onlyGenerated) }
    guard let message = try type.init(json: json, ignoresUnknownFields ? .lenient : .protobuf) as? Self else {
      preconditionFailure(Self.onlyGenerated)
    }
    self = message
  }

  private static var onlyGenerated: String { "\(Self.self) is not a message of the CRI" }
}
