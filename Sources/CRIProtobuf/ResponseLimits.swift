/// The memory that a response may take, in proportion to its size. Every limit on responses is defined here.
///
/// A normal response is mostly text and grows little when it is decoded. A hostile one is mostly structure: an empty
/// element takes two bytes on the wire and several hundred as a value. `docs/limits.md` explains the numbers.
package struct ResponseLimits: Hashable, Sendable {
  /// The memory that the decoded values of any response may take, in bytes.
  package var decodedBase = 8 << 20
  /// The additional memory that decoded values may take for each byte of the response.
  package var decodedPerByte = 2
  /// The memory that one element of a list may take while it is converted (its C structs and its JSON document), in
  /// bytes.
  package var elementBase = 6 << 20
  /// The additional memory that a list element may take while it is converted, for each byte of the response.
  package var elementPerByte = 1
  /// The maximum nesting depth of messages; the CRI itself has eight levels.
  package var depth = 32
  /// The memory that an element of a list takes in a printed table, in bytes.
  package var renderedElement = 384

  package init() {}

  /// Returns the limits for a message of this size.
  package func allowance(forBytes count: Int, deadline: ContinuousClock.Instant? = nil) -> DecodeAllowance {
    let elementSize = elementBase + elementPerByte * count
    return DecodeAllowance(
      decodedSize: decodedBase + decodedPerByte * count, elementSize: elementSize,
      // The estimate for an element counts its text only once, but protobuf-c makes another copy.
      arenaSize: elementSize + count, depth: depth, renderedElement: renderedElement, deadline: deadline)
  }
}
