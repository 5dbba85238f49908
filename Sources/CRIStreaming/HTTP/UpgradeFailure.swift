/// Why an HTTP/1.1 connection did not become a streaming connection.
package enum UpgradeFailure: Error, Hashable, Sendable {
  /// The request cannot be written: its target, host or a protocol name contains blanks or control characters.
  case invalidRequest(String)
  /// The peer did not answer with HTTP/1.1; the beginning of what it sent, other bytes than printable ASCII as `\xHH`.
  case notHTTP(String)
  /// The head breaks RFC 9112.
  case malformedHead(String)
  case headTooLarge(limit: Int)
  case tooManyFields(limit: Int)
  /// The server wants the request to be sent elsewhere, which a stream never follows.
  case redirected(status: Int, location: String?)
  /// The server answered with a success instead of an upgrade.
  case notUpgraded(status: Int, reason: String, body: String)
  /// The server refused; `acceptedProtocols` is what it would have accepted, if it said so.
  case refused(status: Int, reason: String, body: String, acceptedProtocols: [String])
  /// The server switched to another protocol than the one that was asked for.
  case wrongUpgrade(expected: String, found: String)
  /// The server chose a streaming protocol that was not offered; nil if it named none.
  case wrongProtocol(offered: [String], found: String?)
  /// `Sec-WebSocket-Accept` does not answer our key: a cache or something that does not speak WebSocket answered.
  case wrongAccept(expected: String, found: String?)
  /// The server switched on a WebSocket extension that was not offered.
  case unexpectedExtension(String)
  /// The connection ended before the answer was complete; what there was of its first line.
  case connectionEnded(received: String)
}

extension UpgradeFailure {
  /// Whether another transport on a new connection may succeed.
  ///
  /// Servers refuse a transport with a 4xx or 5xx status, or ignore the upgrade and answer with a success.
  package var isTransportRefused: Bool {
    switch self {
    case .notUpgraded, .refused, .wrongUpgrade: true
    default: false
    }
  }
}
