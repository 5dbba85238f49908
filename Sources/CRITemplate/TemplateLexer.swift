/// Cuts a template into words.
struct TemplateLexer {
  let source: TemplateSource
  private var at = 0
  private var tokens: [TemplateToken] = []

  init(_ source: TemplateSource) { self.source = source }

  private var bytes: [UInt8] { source.bytes }

  mutating func run() throws(TemplateError) -> [TemplateToken] {
    // Whether the action before the text took the white space that follows it: `-}}`.
    var isTrimmed = false
    while at < bytes.count {
      let start = at
      while at < bytes.count, !source.starts(with: "{{", at: at) { at += 1 }
      let open = at
      let trims = open < bytes.count && source.starts(with: "-", at: open + 2) && isSpace(open + 3)
      text(start..<open, trimsStart: isTrimmed, trimsEnd: trims)
      guard open < bytes.count else { break }
      at = open + (trims ? 3 : 2)
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

  /// Reads up to the closing braces and says whether they take the following white space.
  private mutating func action(from open: Int, isTrimmed: Bool) throws(TemplateError) -> Bool {
    let afterMarker = isTrimmed ? skippingSpace(from: at) : at
    if source.starts(with: "/*", at: afterMarker) { return try comment(from: afterMarker, open: open) }
    add(.open, at: open)
    while true {
      let start = at
      at = skippingSpace(from: at)
      let isSpaced = at > start
      if isSpaced, source.starts(with: "-}}", at: at) {
        add(.close, at: at, isSpaced: true)
        at += 3
        return true
      }
      if source.starts(with: "}}", at: at) {
        add(.close, at: at, isSpaced: isSpaced)
        at += 2
        return false
      }
      guard at < bytes.count else { throw source.error(at: open, "\"{{\" is never closed by \"}}\"") }
      try token(isSpaced)
    }
  }

  private mutating func comment(from start: Int, open: Int) throws(TemplateError) -> Bool {
    at = start + 2
    while at < bytes.count, !source.starts(with: "*/", at: at) { at += 1 }
    guard at < bytes.count else { throw source.error(at: open, "the comment is never closed by \"*/\"") }
    at += 2
    if source.starts(with: "}}", at: at) {
      at += 2
      return false
    }
    let end = skippingSpace(from: at)
    guard end > at, source.starts(with: "-}}", at: end) else {
      throw source.error(at: at, "a comment must end in \"*/}}\" or \"*/ -}}\"")
    }
    at = end + 3
    return true
  }

  private mutating func token(_ isSpaced: Bool) throws(TemplateError) {
    let start = at
    switch bytes[at] {
    case UInt8(ascii: "|"): single(.pipe, isSpaced)
    case UInt8(ascii: ","): single(.comma, isSpaced)
    case UInt8(ascii: "("): single(.leftParenthesis, isSpaced)
    case UInt8(ascii: ")"): single(.rightParenthesis, isSpaced)
    case UInt8(ascii: "="): single(.assign, isSpaced)
    case UInt8(ascii: ":"):
      guard source.starts(with: ":=", at: at) else { throw source.error(at: at, "expected \":=\"") }
      at += 2
      add(.declare, at: start, isSpaced: isSpaced)
    case UInt8(ascii: "\""), UInt8(ascii: "'"): try quoted(isSpaced)
    case UInt8(ascii: "`"):
      guard let end = bytes[(at + 1)...].firstIndex(of: UInt8(ascii: "`")) else {
        throw source.error(at: start, "the raw string is never closed by \"`\"")
      }
      at = end + 1
      add(.string(source.text(start + 1..<end)), at: start, isSpaced: isSpaced)
    case UInt8(ascii: "$"):
      at += 1
      skipName()
      add(.variable(source.text(start..<at)), at: start, isSpaced: isSpaced)
      try checkEnd("a variable")
    case UInt8(ascii: ".") where !isDigit(at + 1):
      at += 1
      skipName()
      add(at == start + 1 ? .dot : .field(source.text(start + 1..<at)), at: start, isSpaced: isSpaced)
      try checkEnd("a field")
    case UInt8(ascii: "."), UInt8(ascii: "+"), UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"):
      var numbers = TemplateNumberReader(source, at: at)
      add(try numbers.read(), at: start, isSpaced: isSpaced)
      at = numbers.at
    default:
      skipName()
      guard at > start else {
        throw source.error(at: start, "unexpected character \(source.character(at: start))")
      }
      add(.identifier(source.text(start..<at)), at: start, isSpaced: isSpaced)
      try checkEnd("a name")
    }
  }

  /// A string in double quotes, or a character in single ones, which is its number.
  private mutating func quoted(_ isSpaced: Bool) throws(TemplateError) {
    let start = at
    let quote = bytes[at]
    var value: [UInt8] = []
    at += 1
    while true {
      guard at < bytes.count, bytes[at] != UInt8(ascii: "\n") else {
        throw source.error(at: start, "the string is never closed by \(quote == UInt8(ascii: "'") ? "\"'\"" : "'\"'")")
      }
      if bytes[at] == quote { break }
      if bytes[at] == UInt8(ascii: "\\") {
        let escape = at
        guard GoText.unescape(bytes, &at, to: &value) else {
          throw source.error(at: escape, "no such escape in a string")
        }
      } else {
        value.append(bytes[at])
        at += 1
      }
    }
    at += 1
    let text = String(decoding: value, as: UTF8.self)
    if quote == UInt8(ascii: "\"") {
      add(.string(text), at: start, isSpaced: isSpaced)
    } else {
      guard let scalar = text.unicodeScalars.first, text.unicodeScalars.count == 1 else {
        throw source.error(at: start, "single quotes hold one character; write strings in double quotes")
      }
      add(.integer(Int64(scalar.value)), at: start, isSpaced: isSpaced)
    }
  }

  // MARK: Characters

  private mutating func single(_ kind: TemplateToken.Kind, _ isSpaced: Bool) {
    add(kind, at: at, isSpaced: isSpaced)
    at += 1
  }

  private mutating func add(_ kind: TemplateToken.Kind, at offset: Int, isSpaced: Bool = false) {
    tokens.append(TemplateToken(kind: kind, offset: offset, isSpaced: isSpaced))
  }

  private mutating func skipName() {
    while at < bytes.count, isNamePart(bytes[at]) { at += 1 }
  }

  // Beyond ASCII everything passes for a letter: Go's set of letters would buy nothing here.
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

  /// A key such as `io.kubernetes/name` is no field: say so, where the first character shows it.
  private func checkEnd(_ what: String) throws(TemplateError) {
    guard at < bytes.count, !isSpace(at), !source.starts(with: "}}", at: at) else { return }
    if !".,|:)(=".utf8.contains(bytes[at]) {
      let hint = bytes[at] == UInt8(ascii: "}") ? "" : "; write other keys as (index . \"key\")"
      throw source.error(at: at, "unexpected character \(source.character(at: at)) after \(what)\(hint)")
    }
  }
}
