/// Reads the response to a GET request (RFC 9112). Client only.
struct FetchReader {
  /// The maximum number of interim responses (1xx) that are skipped.
  private static let maximumInterim = 8
  /// The maximum number of characters of an error body that a message quotes.
  private static let maximumQuote = 200

  private let limit: Int
  private var head = HTTPHeadReader()
  private var interim = 0
  private var response: (status: Int, body: HTTPBodyReader)?

  /// - Parameter limit: The maximum size of the body in bytes.
  init(limit: Int) { self.limit = limit }

  /// Adds bytes from the server.
  /// - Returns: The body; nil until it is complete.
  mutating func receive(_ bytes: [UInt8]) throws(FetchError) -> [UInt8]? {
    var bytes = bytes
    while response == nil {
      guard let (head, rest) = try readHead(bytes) else { return nil }
      let status = try Self.status(of: head.startLine)
      bytes = rest
      switch status {
      case 101: throw FetchError("the server switches to a different protocol")
      case 100..<200:
        interim += 1
        guard interim <= Self.maximumInterim else { throw FetchError("the server sends only interim responses") }
      case 300..<400:
        let place = head.fields["Location"].map { " to \($0)" } ?? ""
        throw FetchError("the server redirects\(place) (HTTP status \(status)), which is never followed")
      default:
        let limit = status == 200 ? self.limit : HTTPBodyReader.maximumBody
        response = (status, HTTPBodyReader(status: status, fields: head.fields, limit: limit))
      }
    }
    response?.body.receive(bytes)
    guard let response, response.body.isComplete else { return nil }
    return try Self.document(response.status, response.body)
  }

  /// Returns the body if the connection ends now.
  func end() throws(FetchError) -> [UInt8] {
    guard let response else {
      let start = head.excerpt
      throw FetchError("the server closed the connection before its response" + (start.isEmpty ? "" : ": \(start)"))
    }
    guard response.status != 200 || response.body.endsWithConnection else {
      throw FetchError("the server closed the connection in the middle of its response")
    }
    return try Self.document(response.status, response.body)
  }

  private static func document(_ status: Int, _ body: HTTPBodyReader) throws(FetchError) -> [UInt8] {
    guard status == 200 else {
      let quote = body.text.split(whereSeparator: \.isNewline).joined(separator: " ").prefix(maximumQuote)
      throw FetchError("the server refused the request (HTTP status \(status))" + (quote.isEmpty ? "" : ": \(quote)"))
    }
    if body.isMalformed { throw FetchError("the chunks of the response are malformed") }
    if body.isTruncated { throw FetchError("the response is larger than \(body.limit) bytes") }
    return body.body
  }

  private mutating func readHead(_ bytes: [UInt8]) throws(FetchError) -> (head: HTTPHead, rest: [UInt8])? {
    guard head.mayBeResponse(with: bytes) else { throw FetchError("the server does not speak HTTP/1.1") }
    do throws(UpgradeFailure) { return try head.receive(bytes) } catch {
      switch error {
      case .headTooLarge(let limit): throw FetchError("the head of the response is larger than \(limit) bytes")
      case .tooManyFields(let limit): throw FetchError("the response has more than \(limit) header fields")
      case .malformedHead(let reason): throw FetchError("the response is malformed: \(reason)")
      default: throw FetchError("the response is malformed")
      }
    }
  }

  /// `HTTP/1.1 200 OK` (RFC 9112, section 4).
  private static func status(of line: String) throws(FetchError) -> Int {
    let parts = line.split(separator: " ", maxSplits: 2, omittingEmptySubsequences: false)
    guard parts.count >= 2, parts[0] == "HTTP/1.1" || parts[0] == "HTTP/1.0", parts[1].utf8.count == 3,
      let status = UInt16(parts[1]), (100..<600).contains(status)
    else { throw FetchError("the server does not speak HTTP/1.1: \(line.utf8.printable())") }
    return Int(status)
  }
}
