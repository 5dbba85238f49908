/// The reason why an HTTP/1.1 connection did not become a streaming connection.
package enum UpgradeFailure: Error, Hashable, Sendable {
  /// The request cannot be written: its target, host or a protocol name contains spaces or control characters.
  case invalidRequest(String)
  /// The peer did not respond with HTTP/1.1. The text is the beginning of what it sent, with bytes other than printable
  /// ASCII as `\xHH`.
  case notHTTP(String)
  /// The head violates RFC 9112.
  case malformedHead(String)
  case headTooLarge(limit: Int)
  case tooManyFields(limit: Int)
  /// The server redirected the request; redirects are never followed for streams.
  case redirected(status: Int, location: String?)
  /// The server responded with success instead of an upgrade.
  case notUpgraded(status: Int, reason: String, body: String)
  /// The server rejected the request; `acceptedProtocols` lists the protocols that it says it would accept.
  case refused(status: Int, reason: String, body: String, acceptedProtocols: [String])
  /// The server switched to a protocol other than the requested one.
  case wrongUpgrade(expected: String, found: String)
  /// The server chose a streaming protocol that was not offered; nil if it named none.
  case wrongProtocol(offered: [String], found: String?)
  /// `Sec-WebSocket-Accept` does not match our key: the response came from a cache, or the server does not support
  /// WebSocket.
  case wrongAccept(expected: String, found: String?)
  /// The server enabled a WebSocket extension that was not offered.
  case unexpectedExtension(String)
  /// The connection ended before the response was complete. The text is the part of its first line that was received.
  case connectionEnded(received: String)
}

extension UpgradeFailure {
  /// Whether a different transport on a new connection may succeed.
  ///
  /// Servers reject a transport with a 4xx or 5xx status, or ignore the upgrade and respond with success.
  package var isTransportRefused: Bool {
    switch self {
    case .notUpgraded, .refused, .wrongUpgrade: true
    default: false
    }
  }
}

extension UpgradeFailure: CustomStringConvertible {
  package var description: String {
    switch self {
    case .invalidRequest(let part): "the URL contains characters that a request cannot contain: \(part)"
    case .notHTTP(let start): "the peer does not speak HTTP/1.1: \(start)"
    case .malformedHead(let reason): "the HTTP head is malformed: \(reason)"
    case .headTooLarge(let limit): "the HTTP head is larger than \(limit) bytes"
    case .tooManyFields(let limit): "the HTTP head has more than \(limit) header fields"
    case .redirected(let status, let location):
      "the server redirects to \(location ?? "nowhere") (HTTP status \(status)), which is never followed"
    case .notUpgraded(let status, _, let body):
      "the server did not upgrade the connection" + Self.quote(status, "", body)
    case .refused(let status, let reason, let body, let accepted):
      "the server refused the upgrade" + Self.quote(status, reason, body)
        + (accepted.isEmpty ? "" : "; it accepts \(accepted.joined(separator: ", "))")
    case .wrongUpgrade(let expected, let found):
      "the server upgraded to \(found.isEmpty ? "nothing" : found) instead of \(expected)"
    case .wrongProtocol(let offered, let found):
      "the server chose the protocol \(found ?? "none"), but the offer was \(offered.joined(separator: ", "))"
    case .wrongAccept: "the server's response to the WebSocket key is wrong"
    case .unexpectedExtension(let name): "the server uses the WebSocket extension \(name), which was not offered"
    case .connectionEnded(let received):
      "the server closed the connection during the upgrade" + (received.isEmpty ? "" : ": \(received)")
    }
  }

  private static func quote(_ status: Int, _ reason: String, _ body: String) -> String {
    let head = " (HTTP status \(status)" + (reason.isEmpty ? ")" : " \(reason))")
    let text = body.split(whereSeparator: \.isNewline).joined(separator: " ").prefix(400)
    return text.isEmpty ? head : "\(head): \(text)"
  }
}
