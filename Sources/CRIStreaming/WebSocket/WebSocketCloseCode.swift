/// The reason why a WebSocket connection was closed (RFC 6455, section 7.4).
package struct WebSocketCloseCode: Hashable, Sendable, RawRepresentable {
  package let rawValue: UInt16
  package init(rawValue: UInt16) { self.rawValue = rawValue }

  package static let normal = WebSocketCloseCode(rawValue: 1000)
  package static let goingAway = WebSocketCloseCode(rawValue: 1001)
  package static let protocolError = WebSocketCloseCode(rawValue: 1002)
  package static let invalidData = WebSocketCloseCode(rawValue: 1007)
  package static let messageTooBig = WebSocketCloseCode(rawValue: 1009)
  package static let internalError = WebSocketCloseCode(rawValue: 1011)

  /// Whether a Close frame may contain the code: 1004 to 1006 and 1015 are only for use inside an implementation.
  var isAllowedInFrame: Bool {
    switch rawValue {
    case 1004...1006, 1015: false
    case 1000...1014, 3000...4999: true
    default: false
    }
  }
}
