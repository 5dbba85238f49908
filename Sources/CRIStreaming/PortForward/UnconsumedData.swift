/// Counts the data that the readers of forwarded connections have not consumed, also after the end of a connection.
///
/// Without it, the transport would count data of ended connections for the rest of the session and stop reading.
struct UnconsumedData {
  private var entries: [UInt32: (stream: UInt32, count: Int)] = [:]

  /// The reader of a connection has got data.
  mutating func add(_ count: Int, request: UInt32, stream: UInt32) {
    entries[request, default: (stream, 0)].count += count
  }

  /// The reader of a connection has taken up to `count` bytes.
  /// - Returns: what the transport is to be asked to consume; nil if nothing is left.
  mutating func take(_ count: Int, request: UInt32) -> (stream: UInt32, count: Int)? {
    guard let entry = entries[request] else { return nil }
    let count = min(count, entry.count)
    entries[request] = count == entry.count ? nil : (entry.stream, entry.count - count)
    return (entry.stream, count)
  }
}
