/// The server connection preface: the first bytes that a server sends, which must be a SETTINGS frame (RFC 9113,
/// section 3.4).
struct ServerPreface {
  private static let frameHeaderLength = 9
  private var bytes: [UInt8] = []
  /// Whether the peer's first frame was SETTINGS.
  private(set) var isComplete = false

  /// Adds bytes from the peer.
  /// - Returns: All bytes so far, once they are known to be HTTP/2; nil while there are too few of them.
  /// - Throws: `.notHTTP2` if the bytes are not the header of a SETTINGS frame.
  mutating func append(_ more: UnsafeRawBufferPointer) throws(StreamFailure) -> [UInt8]? {
    bytes += more
    guard bytes.count >= Self.frameHeaderLength else { return nil }
    let length = Int(bytes[0]) << 16 | Int(bytes[1]) << 8 | Int(bytes[2])
    // Type 4, no ACK, stream 0 (the first bit of the ID is reserved), six bytes for each setting.
    guard bytes[3] == 4, bytes[4] & 1 == 0, bytes[5] & 0x7f == 0, bytes[6...8].allSatisfy({ $0 == 0 }),
      length % 6 == 0
    else {
      throw notHTTP2
    }
    isComplete = true
    defer { bytes = [] }
    return bytes
  }

  /// The failure to report if the connection ends now; nil once the preface is complete.
  var failureAtEnd: StreamFailure? {
    if isComplete { return nil }
    return bytes.isEmpty
      ? .connectionLost("the peer closed the connection without sending anything") : notHTTP2
  }

  private var notHTTP2: StreamFailure {
    let line = bytes.prefix(64).prefix { $0 != 0x0d && $0 != 0x0a }
    let characters = line.map { (0x20..<0x7f).contains($0) ? String(UnicodeScalar($0)) : "\\x\(String($0, radix: 16))" }
    return .notHTTP2(characters.joined())
  }
}
