/// The reason why a SPDY connection failed.
package enum SPDYFailure: Error, Hashable, Sendable {
  /// A control frame of a different version of SPDY, or data that is not SPDY.
  case unsupportedVersion(UInt16)
  /// A frame that violates the draft.
  case malformed(frame: String, reason: String)
  /// A control frame that exceeds the limit.
  case frameTooLarge(frame: String, length: Int, limit: Int)
  /// Decompressed header fields that exceed the limit.
  case headersTooLarge(limit: Int)
  /// A header block that zlib cannot decompress.
  case damagedHeaders
  /// A stream ID that the peer must not use.
  case invalidStream(UInt32, reason: String)
  /// The peer opened a window beyond 2^31 - 1 bytes.
  case windowOverflow(stream: UInt32)
  /// The peer causes us to send replies, but does not read them.
  case unreadReplies(limit: Int)
  /// The peer no longer accepts new streams.
  case goneAway(SPDYGoAwayStatus)
  /// All stream IDs have been used.
  case noMoreStreams
  case outOfMemory
}

extension SPDYFailure: CustomStringConvertible {
  package var description: String {
    switch self {
    case .unsupportedVersion(let version): "a frame has version \(version) of SPDY instead of 3"
    case .malformed(let frame, let reason): "a SPDY frame \(frame) is malformed: \(reason)"
    case .frameTooLarge(let frame, let length, let limit):
      "a SPDY frame \(frame) has \(length) bytes; the limit is \(limit)"
    case .headersTooLarge(let limit): "the decompressed header fields of a SPDY frame exceed \(limit) bytes"
    case .damagedHeaders: "the header fields of a SPDY frame cannot be decompressed"
    case .invalidStream(let id, let reason): "the SPDY stream \(id) is not valid: \(reason)"
    case .windowOverflow(let stream):
      "a SPDY window exceeds 2^31 - 1 bytes" + (stream == 0 ? "" : " (stream \(stream))")
    case .unreadReplies(let limit): "more than \(limit) SPDY frames require a reply, but the replies are not read"
    case .goneAway(let status): "the peer accepts no new SPDY streams: GOAWAY \(status)"
    case .noMoreStreams: "all IDs of SPDY streams have been used"
    case .outOfMemory: "there is not enough memory for the compression of SPDY headers"
    }
  }
}
