/// Receives the events of one stream. The methods are called on the connection's thread, in order, and must not
/// block.
package protocol StreamHandler: AnyObject, Sendable {
  /// Called when a block of header fields arrives: a request, a response, or trailers.
  func received(headers: [Header], endStream: Bool)
  /// Called when part of the body arrives.
  /// - Returns: True if the bytes are consumed. If false, the peer receives no credit for them until
  ///   `Connection.consumed(_:on:)` is called.
  func received(data: [UInt8]) -> Bool
  /// Whether the first complete response message has arrived.
  var hasResponse: Bool { get }
  /// Called when the peer has sent END_STREAM. Our direction may still be open.
  func ended()
  /// Called when the stream is closed. No method is called after this one.
  /// - Parameter failure: Why the stream failed; nil if it is complete.
  func closed(_ failure: StreamFailure?)
}

extension StreamHandler {
  package var hasResponse: Bool { false }
  package func ended() {}
}
