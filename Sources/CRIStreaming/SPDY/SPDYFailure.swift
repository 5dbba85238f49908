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
