/// How much memory an answer may take, in proportion to its size: the one place that bounds an answer.
///
/// An honest answer is mostly text, and grows little when it is decoded. A hostile one is mostly structure: an empty
/// element is two bytes on the wire, and several hundred as a value. `docs/limits.md` says how the numbers were chosen.
package struct AnswerLimits: Hashable, Sendable {
  /// Bytes of decoded values that any answer may take.
  package var decodedBase = 8 << 20
  /// And for each byte of the answer.
  package var decodedPerByte = 2
  /// Bytes that any one element of a list may take while it is converted: its C structs and its document.
  package var elementBase = 6 << 20
  /// And for each byte of the answer.
  package var elementPerByte = 1
  /// The deepest nesting of messages; the interface itself has eight levels.
  package var depth = 32
  /// What an element of a list takes in a table, in bytes.
  package var renderedElement = 384

  package init() {}

  /// What a message of this size may take.
  package func allowance(forBytes count: Int, deadline: ContinuousClock.Instant? = nil) -> DecodeAllowance {
    let elementSize = elementBase + elementPerByte * count
    return DecodeAllowance(
      decodedSize: decodedBase + decodedPerByte * count, elementSize: elementSize,
      // protobuf-c copies the text that the count of elements has already paid for once.
      arenaSize: elementSize + count, depth: depth, renderedElement: renderedElement, deadline: deadline)
  }
}
