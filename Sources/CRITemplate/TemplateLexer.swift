/// Splits a template into tokens.
struct TemplateLexer {
  let source: TemplateSource
  private var position = 0
  private var tokens: [TemplateToken] = []

  init(_ source: TemplateSource) { self.source = source }

  private var bytes: [UInt8] { source.bytes }

  mutating func run() throws(TemplateError) -> [TemplateToken] {
    // Whether the action before the text ended with `-}}`, which removes the white space after it.
    var isTrimmed = false
    while position < bytes.count {
      let start = position
      while position < bytes.count, !source.starts(with: "{{", at: position) { position += 1 }
      let open = position
      let trims = open < bytes.count && source.starts(with: "-", at: open + 2) && isSpace(open + 3)
      text(start..<open, trimsStart: isTrimmed, trimsEnd: trims)
      guard open < bytes.count else { break }
      position = open + (trims ? 3 : 2)
      isTrimmed = try action(from: open, isTrimmed: trims)
    }
    add(.end, at: bytes.count)
    return tokens
  }

  private mutating func text(_ range: Range<Int>, trimsStart: Bool, trimsEnd: Bool) {
    var (start, end) = (range.lowerBound, range.upperBound)
    while trimsStart, start < end, isSpace(start) { start += 1 }
    while trimsEnd, start < end, isSpace(end - 1) { end -= 1 }
    if start < end { add(.text(source.text(start..<end)), at: start) }
  }

  /// Reads an action up to its closing braces. Returns whether they remove the white space after them.
  private mutating func action(from open: Int, isTrimmed: Bool) throws(TemplateError) -> Bool {
    let afterMarker = isTrimmed ? skippingSpace(from: position) : position
    if source.starts(with: "/*", at: afterMarker) { return try comment(from: afterMarker, open: open) }
    add(.open, at: open)
    while true {
      let start = position
      position = skippingSpace(from: position)
      let followsSpace = position > start
      if followsSpace, source.starts(with: "-}}", at: position) {
        add(.close, at: position, followsSpace: true)
        position += 3
        return true
      }
      if source.starts(with: "}}", at: position) {
        add(.close, at: position, followsSpace: followsSpace)
        position += 2
        return false
      }
      guard position < bytes.count else { throw source.error(at: open, "\"{{\" is never closed by \"}}\"") }
      try token(followsSpace)
    }
  }

  private mutating func comment(from start: Int, open: Int) throws(TemplateError) -> Bool {
    position = start + 2
    while position < bytes.count, !source.starts(with: "*/", at: position) { position += 1 }
    guard position < bytes.count else { throw source.error(at: open, "the comment is never closed by \"*/\"") }
    position += 2
    if source.starts(with: "}}", at: position) {
      position += 2
      return false
    }
    let end = skippingSpace(from: position)
    guard end > position, source.starts(with: "-}}", at: end) else {
      throw source.error(at: position, "a comment must end in \"*/}}\" or \"*/ -}}\"")
    }
    position = end + 3
    return true
  }

  private mutating func token(_ followsSpace: Bool) throws(TemplateError) {
    let start = position
    switch bytes[position] {
    case UInt8(ascii: "|"): single(.pipe, followsSpace)
    case UInt8(ascii: ","): single(.comma, followsSpace)
    case UInt8(ascii: "("): single(.leftParenthesis, followsSpace)
    case UInt8(ascii: ")"): single(.rightParenthesis, followsSpace)
    case UInt8(ascii: "="): single(.assign, followsSpace)
    case UInt8(ascii: ":"):
      guard source.starts(with: ":=", at: position) else { throw source.error(at: position, "expected \":=\"") }
      position += 2
      add(.declare, at: start, followsSpace: followsSpace)
    case UInt8(ascii: "\""), UInt8(ascii: "'"): try quoted(followsSpace)
    case UInt8(ascii: "`"):
      guard let end = bytes[(position + 1)...].firstIndex(of: UInt8(ascii: "`")) else {
        throw source.error(at: start, "the raw string is never closed by \"`\"")
      }
      position = end + 1
      add(.string(source.text(start + 1..<end)), at: start, followsSpace: followsSpace)
    case UInt8(ascii: "$"):
      position += 1
      skipName()
      add(.variable(source.text(start..<position)), at: start, followsSpace: followsSpace)
      try checkEnd("a variable")
    case UInt8(ascii: ".") where !isDigit(position + 1):
      position += 1
      skipName()
      add(
        position == start + 1 ? .dot : .field(source.text(start + 1..<position)), at: start, followsSpace: followsSpace)
      try checkEnd("a field")
    case UInt8(ascii: "."), UInt8(ascii: "+"), UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"):
      var numbers = TemplateNumberReader(source, at: position)
      add(try numbers.read(), at: start, followsSpace: followsSpace)
      position = numbers.position
    default:
      skipName()
      guard position > start else {
        throw source.error(at: start, "unexpected character \(source.character(at: start))")
      }
      add(.identifier(source.text(start..<position)), at: start, followsSpace: followsSpace)
      try checkEnd("a name")
    }
  }

