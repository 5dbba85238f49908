/// What a WebSocket session reports of its peer, in the order in which it happened.
package enum WebSocketEvent: Hashable, Sendable {
  /// A part of a message, as it arrives: no message is collected here, however long it is.
  case message(WebSocketMessageKind, [UInt8], isFirst: Bool, isLast: Bool)
  /// A Pong frame; it need not answer a ping of ours.
  case pong([UInt8])
  /// The peer has closed the connection; nil if it gave no code.
  case closed(WebSocketCloseCode?, reason: String)
}
