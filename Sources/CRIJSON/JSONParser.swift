/// A recursive-descent parser for JSON in UTF-8.
struct JSONParser {
  let bytes: [UInt8]
  var position: Int
  private var depth = 0
  /// The limits for the document; nil for a document that is trusted.
  var limits: JSONLimits?
  /// The keys of the outermost object whose values are needed; nil for all.
  var members: Set<String>?
  /// The number of values since the clock was last read.
  private var valuesSinceCheck = 0

  init(bytes: [UInt8], position: Int = 0) {
    self.bytes = bytes
    self.position = position
  }

  mutating func document() throws(JSONError) -> JSON {
    skipSpace()
    let value = try value()
    skipSpace()
    guard position == bytes.count else { throw error("the end of the document") }
    return value
  }

  mutating func nextDocument() throws(JSONError) -> JSON? {
    skipSpace()
    return position == bytes.count ? nil : try value()
  }

  // MARK: Values

  private mutating func value() throws(JSONError) -> JSON {
    guard position < bytes.count else { throw error("a value") }
    // The size of a value in a growing array, and its indentation.
    try take(memory: 48 + 4 * depth)
    switch bytes[position] {
    case UInt8(ascii: "\""): return .string(try string())
    case UInt8(ascii: "{"): return try object()
    case UInt8(ascii: "["): return try array()
    case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"): return .number(try number())
    case UInt8(ascii: "t"): return try literal("true", .bool(true))
    case UInt8(ascii: "f"): return try literal("false", .bool(false))
    case UInt8(ascii: "n"): return try literal("null", .null)
    default: throw error("a value")
    }
  }

  private mutating func object() throws(JSONError) -> JSON {
    try descend()
    var object = JSONObject()
    skipSpace()
    if consume(UInt8(ascii: "}")) {
      depth -= 1
      return .object(object)
    }
    while true {
      guard peek() == UInt8(ascii: "\"") else { throw error("a key in double quotes") }
      let key = try string()
      // The key in an array that grows, its storage if it is long, and the index of a large object.
      try take(memory: key.utf8.count > 15 ? 88 + key.utf8.count : 56)
      skipSpace()
      guard consume(UInt8(ascii: ":")) else { throw error("a colon") }
      skipSpace()
      if depth == 1, let members, !members.contains(key) { try skip() } else { object[key] = try value() }
      skipSpace()
      if consume(UInt8(ascii: ",")) {
        skipSpace()
      } else if consume(UInt8(ascii: "}")) {
        depth -= 1
        return .object(object)
      } else {
        throw error("a comma or a closing brace")
      }
    }
  }

  /// Skips a value, of which only the strings and the nesting are checked.
  private mutating func skip() throws(JSONError) {
    let outer = depth
    repeat {
      guard position < bytes.count else { throw error("a value") }
      switch bytes[position] {
      case UInt8(ascii: "\""): try skipString()
      case UInt8(ascii: "{"), UInt8(ascii: "["): try descend()
      case UInt8(ascii: "}"), UInt8(ascii: "]"):
        guard depth > outer else { throw error("a value") }
        depth -= 1
        position += 1
      case UInt8(ascii: ","), UInt8(ascii: ":"), UInt8(ascii: " "), UInt8(ascii: "\n"), UInt8(ascii: "\r"),
        UInt8(ascii: "\t"):
        guard depth > outer else { throw error("a value") }
        position += 1
      default: skipWord()
      }
    } while depth > outer
  }

  private mutating func skipString() throws(JSONError) {
    position += 1
    while position < bytes.count {
      switch bytes[position] {
      case UInt8(ascii: "\""):
        position += 1
        return
      case UInt8(ascii: "\\"): position = min(position + 2, bytes.count)
      default: position += 1
      }
    }
    throw error("a closing quote")
  }

  /// Skips a number, `true`, `false` or `null`.
  private mutating func skipWord() {
    while let byte = peek() {
      switch byte {
      case UInt8(ascii: ","), UInt8(ascii: "}"), UInt8(ascii: "]"), UInt8(ascii: " "), UInt8(ascii: "\n"),
        UInt8(ascii: "\r"), UInt8(ascii: "\t"):
        return
      default: position += 1
      }
    }
  }

  private mutating func array() throws(JSONError) -> JSON {
    try descend()
    var elements: [JSON] = []
    skipSpace()
    if consume(UInt8(ascii: "]")) {
      depth -= 1
      return .array(elements)
    }
    while true {
      elements.append(try value())
      skipSpace()
      if consume(UInt8(ascii: ",")) {
        skipSpace()
      } else if consume(UInt8(ascii: "]")) {
        depth -= 1
        return .array(elements)
      } else {
        throw error("a comma or a closing bracket")
      }
    }
  }

  private mutating func take(memory size: Int) throws(JSONError) {
    guard limits != nil else { return }
    limits?.memory -= size
    if let memory = limits?.memory, memory < 0 { throw error("fewer values in a document of this size") }
    valuesSinceCheck += 1
    guard valuesSinceCheck == 1024 else { return }
    valuesSinceCheck = 0
    if let deadline = limits?.deadline, deadline <= .now { throw error("the end of the document before the deadline") }
  }

  private mutating func descend() throws(JSONError) {
    guard depth < JSON.maximumDepth else { throw error("at most \(JSON.maximumDepth) levels of nesting") }
    depth += 1
    position += 1
  }

  private mutating func literal(_ literal: StaticString, _ value: JSON) throws(JSONError) -> JSON {
    let text = literal.description
    for byte in text.utf8 {
      guard consume(byte) else { throw error(text) }
    }
    return value
  }

  // MARK: Numbers

