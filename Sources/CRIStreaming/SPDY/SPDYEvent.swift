/// An event in a SPDY session; events are in the order of occurrence.
package enum SPDYEvent: Hashable, Sendable {
  /// The peer opened a stream; respond with `reply` or `reset`.
  case opened(stream: UInt32, [HTTPField])
  /// The peer accepted our stream.
  case replied(stream: UInt32, [HTTPField])
  case headers(stream: UInt32, [HTTPField])
  case data(stream: UInt32, [UInt8])
  /// The peer will send no more data on this stream.
  case endStream(stream: UInt32)
  /// The stream ended in both directions before both ends had finished it.
  /// - Parameter byPeer: Whether the peer ended it. Otherwise this session ended it, because the peer violated the
  ///   protocol.
  case reset(stream: UInt32, SPDYStatus, byPeer: Bool)
  /// The peer ignores streams after `lastStream`.
  case goAway(lastStream: UInt32, SPDYGoAwayStatus)
  /// The response to our ping.
  case pong(UInt32)
}
