/// What is still to be sent on one stream.
struct OutgoingBody {
  private(set) var bytes: [UInt8]
  private(set) var offset = 0
  /// No more bytes will be added.
  private(set) var isFinished: Bool
  /// Sent after the last byte; nil ends the stream with the data.
  private(set) var trailers: [Header]?
  /// nghttp2 was told that there is nothing to send now.
  private(set) var isDeferred = false

  init(_ bytes: [UInt8] = [], isFinished: Bool) {
    self.bytes = bytes
    self.isFinished = isFinished
  }

  var remaining: Int { bytes.count - offset }

  /// Adds bytes, and ends the body where there are trailers.
  /// - Returns: true when nghttp2 has to be told that there is something to send again.
  mutating func add(_ more: [UInt8], trailers: [Header]?) -> Bool {
    // Sent bytes are dropped when they are most of the array, so that a long stream does not keep its past.
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

  mutating func took(_ count: Int) { offset += count }

  mutating func deferSending() { isDeferred = true }
}
