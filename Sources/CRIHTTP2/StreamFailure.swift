package import CRISystem

/// Why a stream ended before its peer had finished it.
package enum StreamFailure: Error, Hashable, Sendable {
  /// Nobody answers at the path.
  case cannotConnect(Errno)
  /// Somebody answers, in another language; what it said first, bytes outside printable ASCII as `\xHH`.
  case notHTTP2(String)
  /// The peer broke HTTP/2 (or memory ran out), in libnghttp2's words.
  case protocolError(String)
  /// The peer broke HTTP/2 on this stream alone, in libnghttp2's words; the connection goes on.
  case malformed(String)
  /// The connection ended in the middle.
  case connectionLost(String)
  /// The peer takes no more streams and never looked at this one, so that it may be tried again
  /// (RFC 9113, section 8.7). `.reset(.refusedStream)` says the same of a connection that goes on.
  case refused
  /// The peer ended the stream with this code.
  case reset(ErrorCode)
  /// Ended by us: its time was up.
  case deadlineExceeded
  /// Ended by us: nobody wants it any more.
  case cancelled
}
