/// Why the channels inside a WebSocket connection cannot go on.
package enum ChannelFailure: Error, Hashable, Sendable {
  case malformedBase64(channel: UInt32)
  /// A message that ends a stream names no channel, or more than one.
  case malformedClose([UInt8])
  /// The first message of a forwarded port names another port.
  case wrongPort(expected: UInt16, found: UInt16)
  /// A SPDY tunnel carries a text message.
  case textInTunnel
}
