/// What a SPDY session reports of its peer, in the order in which it happened.
package enum SPDYEvent: Hashable, Sendable {
  /// The peer opened a stream; answer with `reply` or `reset`.
  case opened(stream: UInt32, [HTTPField])
  /// The peer accepted a stream of ours.
  case replied(stream: UInt32, [HTTPField])
  case headers(stream: UInt32, [HTTPField])
  case data(stream: UInt32, [UInt8])
  /// The peer has sent all that it will on this stream.
  case endStream(stream: UInt32)
  /// The stream is over in both directions before both ends had finished it.
  /// - Parameter byPeer: the peer ended it; otherwise this session did, because the peer broke the protocol.
  case reset(stream: UInt32, SPDYStatus, byPeer: Bool)
  /// The peer takes no streams after `lastStream`.
  case goAway(lastStream: UInt32, SPDYGoAwayStatus)
  /// The answer to a ping of ours.
  case pong(UInt32)
}
