/// An event in a WebSocket session; events are in the order of occurrence.
package enum WebSocketEvent: Hashable, Sendable {
  /// A part of a message, as it arrives; a message is never buffered as a whole.
  case message(WebSocketMessageKind, [UInt8], isFirst: Bool, isLast: Bool)
  /// A Pong frame, which may be unsolicited.
  case pong([UInt8])
  /// The peer has closed the connection; nil if it did not send a code.
  case closed(WebSocketCloseCode?, reason: String)
}
