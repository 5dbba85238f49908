/// What decoding a message may take.
package struct DecodeAllowance: Sendable {
  /// Bytes of all decoded values.
  package var decodedSize: Int
  /// Bytes of C structs and documents of any one element of a list, or of a message that is no list.
  package var elementSize: Int
  /// Bytes of the arena.
  package var arenaSize: Int
  /// Levels of messages inside messages.
  package var depth: Int
  /// Bytes that an element of a list takes in a table, besides its value.
  package var renderedElement: Int
  /// When the answer is of no use any more; nil: never.
  package var deadline: ContinuousClock.Instant?
}
