/// What a transport reports of its peer, in the order in which it happened.
package enum StreamEvent: Hashable, Sendable {
  /// The client opened a stream. Server only.
  case opened(stream: UInt32, [HTTPField])
  /// The server accepted a stream. Client only.
  case accepted(stream: UInt32)
  case data(stream: UInt32, [UInt8])
  /// The peer has sent all that it will on this stream.
  case ended(stream: UInt32)
  /// The stream is over in both directions.
  case reset(stream: UInt32, StreamReset)
  /// The peer takes no new streams.
  case goAway(String)
  /// The peer has closed the connection in an orderly way.
  case closed(String)
  case pong
}

/// Why a stream was ended at once.
package enum StreamReset: Hashable, Sendable {
  /// - Parameter byPeer: false if this end found that the peer broke the protocol.
  case spdy(SPDYStatus, byPeer: Bool)
  /// The whole WebSocket connection was closed, for this reason.
  case webSocket(WebSocketCloseCode, reason: String)
}

extension StreamReset: CustomStringConvertible {
  package var description: String {
    switch self {
    case .spdy(let status, let byPeer): byPeer ? "\(status)" : "\(status), sent by this end"
    case .webSocket(let code, let reason):
      reason.isEmpty ? "WebSocket close code \(code.rawValue)" : "WebSocket close code \(code.rawValue): \(reason)"
    }
  }
}
