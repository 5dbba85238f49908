/// The last bytes of a stream, in a ring of a fixed size, so that no byte is moved and none is stored twice.
struct LastBytes {
  private var ring: [UInt8] = []
  private let limit: Int
  /// The number of bytes of the whole stream.
  private(set) var end = 0
  /// The offset in the stream of the first byte that is kept.
  private(set) var start = 0

  /// - Parameter limit: The number of bytes to keep.
  init(limit: Int) {
    self.limit = limit
    // The kernel allocates the memory as it is used.
    ring.reserveCapacity(limit)
  }

  mutating func append(_ bytes: ArraySlice<UInt8>) {
    // If there are more bytes than fit, only the last ones are kept.
    var rest = bytes.suffix(limit)
    if rest.count < bytes.count { ring = [UInt8](repeating: 0, count: limit) }
    end += bytes.count
    start = max(0, end - limit)
    while !rest.isEmpty {
      let position = (end - rest.count) % limit
      let part = rest.prefix(limit - position)
      if position == ring.count {
        ring += part
      } else {
        ring.replaceSubrange(position..<position + part.count, with: part)
      }
      rest = rest.dropFirst(part.count)
    }
  }

  /// Copies bytes into `buffer[index...]`.
  /// - Parameter offset: The offset in the stream of the first byte to copy.
  /// - Returns: The number of bytes, 0 at the end.
  func read(at offset: Int, into buffer: inout [UInt8], from index: Int) -> Int {
    let count = max(0, min(end - offset, buffer.count - index))
    var copied = 0
    while copied < count {
      let position = (offset + copied) % limit
      let part = ring[position..<min(ring.count, position + count - copied)]
      buffer.replaceSubrange(index + copied..<index + copied + part.count, with: part)
      copied += part.count
    }
    return count
  }

  /// Drops the bytes up to and including the first line feed; all bytes if they contain no line feed.
  mutating func dropFirstLine() {
    while start < end {
      start += 1
      if ring[(start - 1) % limit] == 0x0a { return }
    }
  }
}
