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