  private mutating func number() throws(JSONError) -> String {
    let start = position
    _ = consume(UInt8(ascii: "-"))
    if consume(UInt8(ascii: "0")) {
      if let byte = peek(), isDigit(byte) { throw error("no digit after a leading zero") }
    } else {
      try digits()
    }
    if consume(UInt8(ascii: ".")) { try digits() }
    if consume(UInt8(ascii: "e")) || consume(UInt8(ascii: "E")) {
      if !consume(UInt8(ascii: "+")) { _ = consume(UInt8(ascii: "-")) }
      try digits()
    }
    return String(decoding: bytes[start..<position], as: UTF8.self)
  }

  private mutating func digits() throws(JSONError) {
    guard let byte = peek(), isDigit(byte) else { throw error("a digit") }
    while let byte = peek(), isDigit(byte) { position += 1 }
  }

  private func isDigit(_ byte: UInt8) -> Bool {
    byte >= UInt8(ascii: "0") && byte <= UInt8(ascii: "9")
  }

  // MARK: Strings

  private mutating func string() throws(JSONError) -> String {
    position += 1
    let start = position
    while position < bytes.count {
      let byte = bytes[position]
      if byte == UInt8(ascii: "\"") {
        let text = try text(start..<position)
        position += 1
        return text
      }
      if byte == UInt8(ascii: "\\") { return try escapedString(from: start) }
      guard byte >= 0x20 else { throw error("no control character in a string") }
      position += 1
    }
    throw error("a closing quote")
  }

  private mutating func escapedString(from start: Int) throws(JSONError) -> String {
    var text = try text(start..<position)
    var runStart = position
    while position < bytes.count {
      switch bytes[position] {
      case UInt8(ascii: "\""):
        text += try self.text(runStart..<position)
        position += 1
        return text
      case UInt8(ascii: "\\"):
        text += try self.text(runStart..<position)
        text.unicodeScalars.append(try escape())
        runStart = position
      case 0..<0x20:
        throw error("no control character in a string")
      default:
        position += 1
      }
    }
    throw error("a closing quote")
  }

  private mutating func escape() throws(JSONError) -> Unicode.Scalar {
    position += 1
    guard let letter = peek() else { throw error("an escape") }
    let scalar: Unicode.Scalar
    switch letter {
    case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): scalar = Unicode.Scalar(letter)
    case UInt8(ascii: "b"): scalar = "\u{8}"
    case UInt8(ascii: "f"): scalar = "\u{c}"
    case UInt8(ascii: "n"): scalar = "\n"
    case UInt8(ascii: "r"): scalar = "\r"
    case UInt8(ascii: "t"): scalar = "\t"
    case UInt8(ascii: "u"): return try unicodeEscape()
    default: throw error("an escape (one of \\\" \\\\ \\/ \\b \\f \\n \\r \\t \\u)")
    }
    position += 1
    return scalar
  }

  /// Parses `\uXXXX` or a surrogate pair of two such escapes. A lone surrogate is an error because it is not a
  /// character.
  private mutating func unicodeEscape() throws(JSONError) -> Unicode.Scalar {
    let start = position - 1
    position += 1
    let high = try hexQuad()
    if let scalar = Unicode.Scalar(high) { return scalar }
    if (0xD800..<0xDC00).contains(high), consume(UInt8(ascii: "\\")), consume(UInt8(ascii: "u")) {
      let low = try hexQuad()
      if (0xDC00..<0xE000).contains(low),
        let scalar = Unicode.Scalar(0x10000 + (high - 0xD800) << 10 + (low - 0xDC00))
      {
        return scalar
      }
    }
    position = start
    throw error("a surrogate pair")
  }

  private mutating func hexQuad() throws(JSONError) -> UInt32 {
    var value: UInt32 = 0
    for _ in 0..<4 {
      guard let byte = peek(), let digit = Character(Unicode.Scalar(byte)).hexDigitValue, byte < 0x80 else {
        throw error("a hexadecimal digit")
      }
      value = value << 4 | UInt32(digit)
      position += 1
    }
    return value
  }

  /// Returns the text of `range`, or throws at the first byte that is not valid UTF-8.
  private mutating func text(_ range: Range<Int>) throws(JSONError) -> String {
    // String.init(validating:as:) is not specialized, and takes several times as long.
    do throws(UTF8.ValidationError) {
      return String(copying: try UTF8Span(validating: bytes.span.extracting(range)))
    } catch {
      position = range.lowerBound + error.byteOffsets.lowerBound
    }
    throw error("valid UTF-8")
  }

  // MARK: Bytes

  private func peek() -> UInt8? { position < bytes.count ? bytes[position] : nil }

  private mutating func consume(_ byte: UInt8) -> Bool {
    guard position < bytes.count, bytes[position] == byte else { return false }
    position += 1
    return true
  }

  private mutating func skipSpace() {
    while position < bytes.count {
      switch bytes[position] {
      case 0x20, 0x0A, 0x0D, 0x09: position += 1
      default: return
      }
    }
  }

  private func error(_ expected: String) -> JSONError {
    let before = bytes[..<position]
    let line = before.count { $0 == 0x0A } + 1
    let column = position - (before.lastIndex(of: 0x0A).map { $0 + 1 } ?? 0) + 1
    return JSONError(line: line, column: column, expected: expected, found: found())
  }

  private func found() -> String {
    guard let byte = peek() else { return "the end of the text" }
    if byte > 0x20, byte < 0x7F { return "'\(Unicode.Scalar(byte))'" }
    if byte == 0x20 { return "a space" }
    if byte == 0x0A { return "the end of the line" }
    let hex = String(byte, radix: 16)
    return "byte 0x" + (hex.count < 2 ? "0" : "") + hex
  }
}
