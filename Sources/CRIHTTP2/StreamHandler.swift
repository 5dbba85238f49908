/// What happens on one stream. All calls come from the connection's thread, in order, and must not block.
package protocol StreamHandler: AnyObject, Sendable {
  /// A block of header fields: request, response or trailers.
  func received(headers: [Header], endStream: Bool)
  /// A piece of the body.
  /// - Returns: true when it is done with; false when `consumed` will be called later, which holds the peer back.
  func received(data: [UInt8]) -> Bool
  /// The peer has sent all that it will; its answer to us may still be open.
  func ended()
  /// The stream is over; nothing is called after this.
  /// - Parameter failure: nil when the peer ended it in order.
  func closed(_ failure: StreamFailure?)
}

extension StreamHandler {
  package func ended() {}
}
