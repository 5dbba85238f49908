/// Reads the server's response to an upgrade request. Client only.
package struct UpgradeResponseReader {
  /// The maximum number of interim responses (1xx other than 101) that are skipped.
  private static let maximumInterim = 8

  /// An upgraded connection.
  package struct Upgraded: Hashable, Sendable {
    /// The streaming protocol that the server chose.
    package let protocolName: String
    /// The bytes after the head, which belong to the new protocol.
    package let rest: [UInt8]
  }

  private let request: UpgradeRequest
  private var head = HTTPHeadReader()
  private var interim = 0
  private var refusal: (status: Int, reason: String, fields: [HTTPField], body: HTTPBodyReader)?

  package init(to request: UpgradeRequest) { self.request = request }

  /// Adds bytes from the server.
  /// - Returns: The upgraded connection; nil until the response is complete.
  package mutating func receive(_ bytes: [UInt8]) throws(UpgradeFailure) -> Upgraded? {
    var bytes = bytes
    while refusal == nil {
      guard let (head, rest) = try readHead(bytes) else { return nil }
      let (status, reason) = try UpgradeResponseReader.parseStatusLine(head.startLine)
      switch status {
      case 101: return Upgraded(protocolName: try negotiatedProtocol(head.fields), rest: rest)
      case 100..<200:
        interim += 1
        guard interim <= UpgradeResponseReader.maximumInterim else {
          throw .malformedHead("more than \(UpgradeResponseReader.maximumInterim) interim responses")
        }
        bytes = rest
      case 300..<400 where status != 304: throw .redirected(status: status, location: head.fields["Location"])
      default:
        refusal = (status, reason, head.fields, HTTPBodyReader(status: status, fields: head.fields))
        bytes = rest
      }
    }
    refusal?.body.receive(bytes)
    if let refusal, refusal.body.isComplete { throw connectionEnded() }
    return nil
  }

  /// Returns the reason why the upgrade failed if the connection ends now.
  package func connectionEnded() -> UpgradeFailure {
    guard let refusal else { return .connectionEnded(received: head.excerpt) }
    let text = refusal.body.text
    if (200..<300).contains(refusal.status) {
      return .notUpgraded(status: refusal.status, reason: refusal.reason, body: text)
    }
    return .refused(
      status: refusal.status, reason: refusal.reason, body: text,
      acceptedProtocols: refusal.fields.list("X-Accepted-Stream-Protocol-Versions"))
  }

  private mutating func readHead(_ bytes: [UInt8]) throws(UpgradeFailure) -> (head: HTTPHead, rest: [UInt8])? {
    guard head.mayBeResponse(with: bytes) else { throw .notHTTP(head.excerpt(with: bytes)) }
    return try head.receive(bytes)
  }

  /// `HTTP/1.1 101 Switching Protocols` (RFC 9112, section 4).
  private static func parseStatusLine(_ line: String) throws(UpgradeFailure) -> (status: Int, reason: String) {
    let parts = line.split(separator: " ", maxSplits: 2, omittingEmptySubsequences: false)
    guard parts.count >= 2, parts[0] == "HTTP/1.1" || parts[0] == "HTTP/1.0", parts[1].utf8.count == 3,
      let status = UInt16(parts[1]), (100..<600).contains(status)
    else { throw .notHTTP(line.utf8.printable()) }
    return (Int(status), parts.count > 2 ? String(parts[2]) : "")
  }

  private func negotiatedProtocol(_ fields: [HTTPField]) throws(UpgradeFailure) -> String {
    let expected = request.transport.upgradeToken
    guard fields.list("Connection").contains(where: { $0.equalsIgnoringCase("upgrade") }),
      let found = fields["Upgrade"], found.equalsIgnoringCase(expected)
    else { throw .wrongUpgrade(expected: expected, found: fields["Upgrade"] ?? "") }
    if let key = request.key {
      return try webSocketProtocol(fields, key)
    }
    // Servers that predate the negotiation use the unversioned protocol and do not name it.
    let chosen = fields["X-Stream-Protocol-Version"]
    guard let name = chosen ?? request.protocols.first(where: { $0 == RemoteCommandProtocol.v1.rawValue }),
      request.protocols.contains(name)
    else { throw .wrongProtocol(offered: request.protocols, found: chosen) }
    return name
  }

  /// Checks the server's handshake (RFC 6455, section 4.1).
  private func webSocketProtocol(_ fields: [HTTPField], _ key: WebSocketKey) throws(UpgradeFailure) -> String {
    let accept = fields["Sec-WebSocket-Accept"]
    guard accept == key.accept else { throw .wrongAccept(expected: key.accept, found: accept) }
    if let name = fields.list("Sec-WebSocket-Extensions").first { throw .unexpectedExtension(name) }
    let chosen = fields["Sec-WebSocket-Protocol"]
    guard let chosen, request.protocols.contains(chosen) else {
      throw .wrongProtocol(offered: request.protocols, found: chosen)
    }
    return chosen
  }
}
