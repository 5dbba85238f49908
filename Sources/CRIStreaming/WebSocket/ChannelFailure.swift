/// The reason why the channels in a WebSocket connection failed.
package enum ChannelFailure: Error, Hashable, Sendable {
  case malformedBase64(channel: UInt32)
  /// A message that ends a stream contains no channel, or more than one.
  case malformedClose([UInt8])
  /// The first message of a forwarded port contains a different port.
  case wrongPort(expected: UInt16, found: UInt16)
  /// A SPDY tunnel contains a text message.
  case textInTunnel
}
