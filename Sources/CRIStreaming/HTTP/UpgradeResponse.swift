/// Writes the responses to an upgrade request. Server only.
package enum UpgradeResponse {
  /// Returns a response with status 101 and the chosen streaming protocol, which must be one that the client offered.
  /// - Returns: nil if the request does not ask for an upgrade that can be accepted.
  package static func accept(_ offer: UpgradeOffer, protocolName: String) -> [UInt8]? {
    guard let transport = offer.transport else { return nil }
    var fields = [HTTPField("Connection", "Upgrade"), HTTPField("Upgrade", transport.upgradeToken)]
    switch transport {
    case .spdy: fields.append(HTTPField("X-Stream-Protocol-Version", protocolName))
    case .webSocket:
      guard let key = offer.webSocketKey else { return nil }
      fields += [
        HTTPField("Sec-WebSocket-Accept", WebSocketKey(text: key).accept),
        HTTPField("Sec-WebSocket-Protocol", protocolName),
      ]
    }
    return head("101 Switching Protocols", fields)
  }

  /// Returns an error response; close the connection after sending it.
  package static func refuse(
    status: Int, reason: String, body: String, acceptedProtocols: [String] = []
  ) -> [UInt8] {
    let fields =
      [
        HTTPField("Content-Type", "text/plain; charset=utf-8"), HTTPField("Content-Length", "\(body.utf8.count)"),
        HTTPField("Connection", "close"),
      ] + acceptedProtocols.map { HTTPField("X-Accepted-Stream-Protocol-Versions", $0) }
    return head("\(status) \(reason)", fields) + body.utf8
  }

  private static func head(_ status: String, _ fields: [HTTPField]) -> [UInt8] {
    let lines = ["HTTP/1.1 \(status)"] + fields.map { "\($0.name): \($0.value)" } + ["", ""]
    return Array(lines.joined(separator: "\r\n").utf8)
  }
}
