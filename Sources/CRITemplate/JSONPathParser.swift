internal import CRIJSON

/// Parses a jsonpath template.
struct JSONPathParser {
  let source: TemplateSource
  var position = 0
  /// The end of the part to parse: the whole template, or one side of a filter.
  var end: Int
  var depth: Int

  /// The maximum nesting depth. It protects the stack and is more than any real template needs.
  static let maximumDepth = 50

  init(_ source: TemplateSource) {
    self.source = source
    end = source.bytes.count
    depth = 0
  }

  /// Creates a parser for a part of another parser's text.
  init(_ outer: JSONPathParser, _ range: Range<Int>) throws(TemplateError) {
    source = outer.source
    position = range.lowerBound
    end = range.upperBound
    depth = outer.depth + 1
    guard depth <= Self.maximumDepth else {
      throw source.error(at: position, "nested deeper than \(Self.maximumDepth) levels")
    }
  }

  mutating func template() throws(TemplateError) -> [JSONPathSegment] {
    try segments(openRange: nil)
  }

  private mutating func segments(openRange: Int?) throws(TemplateError) -> [JSONPathSegment] {
    var segments: [JSONPathSegment] = []
    while position < end {
      let start = position
      while position < end, source.bytes[position] != UInt8(ascii: "{") { position += 1 }
      if start < position { segments.append(.text(source.text(start..<position))) }
      guard position < end else { break }
      let open = position
      position += 1
      skipSpace()
      switch keyword() {
      case "range":
        let steps = try expression(open)
        guard depth < Self.maximumDepth else {
          throw source.error(at: open, "nested deeper than \(Self.maximumDepth) levels")
        }
        depth += 1
        segments.append(.range(steps, try self.segments(openRange: open), at: open))
        depth -= 1
      case "end":
        guard openRange != nil else { throw source.error(at: open, "{end} without {range}") }
        guard try expression(open).isEmpty else { throw source.error(at: open, "{end} takes no arguments") }
        return segments
      default: segments.append(.expression(try expression(open), at: open))
      }
    }
    if let openRange { throw source.error(at: openRange, "{range} is never closed by {end}") }
    return segments
  }

  /// Consumes a keyword and returns it, or returns nil.
  private mutating func keyword() -> String? {
    for word in ["range", "end"] where source.starts(with: word, at: position) {
      let after = position + word.utf8.count
      guard after >= end || isTerminator(source.bytes[after]) else { continue }
      position = after
      return word
    }
    return nil
  }

  private mutating func expression(_ open: Int) throws(TemplateError) -> [JSONPathStep] {
    let steps = try steps()
    guard position < end else { throw source.error(at: open, "\"{\" is never closed by \"}\"") }
    position += 1
    return steps
  }

  /// Parses steps up to `}` or the end of the part.
  mutating func steps() throws(TemplateError) -> [JSONPathStep] {
    var steps: [JSONPathStep] = []
    while position < end, source.bytes[position] != UInt8(ascii: "}") {
      let start = position
      switch source.bytes[position] {
      case UInt8(ascii: " "), UInt8(ascii: "\t"), UInt8(ascii: "\n"), UInt8(ascii: "\r"),
        // These have no effect, because every expression begins at the current object.
        UInt8(ascii: "@"), UInt8(ascii: "$"):
        position += 1
      case UInt8(ascii: "["): steps.append(try bracket())
      case UInt8(ascii: "\""), UInt8(ascii: "'"): steps.append(.text(try quoted()))
      case UInt8(ascii: "."):
        position += 1
        if position < end, source.bytes[position] == UInt8(ascii: ".") {
          position += 1
          if case .descent = steps.last { throw source.error(at: start, "two consecutive \"..\"") }
          steps.append(.descent)
          if position < end, isTerminator(source.bytes[position]) { continue }
        }
        steps.append(field())
      case UInt8(ascii: "+"), UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"):
        steps.append(.constant(.number(try number())))
      default: steps.append(try literal())
      }
    }
    return steps
  }

  private mutating func literal() throws(TemplateError) -> JSONPathStep {
    let start = position
    while position < end, !isTerminator(source.bytes[position]) { position += 1 }
    let word = source.text(start..<position)
    switch word {
    case "true": return .constant(true)
    case "false": return .constant(false)
    case "range", "end": throw source.error(at: start, "\"\(word)\" must be the first word in its braces")
    case _ where word.unicodeScalars.first?.properties.isAlphabetic == true || word.hasPrefix("_"):
      throw source.error(
        at: start, "unknown word \(GoText.quote(word)); write a field as \(GoText.quote("." + word))")
    case _ where word.hasPrefix("&") || word.hasPrefix("|"):
      throw source.error(at: start, "a filter can have only one comparison; \"&&\" and \"||\" are not supported")
    default: throw source.error(at: start, "unexpected character \(source.character(at: start))")
    }
  }

  private mutating func field() -> JSONPathStep {
    var name: [UInt8] = []
    while position < end, !isTerminator(source.bytes[position]) {
      // A backslash removes the special meaning of the next character.
      if source.bytes[position] == UInt8(ascii: "\\"), position + 1 < end { position += 1 }
      name.append(source.bytes[position])
      position += 1
    }
    let text = String(decoding: name, as: UTF8.self)
    return text == "*" ? .wildcard : .field(text)
  }

  private mutating func number() throws(TemplateError) -> String {
    let start = position
    position += 1
    while position < end, "0123456789.".utf8.contains(source.bytes[position]) { position += 1 }
    let text = source.text(start..<position)
    let unsigned = text.hasPrefix("+") ? String(text.dropFirst()) : text
    guard Double(unsigned) != nil else { throw source.error(at: start, "\(GoText.quote(text)) is not a number") }
    return unsigned
  }

  /// Parses text in single or double quotes.
  mutating func quoted() throws(TemplateError) -> String {
    let start = position
    let quote = source.bytes[position]
    var value: [UInt8] = []
    position += 1
    while true {
      guard position < end, source.bytes[position] != UInt8(ascii: "\n") else {
        throw source.error(at: start, "the quotes are never closed")
      }
      if source.bytes[position] == quote { break }
      if source.bytes[position] == UInt8(ascii: "\\") {
        let escape = position
        guard GoText.unescape(source.bytes, &position, to: &value) else {
          throw source.error(at: escape, "invalid escape sequence in quoted text")
        }
      } else {
        value.append(source.bytes[position])
        position += 1
      }
    }
    position += 1
    return String(decoding: value, as: UTF8.self)
  }

  mutating func skipSpace() {
    while position < end, source.bytes[position] == UInt8(ascii: " ") { position += 1 }
  }

  private func isTerminator(_ byte: UInt8) -> Bool { " \t\r\n.,[]$@{}".utf8.contains(byte) }
}
