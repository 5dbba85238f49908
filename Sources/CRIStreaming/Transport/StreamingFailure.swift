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
