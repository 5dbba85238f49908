/// Writes JSON as bytes, member by member, without building a document.
///
/// The output is safe to print to a terminal: the writer escapes control characters (C0, DEL, C1), line separators and
/// bidirectional overrides in strings. It does not escape `<`, `>` and `&`.
package struct JSONWriter {
  package enum Style: Hashable, Sendable {
    /// Without any white space.
    case compact
    /// One member or element per line, indented by two spaces per level, as Go's `json.MarshalIndent` does.
    case pretty
  }

  /// The bytes written so far.
  package private(set) var bytes: [UInt8] = []

  private let isPretty: Bool
  private var depth = 0
  private var isFirst = true
  private var isAfterKey = false

  /// Returns the bytes that were written since the last call and releases them, so that a long document needs little memory.
  package mutating func takeBytes() -> [UInt8] {
    defer { bytes = [] }
    return bytes
  }

  package init(_ style: Style = .compact, reservingBytes capacity: Int = 0) {
    isPretty = style == .pretty
    bytes.reserveCapacity(capacity)
  }

  // MARK: Containers

  package mutating func beginObject() { begin(UInt8(ascii: "{")) }

  package mutating func endObject() { end(UInt8(ascii: "}")) }

  package mutating func beginArray() { begin(UInt8(ascii: "[")) }

  package mutating func endArray() { end(UInt8(ascii: "]")) }

  /// Writes the key of the next value. Call it only inside an object.
  package mutating func key(_ name: String) {
    separate()
    quote(name)
    endKey()
  }

  /// Writes the key of the next value from UTF-8 bytes. Invalid UTF-8 becomes U+FFFD.
  package mutating func key(utf8 name: Span<UInt8>) {
    separate()
    quote(utf8: name)
    endKey()
  }

  private mutating func endKey() {
    bytes.append(UInt8(ascii: ":"))
    if isPretty { bytes.append(0x20) }
    isAfterKey = true
  }

  /// Writes the key of the next value, which must be ASCII without any character that needs an escape.
  /// - Parameters:
  ///   - count: The length of the key in bytes.
  ///   - copy: Appends the key.
  package mutating func key(unescaped count: Int, _ copy: (inout OutputSpan<UInt8>) -> Void) {
    let separator = takeSeparator()
    let isPretty = isPretty
    bytes.append(addingCapacity: separator.count + count + 4) { output in
      separator.write(to: &output)
      output.append(UInt8(ascii: "\""))
      copy(&output)
      output.append(UInt8(ascii: "\""))
      output.append(UInt8(ascii: ":"))
      if isPretty { output.append(0x20) }
    }
    isAfterKey = true
  }

  // MARK: Scalars

  package mutating func null() {
    separate()
    bytes.append(contentsOf: "null".utf8)
  }

  package mutating func bool(_ value: Bool) {
    separate()
    bytes.append(contentsOf: (value ? "true" : "false").utf8)
  }

  package mutating func string(_ text: String) {
    separate()
    quote(text)
  }

  /// Writes a string from UTF-8 bytes. Invalid UTF-8 becomes U+FFFD.
  package mutating func string(utf8 text: Span<UInt8>) {
    separate()
    quote(utf8: text)
  }

  /// Writes a string that must be ASCII without any character that needs an escape.
  /// - Parameters:
  ///   - count: The length of the string in bytes.
  ///   - copy: Appends the string.
  package mutating func string(unescaped count: Int, _ copy: (inout OutputSpan<UInt8>) -> Void) {
    let separator = takeSeparator()
    bytes.append(addingCapacity: separator.count + count + 2) { output in
      separator.write(to: &output)
      output.append(UInt8(ascii: "\""))
      copy(&output)
      output.append(UInt8(ascii: "\""))
    }
  }

  /// Writes a number without checking its syntax.
  package mutating func number(_ text: String) {
    separate()
    bytes.append(contentsOf: text.utf8)
  }

  package mutating func number(_ value: some FixedWidthInteger) {
    separate()
    digits(value)
  }

  /// Writes a number. Infinity and NaN become `null` because JSON cannot express them.
  package mutating func number(_ value: Double) {
    if value.isFinite { number(value.description) } else { null() }
  }

  /// Writes an integer in quotes, as protobuf's JSON mapping does for 64-bit integers.
  package mutating func quotedNumber(_ value: some FixedWidthInteger) {
    separate()
    bytes.append(UInt8(ascii: "\""))
    digits(value)
    bytes.append(UInt8(ascii: "\""))
  }

  /// Writes a complete document as the next value.
  package mutating func value(_ json: JSON) {
    switch json {
    case .null: null()
    case .bool(let value): bool(value)
    case .number(let text): number(text)
    case .string(let text): string(text)
    case .array(let elements):
      beginArray()
      for element in elements { value(element) }
      endArray()
    case .object(let object):
      beginObject()
      for (name, member) in object {
        key(name)
        value(member)
      }
      endObject()
    }
  }

  /// Writes a line feed, to end a document or to separate two documents.
  package mutating func newline() { bytes.append(0x0A) }

  // MARK: Layout

  private mutating func begin(_ bracket: UInt8) {
    separate()
    bytes.append(bracket)
    depth += 1
    isFirst = true
  }

  private mutating func end(_ bracket: UInt8) {
    precondition(depth > 0 && !isAfterKey, "endObject or endArray without its begin, or after a key without a value")
    depth -= 1
    if !isFirst { write(Separator(indent: isPretty ? 2 * depth : nil)) }
    bytes.append(bracket)
    isFirst = false
  }

  /// What separates a key or an element from the bracket or the value before it.
  private struct Separator {
    var hasComma = false
    /// The number of spaces after a line feed; nil for the same line.
    var indent: Int?

    var count: Int { (hasComma ? 1 : 0) + (indent.map { $0 + 1 } ?? 0) }

    func write(to output: inout OutputSpan<UInt8>) {
      if hasComma { output.append(UInt8(ascii: ",")) }
      guard let indent else { return }
      output.append(0x0A)
      output.append(repeating: 0x20, count: indent)
    }
  }

  /// Returns what must be written before the next key, element or value.
  private mutating func takeSeparator() -> Separator {
    if isAfterKey {
      isAfterKey = false
      return Separator()
    }
    guard depth > 0 else { return Separator() }
    let hasComma = !isFirst
    isFirst = false
    return Separator(hasComma: hasComma, indent: isPretty ? 2 * depth : nil)
  }

  private mutating func separate() { write(takeSeparator()) }

  private mutating func write(_ separator: Separator) {
    guard separator.count > 0 else { return }
    bytes.append(addingCapacity: separator.count) { separator.write(to: &$0) }
  }

  private mutating func digits(_ value: some FixedWidthInteger) {
    if value < 0 { bytes.append(UInt8(ascii: "-")) }
    // The CRI's integers have at most 64 bits, and thus at most 20 digits.
    var digits = InlineArray<20, UInt8>(repeating: 0)
    var start = digits.count
    var rest = UInt64(value.magnitude)
    repeat {
      let (quotient, remainder) = rest.quotientAndRemainder(dividingBy: 10)
      start -= 1
      digits[start] = UInt8(ascii: "0") + UInt8(truncatingIfNeeded: remainder)
      rest = quotient
    } while rest > 0
    bytes.append(addingCapacity: digits.count - start) { output in
      for position in start..<digits.count { output.append(digits[position]) }
    }
  }

  // MARK: Strings

  private mutating func quote(_ text: String) {
    let utf8 = text.utf8
    if Self.needsNoEscapes(utf8.span) { return copyQuoted(utf8.span) }
    bytes.append(UInt8(ascii: "\""))
    for scalar in text.unicodeScalars { append(scalar) }
    bytes.append(UInt8(ascii: "\""))
  }

  private mutating func copyQuoted(_ text: Span<UInt8>) {
    bytes.append(addingCapacity: text.count + 2) { output in
      output.append(UInt8(ascii: "\""))
      for position in text.indices { output.append(text[position]) }
      output.append(UInt8(ascii: "\""))
    }
  }

  private mutating func quote(utf8 text: Span<UInt8>) {
    if Self.needsNoEscapes(text, isASCIIOnly: true) { return copyQuoted(text) }
    var copy: [UInt8] = []
    copy.append(addingCapacity: text.count) { output in
      for position in text.indices { output.append(text[position]) }
    }
    quote(String(decoding: copy, as: UTF8.self))
  }

  /// Whether no character needs an escape. Beyond ASCII, all characters that need one begin with 0xC2 or 0xE2.
  private static func needsNoEscapes(_ text: Span<UInt8>, isASCIIOnly: Bool = false) -> Bool {
    for position in text.indices {
      let byte = text[position]
      if byte < 0x20 || byte == 0x22 || byte == 0x5C || byte >= 0x7F {
        if byte == 0xC2 || byte == 0xE2 || byte < 0x80 || isASCIIOnly { return false }
      }
    }
    return true
  }

  private mutating func append(_ scalar: Unicode.Scalar) {
    switch scalar {
    case "\"": escape("\"")
    case "\\": escape("\\")
    case "\n": escape("n")
    case "\r": escape("r")
    case "\t": escape("t")
    case "\u{8}": escape("b")
    case "\u{c}": escape("f")
    case "\0"..<" ", "\u{7f}"..."\u{9f}", "\u{2028}"..."\u{202e}", "\u{2066}"..."\u{2069}":
      escape("u")
      let hex = String(scalar.value, radix: 16)
      for _ in hex.utf8.count..<4 { bytes.append(UInt8(ascii: "0")) }
      bytes.append(contentsOf: hex.utf8)
    default:
      bytes.append(contentsOf: UTF8.encode(scalar) ?? UTF8.encodedReplacementCharacter)
    }
  }

  private mutating func escape(_ letter: Unicode.Scalar) {
    bytes.append(UInt8(ascii: "\\"))
    bytes.append(UInt8(truncatingIfNeeded: letter.value))
  }
}
