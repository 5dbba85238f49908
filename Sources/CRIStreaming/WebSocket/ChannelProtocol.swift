/// A subprotocol that carries several streams in WebSocket messages, each of which begins with its channel number.
///
/// Source: `k8s.io/streaming/pkg/httpstream/wsstream/conn.go`.
package struct ChannelProtocol: Hashable, Sendable {
  package let version: RemoteCommandProtocol
  /// Whether the channel is a digit and the data is base64, for clients that can send only text.
  package let isBase64: Bool

  package init(_ version: RemoteCommandProtocol, isBase64: Bool = false) {
    self.version = version
    self.isBase64 = isBase64
  }

  /// Returns nil if the subprotocol is unknown.
  package init?(name: String) {
    guard let found = ChannelProtocol.all.first(where: { $0.name == name }) else { return nil }
    self = found
  }

  /// All subprotocols, in order of preference. v2, v3 and a base64 form of v5 were never defined for WebSocket.
  package static let all = [
    ChannelProtocol(.v5), ChannelProtocol(.v4), ChannelProtocol(.v4, isBase64: true), ChannelProtocol(.v1),
    ChannelProtocol(.v1, isBase64: true),
  ]

  /// The value of `Sec-WebSocket-Protocol`.
  package var name: String {
    guard isBase64 else { return version.rawValue }
    return version == .v4 ? "v4.base64.channel.k8s.io" : "base64.channel.k8s.io"
  }

  /// Whether one stream can be ended while the others continue.
  var canEndStreams: Bool { version == .v5 }
  /// The first byte of a message that ends a stream; the channel follows.
  static let closeSignal: UInt8 = 255
}
