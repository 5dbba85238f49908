/// Collects bytes until the head of an HTTP/1.1 message is complete, up to a limit.
struct HTTPHeadReader {
  /// The maximum size of a head in bytes.
  static let maximumHead = 16 << 10
  /// The maximum number of header fields.
  static let maximumFields = 100
  private static let end = Array("\r\n\r\n".utf8)

  private var bytes: [UInt8] = []
  /// The number of bytes already known not to contain the end of the head.
  private var searched = 0

  /// Adds bytes.
  /// - Returns: The head and the bytes after it; nil until the head is complete.
  mutating func receive(_ more: [UInt8]) throws(UpgradeFailure) -> (head: HTTPHead, rest: [UInt8])? {
    bytes += more
    var position = searched
    while position + 4 <= bytes.count, bytes[position..<position + 4] != HTTPHeadReader.end[...] { position += 1 }
    // This is where the end begins, or where it may still begin, so that the limit does not depend on the splits.
    guard position <= HTTPHeadReader.maximumHead else { throw .headTooLarge(limit: HTTPHeadReader.maximumHead) }
    guard position + 4 <= bytes.count else {
      searched = position
      return nil
    }
    // The last line keeps its CR, which the parser expects at the end of every line.
    let head = try HTTPHead(parsing: bytes[..<(position + 1)])
    defer { self = HTTPHeadReader() }
    return (head, Array(bytes[(position + 4)...]))
  }

  /// The part of the first line received so far, for an error message.
  var excerpt: String { excerpt(with: []) }

  /// The part of the first line in what was received so far and in the next bytes.
  func excerpt(with more: [UInt8]) -> String { (bytes + more).prefix { $0 != 0x0d && $0 != 0x0a }.printable() }

  /// Whether a response may begin with what was received so far and the next bytes. The first bytes identify a peer that
  /// expects TLS or does not use HTTP, so there is no need to wait for a timeout.
  func mayBeResponse(with more: [UInt8]) -> Bool {
    let start = Array("HTTP/1.".utf8)
    guard bytes.count < start.count else { return true }
    return (bytes + more.prefix(start.count)).prefix(start.count).elementsEqual(
      start.prefix(bytes.count + more.count))
  }
}
