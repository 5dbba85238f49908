/// A frame of SPDY/3.1, decompressed.
///
/// Source: SPDY/3.1 draft, sections 2.2 and 2.6. Header field names are in lower case.
package enum SPDYFrame: Hashable, Sendable {
  /// Opens a stream.
  case synStream(
    id: UInt32, associated: UInt32 = 0, priority: UInt8 = 0, [HTTPField], isLast: Bool = false,
    isUnidirectional: Bool = false)
  /// Accepts a stream.
  case synReply(id: UInt32, [HTTPField], isLast: Bool = false)
  /// Ends a stream in both directions (RST_STREAM).
  case reset(id: UInt32, SPDYStatus)
  case settings([SPDYSetting])
  /// A ping, which the receiver sends back; clients use odd IDs, and servers use even ones.
  case ping(UInt32)
  /// The sender ignores streams after `lastStream`.
  case goAway(lastStream: UInt32, SPDYGoAwayStatus)
  /// Additional header fields on an open stream.
  case headers(id: UInt32, [HTTPField], isLast: Bool = false)
  /// Allows `delta` more bytes on a stream, or on the whole connection if `id` is 0.
  case windowUpdate(id: UInt32, delta: UInt32)
  /// A decoder returns a long frame in pieces, of which only the last has the FIN flag.
  case data(id: UInt32, [UInt8], isLast: Bool = false)
}

/// The numbers of the control frames (SPDY/3.1 draft, section 2.6).
enum SPDYFrameType: UInt16 {
  case synStream = 1
  case synReply = 2
  case reset = 3
  case settings = 4
  case ping = 6
  case goAway = 7
  case headers = 8
  case windowUpdate = 9

  /// The name in the SPDY draft.
  var name: String {
    switch self {
    case .synStream: "SYN_STREAM"
    case .synReply: "SYN_REPLY"
    case .reset: "RST_STREAM"
    case .settings: "SETTINGS"
    case .ping: "PING"
    case .goAway: "GOAWAY"
    case .headers: "HEADERS"
    case .windowUpdate: "WINDOW_UPDATE"
    }
  }
}
