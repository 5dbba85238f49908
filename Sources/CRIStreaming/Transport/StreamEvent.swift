/// An event of a transport; events are in the order of occurrence.
package enum StreamEvent: Hashable, Sendable {
  /// The client opened a stream. Server only.
  case opened(stream: UInt32, [HTTPField])
  /// The server accepted a stream. Client only.
  case accepted(stream: UInt32)
  case data(stream: UInt32, [UInt8])
  /// The peer will send no more data on this stream.
  case ended(stream: UInt32)
  /// The stream has ended in both directions.
  case reset(stream: UInt32, StreamReset)
  /// The peer no longer accepts new streams.
  case goAway(String)
  /// The peer has closed the connection normally.
  case closed(String)
  case pong
}

/// The reason why a stream ended abruptly.
package enum StreamReset: Hashable, Sendable {
  /// - Parameter byPeer: False if this end ended the stream because the peer violated the protocol.
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
