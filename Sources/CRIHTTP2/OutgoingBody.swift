/// What is still to be sent on one stream.
struct OutgoingBody {
  var bytes: [UInt8]
  var offset = 0
  /// No more bytes will be added.
  var isFinished: Bool
  /// Sent after the last byte; nil ends the stream with the data.
  var trailers: [Header]?
  /// nghttp2 was told that there is nothing to send now.
  var isDeferred = false

  var remaining: Int { bytes.count - offset }

  mutating func append(_ more: [UInt8]) {
    // Sent bytes are dropped before new ones come, so that a long stream does not keep its past.
    if offset == bytes.count {
      bytes = more
      offset = 0
    } else {
      bytes += more
    }
  }
}
