/// How strictly a JSON document is decoded as a message.
package enum JSONDialect: Hashable, Sendable {
  /// protobuf's JSON, in which an unknown field is an error.
  case protobuf
  /// protobuf's JSON, in which unknown fields are ignored because they may come from a newer version of the CRI.
  case lenient
  /// Documents that people write for crictl. They may also contain names in any case, short names of enums (`UDP`,
  /// `PRIVATE`), wrapper messages (such as `Int64Value`) as plain values, bytes as plain text, and numbers and Booleans in place of strings.
  case handwritten
}
