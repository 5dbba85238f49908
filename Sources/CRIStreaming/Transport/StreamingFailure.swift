/// The reason why a streaming connection failed.
package enum StreamingFailure: Error, Hashable, Sendable {
  case spdy(SPDYFailure)
  case webSocket(WebSocketFailure)
  /// The peer violates the channel protocol in the WebSocket messages.
  case channel(ChannelFailure)
  /// The protocol has no stream with these header fields, or it is already open.
  case noSuchStream([HTTPField])
  /// The connection has been closed.
  case closed
}

extension StreamingFailure: CustomStringConvertible {
  package var description: String {
    switch self {
    case .spdy(let failure): "\(failure)"
    case .webSocket(let failure): "\(failure)"
    case .channel(let failure): "\(failure)"
    case .noSuchStream(let fields):
      "the WebSocket protocol has no unused channel for \(fields.map { "\($0.name) \($0.value)" }.joined(separator: ", "))"
    case .closed: "the connection has been closed"
    }
  }
}
