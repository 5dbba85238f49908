/// Reads the body of a response up to a limit (RFC 9112, section 6).
struct HTTPBodyReader {
  /// The maximum size of an error body in bytes, which is enough to quote it.
  static let maximumBody = 8 << 10

  private enum Framing { case length(Int), chunked(ChunkedDecoder), untilEnd }

  /// The maximum number of bytes to keep; the reader does not wait for more.
  let limit: Int
  private var framing: Framing
  private(set) var body: [UInt8] = []
  /// Whether no more bytes are needed.
  private(set) var isComplete = false
  /// Whether the limit was reached before the end of the body.
  private(set) var isTruncated = false

  init(status: Int, fields: [HTTPField], limit: Int = HTTPBodyReader.maximumBody) {
    self.limit = limit
    if status == 204 || status == 304 {
      framing = .length(0)
    } else if fields.list("Transfer-Encoding").last?.equalsIgnoringCase("chunked") == true {
      framing = .chunked(ChunkedDecoder())
    } else if let length = fields["Content-Length"].flatMap({ Int($0) }), length >= 0 {
      framing = .length(length)
    } else {
      framing = .untilEnd
    }
    if case .length(0) = framing { isComplete = true }
  }

  mutating func receive(_ bytes: [UInt8]) {
    guard !isComplete else { return }
    switch framing {
    case .length(let length):
      body += bytes.prefix(length - body.count)
      isComplete = body.count == length
    case .chunked(var decoder):
      body += decoder.decode(bytes)
      isComplete = decoder.isComplete
      framing = .chunked(decoder)
    case .untilEnd: body += bytes
    }
    // A body of exactly the limit may still end, for example with the last chunk.
    if body.count > limit {
      isTruncated = true
      body.removeLast(body.count - limit)
      isComplete = true
    }
  }

  /// Whether only the end of the connection ends the body.
  var endsWithConnection: Bool { if case .untilEnd = framing { true } else { false } }

  /// Whether the chunked coding is damaged, so that the rest cannot be read.
  var isMalformed: Bool { if case .chunked(let decoder) = framing { decoder.isMalformed } else { false } }

  /// The body received so far, as text without leading and trailing whitespace.
  var text: String {
    let isSpace = { (byte: UInt8) in byte == 0x20 || (0x09...0x0d).contains(byte) }
    return String(decoding: Array(body.drop(while: isSpace).reversed().drop(while: isSpace).reversed()), as: UTF8.self)
  }
}
