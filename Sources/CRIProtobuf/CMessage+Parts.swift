/// Splits a message that is a list into parts.
extension CMessage {
  /// Whether the message's only field is a list of messages.
  package static var isList: Bool { elements.count == 1 && schema.fields.count == 1 }

  /// The number of elements of the message's first list.
  package var elementCount: Int { Self.elements.first?.count(self) ?? 0 }

  /// Returns the message with only these elements of its first list.
  package func part(_ range: Range<Int>) -> Self { Self.elements.first?.part(self, range) ?? self }
}
