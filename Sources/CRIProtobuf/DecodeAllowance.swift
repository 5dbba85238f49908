/// The limits for decoding one message, and what is decoded.
package struct DecodeAllowance: Sendable {
  /// The memory for all decoded values, in bytes.
  package var decodedSize: Int
  /// The memory for the C structs and documents of one element of a list, or of a message that is not a list, in bytes.
  package var elementSize: Int
  /// The memory for the arena, in bytes.
  package var arenaSize: Int
  /// The maximum nesting depth of messages.
  package var depth: Int
  /// The memory that an element of a list takes in a printed table besides its value, in bytes.
  package var renderedElement: Int
  /// The time after which the response is no longer useful; nil for no limit.
  package var deadline: ContinuousClock.Instant?
  /// The keys of the map entries that are decoded; nil for all. The limits apply as if all were decoded.
  package var mapKeys: [String]?
}
