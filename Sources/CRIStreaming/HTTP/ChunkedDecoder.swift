/// Removes the chunked transfer coding from a body (RFC 9112, section 7.1).
struct ChunkedDecoder {
  private enum State { case size(UInt64, digits: Int), extensions(UInt64), data(UInt64), dataEnd(Int) }

  private var state = State.size(0, digits: 0)
  /// Whether the last chunk has been read, or the coding is so malformed that the rest cannot be decoded.
  private(set) var isComplete = false
  /// Whether the coding is malformed.
  private(set) var isMalformed = false

  /// Decodes bytes. Trailer fields are ignored.
  mutating func decode(_ bytes: [UInt8]) -> [UInt8] {
    var result: [UInt8] = []
    var rest = bytes[...]
    while !isComplete, let byte = rest.first {
      switch state {
      case .data(let remaining):
        let count = Int(min(remaining, UInt64(rest.count)))
        result += rest.prefix(count)
        rest = rest.dropFirst(count)
        state = remaining == UInt64(count) ? .dataEnd(0) : .data(remaining - UInt64(count))
        continue
      case .size(let size, let digits):
        if let digit = Character(UnicodeScalar(byte)).hexDigitValue, digits < 8 {
          state = .size(size << 4 | UInt64(digit), digits: digits + 1)
        } else if digits > 0, byte == UInt8(ascii: "\n") {
          endOfSize(size)
        } else if digits > 0, byte == UInt8(ascii: "\r") || byte == UInt8(ascii: ";") {
          state = .extensions(size)
        } else {
          (isComplete, isMalformed) = (true, true)
        }
      case .extensions(let size):
        if byte == UInt8(ascii: "\n") { endOfSize(size) }
      case .dataEnd(let read):
        guard byte == Array("\r\n".utf8)[read] else {
          (isComplete, isMalformed) = (true, true)
          break
        }
        state = read == 1 ? .size(0, digits: 0) : .dataEnd(1)
      }
      rest = rest.dropFirst()
    }
    return result
  }

  private mutating func endOfSize(_ size: UInt64) {
    if size == 0 { isComplete = true } else { state = .data(size) }
  }
}
