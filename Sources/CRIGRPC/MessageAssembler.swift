/// Cuts a body into messages: one byte that says whether it is compressed, four of length, the message
/// (gRPC over HTTP/2, "Length-Prefixed-Message").
struct MessageAssembler {
  enum Failure: Error, Hashable {
    case compressed
    /// The flag is neither 0 nor 1: what came before had more bytes than its prefix said, or this is no prefix.
    case badFlag(UInt8)
    case tooLarge(size: Int)
    /// The body ended inside a prefix or a message.
    case cutShort(missing: Int)
  }

  private static let prefixLength = 5
  let limit: Int
  private var prefix: [UInt8] = []
  private var message: [UInt8] = []
  private var missing = 0

  init(limit: Int) { self.limit = limit }

  /// Adds the messages that these bytes complete; those before a failure are good.
  mutating func take(_ bytes: [UInt8], _ messages: inout [[UInt8]]) throws(Failure) {
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

  /// Says whether the body may end here.
  func end() throws(Failure) {
    guard !prefix.isEmpty else { return }
    throw .cutShort(missing: prefix.count < Self.prefixLength ? Self.prefixLength - prefix.count : missing)
  }

  /// A message with its prefix.
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
  func words(_ flag: UInt8) -> String {
    "a message begins with the byte \(flag), not with 0 or 1: is the one before it longer than its prefix says?"
  }
}
