/// Splits a body into messages. Each message has a prefix of five bytes: a flag (0: uncompressed, 1: compressed) and
/// the length in four bytes (gRPC over HTTP/2, "Length-Prefixed-Message").
struct MessageAssembler {
  enum Failure: Error, Hashable {
    /// A message is compressed.
    case compressed
    /// The flag is neither 0 nor 1: the previous message is longer than its prefix says, or the bytes are not a prefix.
    case badFlag(UInt8)
    /// A message is larger than the limit; the size is in bytes.
    case tooLarge(size: Int)
    /// The body ended inside a prefix or a message. `missing` is the number of missing bytes.
    case truncated(missing: Int)
  }

  private static let prefixLength = 5
  /// The largest accepted message, in bytes.
  let limit: Int
  private var prefix: [UInt8] = []
  private var message: [UInt8] = []
  private var missing = 0

  init(limit: Int) { self.limit = limit }

  /// Adds bytes of the body, and appends to `messages` the messages that they complete. If it throws, the messages
  /// before the invalid one have been appended.
  mutating func append(_ bytes: [UInt8], _ messages: inout [[UInt8]]) throws(Failure) {
    var rest = bytes[...]
    while !rest.isEmpty {
      if prefix.count < Self.prefixLength {
        let part = rest.prefix(Self.prefixLength - prefix.count)
        prefix += part
        rest = rest.dropFirst(part.count)
        guard prefix.count == Self.prefixLength else { break }
        guard prefix[0] == 0 else { throw prefix[0] == 1 ? .compressed : .badFlag(prefix[0]) }
        missing = prefix[1...].reduce(0) { $0 << 8 | Int($1) }
        guard missing <= limit else { throw .tooLarge(size: missing) }
        message.reserveCapacity(missing)
      }
      let part = rest.prefix(missing)
      message += part
      missing -= part.count
      rest = rest.dropFirst(part.count)
      if missing == 0 {
        messages.append(message)
        message = []
        prefix = []
      }
    }
  }

  /// Checks that the body is complete.
  func end() throws(Failure) {
    guard !prefix.isEmpty else { return }
    throw .truncated(missing: prefix.count < Self.prefixLength ? Self.prefixLength - prefix.count : missing)
  }

  /// Returns the message with its prefix.
  static func frame(_ message: [UInt8]) -> [UInt8] {
    let length = UInt32(message.count)
    var framed: [UInt8] = [0]
    framed.reserveCapacity(prefixLength + message.count)
    for shift in [24, 16, 8, 0] { framed.append(UInt8(truncatingIfNeeded: length >> shift)) }
    framed += message
    return framed
  }
}

extension MessageAssembler.Failure {
  static func badFlagMessage(_ flag: UInt8) -> String {
    "a message begins with the byte \(flag) instead of 0 or 1: the previous message may be longer than its prefix says"
  }
}
