/// The start line and the header fields of an HTTP/1.1 message.
struct HTTPHead: Hashable {
  var startLine: String
  var fields: [HTTPField]

  /// Parses a head that does not include its final empty line.
  init(parsing bytes: ArraySlice<UInt8>) throws(UpgradeFailure) {
    let lines = try HTTPHead.lines(of: bytes)
    guard let first = lines.first, let startLine = HTTPHead.text(first) else {
      throw .malformedHead("the first line is not text")
    }
    self.startLine = startLine
    fields = []
    for line in lines.dropFirst() { fields.append(try HTTPHead.field(line)) }
  }

  /// Splits the head at CRLF; a single CR or LF is an error (RFC 9112, section 2.2).
  private static func lines(of bytes: ArraySlice<UInt8>) throws(UpgradeFailure) -> [ArraySlice<UInt8>] {
    var lines: [ArraySlice<UInt8>] = []
    for (number, line) in bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false).enumerated() {
      guard line.last == UInt8(ascii: "\r"), !line.dropLast().contains(UInt8(ascii: "\r")) else {
        throw .malformedHead("line \(number + 1) does not end with CR LF")
      }
      guard lines.count <= HTTPHeadReader.maximumFields else {
        throw .tooManyFields(limit: HTTPHeadReader.maximumFields)
      }
      lines.append(line.dropLast())
    }
    return lines
  }

  private static func field(_ line: ArraySlice<UInt8>) throws(UpgradeFailure) -> HTTPField {
    guard let colon = line.firstIndex(of: UInt8(ascii: ":")), colon > line.startIndex,
      line[..<colon].allSatisfy(isTokenByte)
    else {
      throw .malformedHead("not a header field: \(line.printable())")
    }
    guard let value = text(line[(colon + 1)...]) else {
      throw .malformedHead("control characters in a header field: \(line.printable())")
    }
    return HTTPField(String(decoding: line[..<colon], as: UTF8.self), value.trimmingBlanks())
  }

  /// Text without control characters other than the tab; nil for anything else.
  private static func text(_ bytes: ArraySlice<UInt8>) -> String? {
    guard bytes.allSatisfy({ $0 >= 0x20 && $0 != 0x7f || $0 == 0x09 }) else { return nil }
    return String(decoding: bytes, as: UTF8.self)
  }

  /// The byte that two hexadecimal digits after a `%` stand for (RFC 3986, section 2.1); nil if `rest` begins with anything
  /// else.
  static func escapedByte(_ rest: ArraySlice<UInt8>) -> UInt8? {
    let digits = String(decoding: rest.prefix(2), as: UTF8.self)
    // `UInt8(_:radix:)` accepts a sign too.
    guard digits.utf8.count == 2, digits.allSatisfy({ $0.isASCII && $0.isHexDigit }) else { return nil }
    return UInt8(digits, radix: 16)
  }

  /// The characters of a field name (RFC 9110, section 5.6.2).
  static func isTokenByte(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
      UInt8(ascii: "a")...UInt8(ascii: "z"):
      true
    default: "!#$%&'*+-.^_`|~".utf8.contains(byte)
    }
  }
}

extension Sequence<UInt8> {
  /// The first bytes for an error message: printable ASCII unchanged, anything else as `\xHH`.
  func printable(_ limit: Int = 80) -> String {
    prefix(limit).map { byte in
      if (0x20..<0x7f).contains(byte) { return String(UnicodeScalar(byte)) }
      return (byte < 16 ? "\\x0" : "\\x") + String(byte, radix: 16)
    }.joined()
  }
}
