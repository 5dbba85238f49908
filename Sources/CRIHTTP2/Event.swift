/// What a session reports of its peer, in the order in which it happened.
package enum Event: Hashable, Sendable {
  /// A block of header fields: a request, a response, or trailers.
  case headers(stream: Int32, [Header], endStream: Bool)
  /// A piece of a body.
  case data(stream: Int32, [UInt8])
  /// The peer has sent all that it will on this stream.
  case endStream(stream: Int32)
  /// The stream is over, with the code of its RST_STREAM, or `.noError`.
  /// - Parameter byPeer: the peer sent the RST_STREAM; else we did, or libnghttp2 for us.
  case closed(stream: Int32, ErrorCode, byPeer: Bool)
  /// The peer sent on this stream what we do not take; ending it is up to the reader.
  case malformed(stream: Int32, String)
  /// The peer takes no streams after `lastStream` any more.
  case goAway(lastStream: Int32, ErrorCode, debug: String)
  /// The answer to a ping of ours.
  case pong([UInt8])
}
