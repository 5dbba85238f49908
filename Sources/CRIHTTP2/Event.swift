/// An event that a session reports. Events come in the order in which the frames arrived.
package enum Event: Hashable, Sendable {
  /// A block of header fields arrived: a request, a response, or trailers.
  case headers(stream: Int32, [Header], endStream: Bool)
  /// Part of a body arrived.
  case data(stream: Int32, [UInt8])
  /// The peer sent END_STREAM: it sends nothing more on this stream.
  case endStream(stream: Int32)
  /// The stream was closed, with the code of its RST_STREAM frame, or `.noError`.
  /// - Parameter byPeer: Whether the peer sent the RST_STREAM frame. Otherwise we or libnghttp2 did.
  case closed(stream: Int32, ErrorCode, byPeer: Bool)
  /// The peer sent something on this stream that is not accepted. The receiver of the event must reset the stream.
  case malformed(stream: Int32, String)
  /// The peer sent GOAWAY: it processes no streams after `lastStream`.
  case goAway(lastStream: Int32, ErrorCode, debug: String)
  /// The peer acknowledged a PING, with its payload of 8 bytes.
  case pong([UInt8])
}
