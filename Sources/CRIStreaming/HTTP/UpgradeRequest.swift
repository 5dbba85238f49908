/// A request that turns an HTTP/1.1 connection into a streaming connection.
///
/// Source: RFC 9110, section 7.8; the Kubernetes package `httpstream` for SPDY; RFC 6455, section 4.1, for WebSocket.
package struct UpgradeRequest: Sendable {
  /// The path and query of the URL.
  package let target: String
  /// The value of the `Host` field.
  package let host: String
  /// The streaming protocols that the client supports, in order of preference.
  package let protocols: [String]
  /// Additional header fields, such as `User-Agent`.
  package let fields: [HTTPField]
  /// The key of the WebSocket handshake; nil for SPDY.
  let key: WebSocketKey?

  package var transport: StreamTransportKind { key == nil ? .spdy : .webSocket }

  /// - Throws: `.invalidRequest` if a part contains characters that would terminate it early.
  package static func spdy(
    target: String, host: String, protocols: [String], fields: [HTTPField] = []
  ) throws(UpgradeFailure) -> UpgradeRequest {
    try UpgradeRequest(target: target, host: host, protocols: protocols, fields: fields, key: nil)
  }

  /// - Parameter key: A random key, except in tests.
  /// - Throws: `.invalidRequest` if a part contains characters that would terminate it early.
  package static func webSocket(
    target: String, host: String, protocols: [String], fields: [HTTPField] = [], key: WebSocketKey = .random()
  ) throws(UpgradeFailure) -> UpgradeRequest {
    try UpgradeRequest(target: target, host: host, protocols: protocols, fields: fields, key: key)
  }

  private init(
    target: String, host: String, protocols: [String], fields: [HTTPField], key: WebSocketKey?
  ) throws(UpgradeFailure) {
    // The target and host come from the runtime's response, so they must not be able to add lines to the request.
    for part in [target, host] + protocols {
      guard !part.isEmpty, part.utf8.allSatisfy({ (0x21..<0x7f).contains($0) }) else {
        throw .invalidRequest(part.utf8.printable())
      }
    }
    for field in fields {
      guard !field.name.isEmpty, field.name.utf8.allSatisfy(HTTPHead.isTokenByte),
        field.value.utf8.allSatisfy({ $0 >= 0x20 && $0 != 0x7f })
      else { throw .invalidRequest(field.name.utf8.printable()) }
    }
    self.target = target
    self.host = host
    self.protocols = protocols
    self.fields = fields
    self.key = key
  }

  /// The request as sent on the wire.
  package var bytes: [UInt8] {
    var all = [
      HTTPField("Host", host), HTTPField("Connection", "Upgrade"), HTTPField("Upgrade", transport.upgradeToken),
    ]
    if let key {
      all += [
        HTTPField("Sec-WebSocket-Key", key.text), HTTPField("Sec-WebSocket-Version", "13"),
        HTTPField("Sec-WebSocket-Protocol", protocols.joined(separator: ", ")),
      ]
    } else {
      // Each protocol has its own field, because older servers do not split a list.
      all += protocols.map { HTTPField("X-Stream-Protocol-Version", $0) }
      all.append(HTTPField("Content-Length", "0"))
    }
    let method = key == nil ? "POST" : "GET"
    let lines = ["\(method) \(target) HTTP/1.1"] + (all + fields).map { "\($0.name): \($0.value)" } + ["", ""]
    return Array(lines.joined(separator: "\r\n").utf8)
  }
}
