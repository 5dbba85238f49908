/// A first-in, first-out queue of bytes waiting to be sent.
struct ByteQueue {
  private var bytes: [UInt8] = []
  private var offset = 0

  var count: Int { bytes.count - offset }
  var isEmpty: Bool { count == 0 }

  mutating func append(_ more: [UInt8]) {
    if isEmpty {
      bytes = more
      offset = 0
      return
    }
    // Removed bytes are discarded once they make up most of the array, so that each byte is moved at most twice.
    if offset > bytes.count / 2 {
      bytes.removeFirst(offset)
      offset = 0
    }
    bytes += more
  }

  /// Moves up to `limit` bytes from the front to the end of `output`.
  mutating func take(_ limit: Int, into output: inout [UInt8]) {
    let end = offset + min(limit, count)
    output += bytes[offset..<end]
    offset = end
    if isEmpty { removeAll() }
  }

  mutating func removeAll() {
    bytes = []
    offset = 0
  }
}
