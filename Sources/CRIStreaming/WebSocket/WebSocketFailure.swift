/// Why a WebSocket connection cannot go on.
package enum WebSocketFailure: Error, Hashable, Sendable {
  /// The peer sent what RFC 6455 does not allow.
  case protocolError(String)
  /// A text message or the reason of a Close frame is not UTF-8.
  case invalidUTF8
  /// A message that is longer than is taken, in bytes.
  case messageTooLarge(limit: Int)

  /// What the Close frame says that ends the connection (RFC 6455, section 7.4.1).
  var closeCode: WebSocketCloseCode {
    switch self {
    case .protocolError: .protocolError
    case .invalidUTF8: .invalidData
    case .messageTooLarge: .messageTooBig
    }
  }
}
