/// Reads the body of an error response up to a limit, so that the error can quote it (RFC 9112, section 6).
struct HTTPBodyReader {
  /// The maximum number of bytes to keep; the reader does not wait for more.
  static let largestBody = 8 << 10

  private enum Framing { case length(Int), chunked(ChunkedDecoder), untilEnd }

  private var framing: Framing
  private(set) var body: [UInt8] = []
  /// Whether no more bytes are needed.
  private(set) var isComplete = false

  init(status: Int, fields: [HTTPField]) {
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
    if body.count >= HTTPBodyReader.largestBody {
      body.removeLast(body.count - HTTPBodyReader.largestBody)
      isComplete = true
    }
  }

  /// The body received so far, as text without leading and trailing whitespace.
  var text: String {
    let isSpace = { (byte: UInt8) in byte == 0x20 || (0x09...0x0d).contains(byte) }
    return String(decoding: Array(body.drop(while: isSpace).reversed().drop(while: isSpace).reversed()), as: UTF8.self)
  }
}
