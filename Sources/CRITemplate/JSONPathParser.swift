internal import CRIJSON

/// Reads a jsonpath template.
struct JSONPathParser {
  let source: TemplateSource
  var at = 0
  /// Where the part ends that is read: the template, or a filter's side.
  var end: Int
  var depth: Int

  /// No template that a person writes nests deeper, and no deeper one can exhaust the stack.
  static let maximumDepth = 50

  init(_ source: TemplateSource) {
    self.source = source
    end = source.bytes.count
    depth = 0
  }

  /// A part of the same text.
  init(_ outer: JSONPathParser, _ range: Range<Int>) throws(TemplateError) {
    source = outer.source
    at = range.lowerBound
    end = range.upperBound
    depth = outer.depth + 1
    guard depth <= Self.maximumDepth else {
      throw source.error(at: at, "nested deeper than \(Self.maximumDepth) levels")
    }
  }

  mutating func template() throws(TemplateError) -> [JSONPathSegment] {
    try segments(openRange: nil)
  }

  private mutating func segments(openRange: Int?) throws(TemplateError) -> [JSONPathSegment] {
    var segments: [JSONPathSegment] = []
    while at < end {
      let start = at
      while at < end, source.bytes[at] != UInt8(ascii: "{") { at += 1 }
      if start < at { segments.append(.text(source.text(start..<at))) }
      guard at < end else { break }
      let open = at
      at += 1
      skipSpace()
      switch word() {
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
        guard try expression(open).isEmpty else { throw source.error(at: open, "{end} takes nothing") }
        return segments
      default: segments.append(.expression(try expression(open), at: open))
      }
    }
    if let openRange { throw source.error(at: openRange, "{range} is never closed by {end}") }
    return segments
  }

  /// The keyword that begins here, which is skipped.
  private mutating func word() -> String? {
    for word in ["range", "end"] where source.starts(with: word, at: at) {
      let after = at + word.utf8.count
      guard after >= end || isTerminator(source.bytes[after]) else { continue }
      at = after
      return word
    }
    return nil
  }

  private mutating func expression(_ open: Int) throws(TemplateError) -> [JSONPathStep] {
    let steps = try steps()
    guard at < end else { throw source.error(at: open, "\"{\" is never closed by \"}\"") }
    at += 1
    return steps
  }

  /// Steps up to `}` or the end.
  mutating func steps() throws(TemplateError) -> [JSONPathStep] {
    var steps: [JSONPathStep] = []
    while at < end, source.bytes[at] != UInt8(ascii: "}") {
      let start = at
      switch source.bytes[at] {
      case UInt8(ascii: " "), UInt8(ascii: "\t"), UInt8(ascii: "\n"), UInt8(ascii: "\r"),
        // The current object: every expression begins there anyway.
        UInt8(ascii: "@"), UInt8(ascii: "$"):
        at += 1
      case UInt8(ascii: "["): steps.append(try bracket())
      case UInt8(ascii: "\""), UInt8(ascii: "'"): steps.append(.text(try quoted()))
      case UInt8(ascii: "."):
        at += 1
        if at < end, source.bytes[at] == UInt8(ascii: ".") {
          at += 1
          if case .descent = steps.last { throw source.error(at: start, "two \"..\" in a row") }
          steps.append(.descent)
          if at < end, isTerminator(source.bytes[at]) { continue }
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
    let start = at
    while at < end, !isTerminator(source.bytes[at]) { at += 1 }
    let word = source.text(start..<at)
    switch word {
    case "true": return .constant(true)
    case "false": return .constant(false)
    case "range", "end": throw source.error(at: start, "\"\(word)\" must stand first in its braces")
    case _ where word.unicodeScalars.first?.properties.isAlphabetic == true || word.hasPrefix("_"):
      throw source.error(
        at: start, "unknown word \(GoText.quote(word)); a field is written \(GoText.quote("." + word))")
    case _ where word.hasPrefix("&") || word.hasPrefix("|"):
      throw source.error(at: start, "a filter compares once; \"&&\" and \"||\" are not supported")
    default: throw source.error(at: start, "unexpected character \(source.character(at: start))")
    }
  }

  private mutating func field() -> JSONPathStep {
    var name: [UInt8] = []
    while at < end, !isTerminator(source.bytes[at]) {
      // A backslash takes the next character as it is.
      if source.bytes[at] == UInt8(ascii: "\\"), at + 1 < end { at += 1 }
      name.append(source.bytes[at])
      at += 1
    }
    let text = String(decoding: name, as: UTF8.self)
    return text == "*" ? .wildcard : .field(text)
  }

  private mutating func number() throws(TemplateError) -> String {
    let start = at
    at += 1
    while at < end, "0123456789.".utf8.contains(source.bytes[at]) { at += 1 }
    let text = source.text(start..<at)
    let unsigned = text.hasPrefix("+") ? String(text.dropFirst()) : text
    guard Double(unsigned) != nil else { throw source.error(at: start, "\(GoText.quote(text)) is not a number") }
    return unsigned
  }

  /// A text in quotes of either kind.
  mutating func quoted() throws(TemplateError) -> String {
    let start = at
    let quote = source.bytes[at]
    var value: [UInt8] = []
    at += 1
    while true {
      guard at < end, source.bytes[at] != UInt8(ascii: "\n") else {
        throw source.error(at: start, "the quotes are never closed")
      }
      if source.bytes[at] == quote { break }
      if source.bytes[at] == UInt8(ascii: "\\") {
        let escape = at
        guard GoText.unescape(source.bytes, &at, to: &value) else {
          throw source.error(at: escape, "no such escape in a text")
        }
      } else {
        value.append(source.bytes[at])
        at += 1
      }
    }
    at += 1
    return String(decoding: value, as: UTF8.self)
  }

  mutating func skipSpace() {
    while at < end, source.bytes[at] == UInt8(ascii: " ") { at += 1 }
  }

  private func isTerminator(_ byte: UInt8) -> Bool { " \t\r\n.,[]$@{}".utf8.contains(byte) }
}
