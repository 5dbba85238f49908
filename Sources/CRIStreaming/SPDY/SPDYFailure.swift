/// Why a SPDY connection cannot go on.
package enum SPDYFailure: Error, Hashable, Sendable {
  /// A control frame of another version of SPDY, or no SPDY at all.
  case unsupportedVersion(UInt16)
  /// A frame that the draft does not allow.
  case malformed(frame: String, reason: String)
  /// A control frame that is longer than is taken.
  case frameTooLarge(frame: String, length: Int, limit: Int)
  /// Decompressed header fields that are more than is taken.
  case headersTooLarge(limit: Int)
  /// A header block that zlib cannot decompress.
  case damagedHeaders
  /// A stream number that the peer may not use.
  case invalidStream(UInt32, reason: String)
  /// The peer opened a window beyond 2^31 - 1 bytes.
  case windowOverflow(stream: UInt32)
  /// The peer makes us answer but does not read the answers.
  case unreadReplies(limit: Int)
  /// The peer takes no more streams.
  case goneAway(SPDYGoAwayStatus)
  /// All stream numbers are used up.
  case noMoreStreams
  case outOfMemory
}
