extension JSONPathParser {
  /// `[…]`: an index, a slice, a quoted key, a union of these, or a filter.
  mutating func bracket() throws(TemplateError) -> JSONPathStep {
    let open = at
    if source.starts(with: "[?(", at: at) { return try filter() }
    at += 1
    var parts: [JSONPathStep] = []
    while true {
      skipSpace()
      parts.append(try element(open))
      skipSpace()
      guard at < end else { throw source.error(at: open, "\"[\" is never closed by \"]\"") }
      let byte = source.bytes[at]
      at += 1
      if byte == UInt8(ascii: "]") { break }
      guard byte == UInt8(ascii: ",") else {
        throw source.error(at: at - 1, "unexpected character \(source.character(at: at - 1)) in \"[…]\"")
      }
    }
    return parts.count == 1 ? parts[0] : .union(parts.map { [$0] })
  }

  private mutating func element(_ open: Int) throws(TemplateError) -> JSONPathStep {
    guard at < end else { throw source.error(at: open, "\"[\" is never closed by \"]\"") }
    switch source.bytes[at] {
    case UInt8(ascii: "'"), UInt8(ascii: "\""): return .field(try key())
    case UInt8(ascii: "*"):
      at += 1
      return .slice(JSONPathSlice(start: nil, end: nil, step: nil, isOne: false, at: open))
    case UInt8(ascii: "?"): throw source.error(at: at, "a filter is written \"[?(…)]\"")
    default: break
    }
    var numbers: [Int?] = [try integer()]
    while at < end, source.bytes[at] == UInt8(ascii: ":") {
      at += 1
      numbers.append(try integer())
    }
    guard numbers.count <= 3, numbers.count > 1 || numbers[0] != nil else {
      throw source.error(at: open, "\"[…]\" needs an index, a slice, a quoted key or a filter")
    }
    let isOne = numbers.count == 1
    numbers += [nil, nil]
    return .slice(JSONPathSlice(start: numbers[0], end: numbers[1], step: numbers[2], isOne: isOne, at: open))
  }

  /// A quoted key is the key itself, dots and all; kubectl's way to write a dot, `\.`, is understood too.
  private mutating func key() throws(TemplateError) -> String {
    let start = at
    let quote = source.bytes[at]
    var key: [UInt8] = []
    at += 1
    while at < end, source.bytes[at] != quote {
      if source.bytes[at] == UInt8(ascii: "\\"), at + 1 < end { at += 1 }
      key.append(source.bytes[at])
      at += 1
    }
    guard at < end else { throw source.error(at: start, "the quotes are never closed") }
    at += 1
    return String(decoding: key, as: UTF8.self)
  }

  private mutating func integer() throws(TemplateError) -> Int? {
    let start = at
    if at < end, source.bytes[at] == UInt8(ascii: "-") { at += 1 }
    while at < end, (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(source.bytes[at]) { at += 1 }
    guard at > start else { return nil }
    let text = source.text(start..<at)
    // Far beyond every list, and far from overflowing where lengths are added.
    guard let number = Int(text), abs(number) <= 1 << 40 else {
      throw source.error(at: start, "\(GoText.quote(text)) is not an index")
    }
    return number
  }

  // MARK: Filters

  private mutating func filter() throws(TemplateError) -> JSONPathStep {
    let open = at
    at += 3
    let start = at
    try skipFilter(open)
    let close = at
    at += 2
    let isOperator: (UInt8) -> Bool = { "!<>=".utf8.contains($0) }
    // The first operator; quotes at the left would only hold a text, which nobody compares.
    guard let first = source.bytes[start..<close].firstIndex(where: isOperator) else {
      var inner = try JSONPathParser(self, start..<close)
      return .filter(left: try inner.side(), comparison: nil, at: open)
    }
    let afterOperator = source.bytes[first..<close].firstIndex { !isOperator($0) } ?? close
    let text = source.text(first..<afterOperator)
    guard let comparison = JSONPathComparison(rawValue: text) else {
      throw source.error(at: first, "\(GoText.quote(text)) is not one of ==, !=, <, <=, >, >=")
    }
    guard first > start, afterOperator < close else {
      throw source.error(at: first, "a filter needs something on both sides of \(GoText.quote(text))")
    }
    var left = try JSONPathParser(self, start..<first)
    var right = try JSONPathParser(self, afterOperator..<close)
    return .filter(left: try left.side(), comparison: (comparison, right: try right.side()), at: open)
  }

  /// Goes to the `)]` that closes the filter.
  private mutating func skipFilter(_ open: Int) throws(TemplateError) {
    var quote: UInt8?
    var parentheses = 0
    while at < end {
      let byte = source.bytes[at]
      if byte == UInt8(ascii: "\\"), quote != nil {
        at += 1
      } else if let current = quote {
        if byte == current { quote = nil }
      } else if byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "'") {
        quote = byte
      } else if byte == UInt8(ascii: "(") {
        parentheses += 1
      } else if byte == UInt8(ascii: ")") {
        if parentheses == 0 {
          guard at + 1 < end, source.bytes[at + 1] == UInt8(ascii: "]") else {
            throw source.error(at: at, "expected \"]\" after the filter's \")\"")
          }
          return
        }
        parentheses -= 1
      }
      at += 1
    }
    throw source.error(at: open, "\"[?(\" is never closed by \")]\"")
  }

  /// All of a filter's side.
  private mutating func side() throws(TemplateError) -> [JSONPathStep] {
    let steps = try steps()
    guard at >= end else { throw source.error(at: at, "unexpected character \(source.character(at: at))") }
    return steps
  }
}
