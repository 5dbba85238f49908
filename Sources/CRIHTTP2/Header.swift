/// One header or trailer field. The name is in lower case (RFC 9113, section 8.2).
package struct Header: Hashable, Sendable {
  package var name: String
  package var value: String

  package init(_ name: String, _ value: String) {
    self.name = name
    self.value = value
  }
}

extension [Header] {
  /// The value of the first field with this name; nil if no field has this name.
  package subscript(_ name: String) -> String? { first { $0.name == name }?.value }
}
