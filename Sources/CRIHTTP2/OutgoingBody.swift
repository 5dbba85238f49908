/// The data that remains to be sent on one stream.
struct OutgoingBody {
  private(set) var bytes: [UInt8]
  private(set) var offset = 0
  /// Whether the body is complete.
  private(set) var isFinished: Bool
  /// The fields to send after the last byte. If nil, the last DATA frame ends the stream.
  private(set) var trailers: [Header]?
  /// Whether libnghttp2 is waiting for a resume call because there was nothing to send.
  private(set) var isDeferred = false

  init(_ bytes: [UInt8] = [], isFinished: Bool) {
    self.bytes = bytes
    self.isFinished = isFinished
  }

  var remaining: Int { bytes.count - offset }

  /// Appends bytes and, if there are trailers, completes the body.
  /// - Returns: Whether libnghttp2 must be resumed for this stream.
  mutating func append(_ more: [UInt8], trailers: [Header]?) -> Bool {
    // Drop sent bytes once they make up most of the array, so that a long stream does not keep everything in memory.
    if offset == bytes.count {
      bytes = more
      offset = 0
    } else {
      if offset > bytes.count / 2 {
        bytes.removeFirst(offset)
        offset = 0
      }
      bytes += more
    }
    if let trailers {
      self.trailers = trailers
      isFinished = true
    }
    defer { isDeferred = false }
    return isDeferred
  }

  mutating func markSent(_ count: Int) { offset += count }

  mutating func deferSending() { isDeferred = true }
}
