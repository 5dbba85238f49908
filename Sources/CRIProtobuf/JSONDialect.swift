/// How strictly a document is read as a message.
package enum JSONDialect: Hashable, Sendable {
  /// protobuf's JSON; a field that is not known is an error.
  case protobuf
  /// The same of a newer version of the interface: fields that are not known are passed over.
  case newer
  /// What people write for crictl, in YAML or JSON: besides, names in any case, enums by short names (`UDP`, `PRIVATE`),
  /// wrappers without their braces, bytes as plain text, numbers and booleans for strings.
  case handwritten
}
