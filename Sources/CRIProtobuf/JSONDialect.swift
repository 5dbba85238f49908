/// How strictly a JSON document is decoded as a message.
package enum JSONDialect: Hashable, Sendable {
  /// protobuf's JSON, in which an unknown field is an error.
  case protobuf
  /// protobuf's JSON from a newer version of the CRI, in which unknown fields are ignored.
  case newer
  /// Documents that people write for crictl. They may also contain names in any case, short names of enums (`UDP`,
  /// `PRIVATE`), wrappers without braces, bytes as plain text, and numbers and Booleans in place of strings.
  case handwritten
}
