/// The first bytes of a server, which must be a SETTINGS frame (RFC 9113, section 3.4).
struct Greeting {
  private static let frameHeaderLength = 9
  private var bytes: [UInt8] = []
  /// A peer has greeted with SETTINGS.
  private(set) var isDone = false

  /// - Returns: all bytes so far once they begin as HTTP/2 does, nil while there are too few to tell.
  mutating func take(_ more: UnsafeRawBufferPointer) throws(StreamFailure) -> [UInt8]? {
    bytes += more
    guard bytes.count >= Self.frameHeaderLength else { return nil }
    let length = Int(bytes[0]) << 16 | Int(bytes[1]) << 8 | Int(bytes[2])
    // Type 4, no ACK, stream 0 (its first bit is reserved), six bytes a setting.
    guard bytes[3] == 4, bytes[4] & 1 == 0, bytes[5] & 0x7f == 0, bytes[6...8].allSatisfy({ $0 == 0 }),
      length % 6 == 0
    else {
      throw notHTTP2
    }
    isDone = true
    defer { bytes = [] }
    return bytes
  }

  /// Why the connection failed if it ends now; nil once the peer has greeted.
  var ended: StreamFailure? {
    if isDone { return nil }
    return bytes.isEmpty
      ? .connectionLost("the peer closed the connection before it said anything") : notHTTP2
  }

  private var notHTTP2: StreamFailure {
    let line = bytes.prefix(64).prefix { $0 != 0x0d && $0 != 0x0a }
    let words = line.map { (0x20..<0x7f).contains($0) ? String(UnicodeScalar($0)) : "\\x\(String($0, radix: 16))" }
    return .notHTTP2(words.joined())
  }
}
