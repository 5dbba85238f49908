/// One header or trailer field, name in lower case (RFC 9113, section 8.2).
package struct Header: Hashable, Sendable {
  package var name: String
  package var value: String

  package init(_ name: String, _ value: String) {
    self.name = name
    self.value = value
  }
}

extension [Header] {
  /// The first value of a field.
  package subscript(_ name: String) -> String? { first { $0.name == name }?.value }
}
