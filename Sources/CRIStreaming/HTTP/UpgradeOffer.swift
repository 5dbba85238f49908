/// The content of a client's upgrade request, as a server needs it.
package struct UpgradeOffer: Hashable, Sendable {
  package let method: String
  /// The path of the target, still percent-encoded.
  package let path: String
  /// The query of the target as names and values, percent-decoded, in the order of the query.
  package let query: [HTTPField]
  package let fields: [HTTPField]
  /// The requested transport; nil if the request does not ask for an upgrade, or asks for an unknown one.
  package let transport: StreamTransportKind?
  /// The streaming protocols that the client supports, in order of preference.
  package let protocols: [String]
  /// The value of `Sec-WebSocket-Key`.
  package let webSocketKey: String?
  /// The bytes that followed the request.
  package let rest: [UInt8]

  init(_ head: HTTPHead, rest: [UInt8]) throws(UpgradeFailure) {
    let parts = head.startLine.split(separator: " ", omittingEmptySubsequences: false)
    guard parts.count == 3, parts[2] == "HTTP/1.1", !parts[0].isEmpty, parts[1].utf8.first == UInt8(ascii: "/") else {
      throw .notHTTP(head.startLine.utf8.printable())
    }
    method = String(parts[0])
    let target = parts[1].split(separator: "?", maxSplits: 1, omittingEmptySubsequences: false)
    path = String(target[0])
    query = target.count > 1 ? UpgradeOffer.parseQuery(target[1]) : []
    fields = head.fields
    self.rest = rest
    // A body is not read here, and its bytes must not be parsed as frames.
    guard fields["Content-Length"] ?? "0" == "0", fields["Transfer-Encoding"] == nil else {
      throw .malformedHead("an upgrade request with a body")
    }
    let wantsUpgrade = fields.list("Connection").contains { $0.equalsIgnoringCase("upgrade") }
    let token = wantsUpgrade ? fields["Upgrade"] : nil
    let transport = StreamTransportKind.allCases.first { token?.equalsIgnoringCase($0.upgradeToken) == true }
    self.transport = transport
    let isWebSocket = transport == .webSocket
    protocols = fields.list(isWebSocket ? "Sec-WebSocket-Protocol" : "X-Stream-Protocol-Version")
    webSocketKey =
      isWebSocket && fields["Sec-WebSocket-Version"] == "13" && method == "GET" ? fields["Sec-WebSocket-Key"] : nil
  }

  private static func parseQuery(_ text: Substring) -> [HTTPField] {
    text.split(separator: "&").map { pair in
      let parts = pair.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
      return HTTPField(decode(parts[0]), parts.count > 1 ? decode(parts[1]) : "")
    }
  }

  private static func decode(_ text: Substring) -> String {
    var bytes: [UInt8] = []
    var rest = Array(text.utf8)[...]
    while let byte = rest.popFirst() {
      if byte == UInt8(ascii: "%"), let code = HTTPHead.escapedByte(rest) {
        bytes.append(code)
        rest = rest.dropFirst(2)
      } else {
        bytes.append(byte == UInt8(ascii: "+") ? UInt8(ascii: " ") : byte)
      }
    }
    return String(decoding: bytes, as: UTF8.self)
  }
}
