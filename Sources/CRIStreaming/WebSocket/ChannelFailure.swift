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

extension ChannelFailure: CustomStringConvertible {
  package var description: String {
    switch self {
    case .malformedBase64(let channel): "a message on WebSocket channel \(channel) is not valid Base64"
    case .malformedClose(let bytes):
      "a WebSocket message that closes a channel has \(bytes.count == 1 ? "no channel" : "more than one channel")"
    case .wrongPort(let expected, let found):
      "the first message of a forwarded port names port \(found) instead of \(expected)"
    case .textInTunnel: "a WebSocket tunnel contains a text message"
    }
  }
}
