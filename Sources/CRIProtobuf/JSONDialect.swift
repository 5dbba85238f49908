/// How strictly a JSON document is decoded as a message.
package enum JSONDialect: Hashable, Sendable {
  /// protobuf's JSON. An unknown field is an error.
  case protobuf
  /// protobuf's JSON of a newer version of the CRI. Unknown fields are ignored.
  case newer
  /// Documents that people write for crictl. They may also have names in any case, short names of enums (`UDP`, `PRIVATE`),
  /// wrappers without braces, bytes as plain text, and numbers and Booleans in place of strings.
  case handwritten
}
