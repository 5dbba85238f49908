internal import CRIText

/// The key of a WebSocket handshake, and the response that proves that the server understood it.
///
/// Source: RFC 6455, sections 4.1 and 4.2.2.
package struct WebSocketKey: Hashable, Sendable {
  private static let suffix = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"

  /// The value of `Sec-WebSocket-Key`: 16 bytes in base64.
  package let text: String

  package init(text: String) { self.text = text }

  /// Creates a new key.
  package static func random() -> WebSocketKey {
    WebSocketKey(text: Base64.encode((0..<16).map { _ in UInt8.random(in: 0...255) }))
  }

  /// The expected value of `Sec-WebSocket-Accept`.
  package var accept: String { Base64.encode(SHA1.hash(Array((text + WebSocketKey.suffix).utf8))) }
}
