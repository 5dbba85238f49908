/// The reason why a WebSocket connection failed.
package enum WebSocketFailure: Error, Hashable, Sendable {
  /// The peer violated RFC 6455.
  case protocolError(String)
  /// A text message or the reason of a Close frame is not valid UTF-8.
  case invalidUTF8
  /// A message exceeds the limit, in bytes.
  case messageTooLarge(limit: Int)

  /// The code of the Close frame that ends the connection (RFC 6455, section 7.4.1).
  var closeCode: WebSocketCloseCode {
    switch self {
    case .protocolError: .protocolError
    case .invalidUTF8: .invalidData
    case .messageTooLarge: .messageTooBig
    }
  }
}

extension WebSocketFailure: CustomStringConvertible {
  package var description: String {
    switch self {
    case .protocolError(let reason): "a WebSocket frame is not valid: \(reason)"
    case .invalidUTF8: "a WebSocket text is not valid UTF-8"
    case .messageTooLarge(let limit): "a WebSocket message is larger than \(limit) bytes"
    }
  }
}
