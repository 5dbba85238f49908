/// How streams are carried over the upgraded connection.
public enum StreamTransportKind: String, Hashable, Sendable, CaseIterable {
  /// SPDY/3.1 framing, which every runtime's own streaming server supports.
  case spdy
  /// WebSocket (RFC 6455).
  case webSocket = "websocket"

  /// The value of the `Upgrade` header field.
  var upgradeToken: String {
    switch self {
    case .spdy: "SPDY/3.1"
    case .webSocket: "websocket"
    }
  }
}
