/// Checks metadata before it is sent, because a server resets a stream with an invalid header and does not say why
/// (gRPC over HTTP/2, "Custom-Metadata").
enum Metadata {
  /// Returns the headers with names in lower case.
  /// - Throws: `.invalidMetadata` if a name or a value contains a character that gRPC does not allow, or if the name
  ///   belongs to HTTP/2 or gRPC itself.
  static func headers(
    _ metadata: [(name: String, value: String)], method: String
  ) throws(RPCError) -> [(name: String, value: String)] {
    var headers: [(name: String, value: String)] = []
    for (name, value) in metadata {
      let name = name.lowercased()
      guard !name.isEmpty, name.utf8.allSatisfy(isNameByte) else {
        throw .invalidMetadata(
          method: method, reason: "\"\(name)\" is not a valid name; use letters, digits, _ - and .")
      }
      guard !name.hasPrefix("grpc-"), !reserved.contains(name) else {
        throw .invalidMetadata(method: method, reason: "the name \"\(name)\" is reserved; choose another name")
      }
      guard value.utf8.allSatisfy({ (0x20...0x7e).contains($0) }) else {
        throw .invalidMetadata(
          method: method,
          reason: "the value of \"\(name)\" is not printable ASCII; encode it, for example with Base64")
      }
      headers.append((name, value))
    }
    return headers
  }

  /// The headers that every request already has, and those that HTTP/2 forbids (RFC 9113, section 8.2.2).
  private static let reserved: Set = [
    "te", "content-type", "user-agent", "host", "connection", "keep-alive", "proxy-connection", "transfer-encoding",
    "upgrade",
  ]

  private static func isNameByte(_ byte: UInt8) -> Bool {
    switch byte {
    case 0x61...0x7a, 0x30...0x39, 0x5f, 0x2d, 0x2e: true
    default: false
    }
  }
}
