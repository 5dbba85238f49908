/// Why a streaming connection cannot go on.
package enum StreamingFailure: Error, Hashable, Sendable {
  case spdy(SPDYFailure)
  case webSocket(WebSocketFailure)
  /// The peer breaks the channel protocol inside WebSocket messages.
  case channel(ChannelFailure)
  /// The protocol has no stream with these header fields, or it is already open.
  case noSuchStream([HTTPField])
  /// The connection has been closed.
  case closed
}
