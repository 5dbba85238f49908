/// Counts the data that the readers of forwarded connections have not consumed, even after a connection has ended.
///
/// Without this count, the transport would count the data of ended connections for the rest of the session, and stop
/// reading.
struct UnconsumedData {
  private var entries: [UInt32: (stream: UInt32, count: Int)] = [:]

  /// Adds data that the reader of a connection has received.
  mutating func add(_ count: Int, request: UInt32, stream: UInt32) {
    entries[request, default: (stream, 0)].count += count
  }

  /// Removes up to `count` bytes that the reader of a connection has consumed.
  /// - Returns: The stream and the number of bytes for the transport's `consume`; nil if there are none.
  mutating func take(_ count: Int, request: UInt32) -> (stream: UInt32, count: Int)? {
    guard let entry = entries[request] else { return nil }
    let count = min(count, entry.count)
    entries[request] = count == entry.count ? nil : (entry.stream, entry.count - count)
    return (entry.stream, count)
  }
}
