package import CRISystem

/// Why a stream ended before it was complete.
package enum StreamFailure: Error, Hashable, Sendable {
  /// The connection to the socket could not be established.
  case cannotConnect(Errno)
  /// The peer does not speak HTTP/2. The value is the first line that it sent, with bytes outside printable ASCII as
  /// `\xHH`.
  case notHTTP2(String)
  /// The peer violated HTTP/2, or memory ran out; with libnghttp2's message.
  case protocolError(String)
  /// The peer violated HTTP/2 on this stream only; with libnghttp2's message. The connection stays open.
  case malformed(String)
  /// The connection ended before the stream did.
  case connectionLost(String)
  /// The connection ended before anything of the request was sent, so it is safe to retry it; with the reason.
  case notSent(String)
  /// The peer accepts no more streams and has not processed this one, so it is safe to retry it (RFC 9113, section
  /// 8.7). `.reset(.refusedStream)` means the same on a connection that stays open.
  case refused
  /// The peer reset the stream with this code.
  case reset(ErrorCode)
  /// We reset the stream because its deadline passed.
  case deadlineExceeded
  /// We reset the stream because the peer acknowledged nothing for this long (see `Heartbeat`).
  case unresponsive(Duration)
  /// We reset the stream because it was cancelled.
  case cancelled
}