  /// Reads a string in double quotes, or a character in single quotes, whose value is its code point.
  private mutating func quoted(_ followsSpace: Bool) throws(TemplateError) {
    let start = position
    let quote = bytes[position]
    var value: [UInt8] = []
    position += 1
    while true {
      guard position < bytes.count, bytes[position] != UInt8(ascii: "\n") else {
        throw source.error(at: start, "the string is never closed by \(quote == UInt8(ascii: "'") ? "\"'\"" : "'\"'")")
      }
      if bytes[position] == quote { break }
      if bytes[position] == UInt8(ascii: "\\") {
        let escape = position
        guard GoText.unescape(bytes, &position, to: &value) else {
          throw source.error(at: escape, "invalid escape sequence in a string")
        }
      } else {
        value.append(bytes[position])
        position += 1
      }
    }
    position += 1
    let text = String(decoding: value, as: UTF8.self)
    if quote == UInt8(ascii: "\"") {
      add(.string(text), at: start, followsSpace: followsSpace)
    } else {
      guard let scalar = text.unicodeScalars.first, text.unicodeScalars.count == 1 else {
        throw source.error(at: start, "single quotes must contain one character; write strings in double quotes")
      }
      add(.integer(Int64(scalar.value)), at: start, followsSpace: followsSpace)
    }
  }

  // MARK: Characters

  private mutating func single(_ kind: TemplateToken.Kind, _ followsSpace: Bool) {
    add(kind, at: position, followsSpace: followsSpace)
    position += 1
  }

  private mutating func add(_ kind: TemplateToken.Kind, at offset: Int, followsSpace: Bool = false) {
    tokens.append(TemplateToken(kind: kind, offset: offset, followsSpace: followsSpace))
  }

  private mutating func skipName() {
    while position < bytes.count, isNamePart(bytes[position]) { position += 1 }
  }

  // All characters beyond ASCII are accepted as letters; Go's exact set would not have any advantage here.
  private func isNamePart(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "_"),
      UInt8(ascii: "0")...UInt8(ascii: "9"), 0x80...:
      true
    default: false
    }
  }

  private func isDigit(_ offset: Int) -> Bool {
    offset < bytes.count && (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(bytes[offset])
  }

  private func isSpace(_ offset: Int) -> Bool {
    offset < bytes.count && [0x20, 0x09, 0x0D, 0x0A].contains(bytes[offset])
  }

  private func skippingSpace(from offset: Int) -> Int {
    var offset = offset
    while isSpace(offset) { offset += 1 }
    return offset
  }

  /// Throws an error if the token is followed by a character that is not allowed there, as in the key
  /// `io.kubernetes/name`.
  private func checkEnd(_ token: String) throws(TemplateError) {
    guard position < bytes.count, !isSpace(position), !source.starts(with: "}}", at: position) else { return }
    if !".,|:)(=".utf8.contains(bytes[position]) {
      let hint = bytes[position] == UInt8(ascii: "}") ? "" : "; write other keys as (index . \"key\")"
      throw source.error(at: position, "unexpected character \(source.character(at: position)) after \(token)\(hint)")
    }
  }
}
