extension JSONPathParser {
  /// Parses `[…]`: an index, a slice, a quoted key, a union of these, or a filter.
  mutating func bracket() throws(TemplateError) -> JSONPathStep {
    let open = position
    if source.starts(with: "[?(", at: position) { return try filter() }
    position += 1
    var parts: [JSONPathStep] = []
    while true {
      skipSpace()
      parts.append(try element(open))
      skipSpace()
      guard position < end else { throw source.error(at: open, "\"[\" is never closed by \"]\"") }
      let byte = source.bytes[position]
      position += 1
      if byte == UInt8(ascii: "]") { break }
      guard byte == UInt8(ascii: ",") else {
        throw source.error(at: position - 1, "unexpected character \(source.character(at: position - 1)) in \"[…]\"")
      }
    }
    return parts.count == 1 ? parts[0] : .union(parts.map { [$0] })
  }

  private mutating func element(_ open: Int) throws(TemplateError) -> JSONPathStep {
    guard position < end else { throw source.error(at: open, "\"[\" is never closed by \"]\"") }
    switch source.bytes[position] {
    case UInt8(ascii: "'"), UInt8(ascii: "\""): return .field(try key())
    case UInt8(ascii: "*"):
      position += 1
      return .slice(JSONPathSlice(start: nil, end: nil, step: nil, isIndex: false, offset: open))
    case UInt8(ascii: "?"): throw source.error(at: position, "a filter must be written as \"[?(…)]\"")
    default: break
    }
    var numbers: [Int?] = [try integer()]
    while position < end, source.bytes[position] == UInt8(ascii: ":") {
      position += 1
      numbers.append(try integer())
    }
    guard numbers.count <= 3, numbers.count > 1 || numbers[0] != nil else {
      throw source.error(at: open, "\"[…]\" needs an index, a slice, a quoted key or a filter")
    }
    let isIndex = numbers.count == 1
    numbers += [nil, nil]
    return .slice(JSONPathSlice(start: numbers[0], end: numbers[1], step: numbers[2], isIndex: isIndex, offset: open))
  }

  /// Parses a quoted key, in which dots do not have to be escaped. kubectl's `\.` is accepted too.
  private mutating func key() throws(TemplateError) -> String {
    let start = position
    let quote = source.bytes[position]
    var key: [UInt8] = []
    position += 1
    while position < end, source.bytes[position] != quote {
      if source.bytes[position] == UInt8(ascii: "\\"), position + 1 < end { position += 1 }
      key.append(source.bytes[position])
      position += 1
    }
    guard position < end else { throw source.error(at: start, "the quotes are never closed") }
    position += 1
    return String(decoding: key, as: UTF8.self)
  }

  private mutating func integer() throws(TemplateError) -> Int? {
    let start = position
    if position < end, source.bytes[position] == UInt8(ascii: "-") { position += 1 }
    while position < end, (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(source.bytes[position]) { position += 1 }
    guard position > start else { return nil }
    let text = source.text(start..<position)
    // The limit exceeds the length of any list, but adding a length to it cannot overflow.
    guard let number = Int(text), number.magnitude <= 1 << 40 else {
      throw source.error(at: start, "\(GoText.quote(text)) is not an index")
    }
    return number
  }

  // MARK: Filters

  private mutating func filter() throws(TemplateError) -> JSONPathStep {
    let open = position
    position += 3
    let start = position
    try skipFilter(open)
    let close = position
    position += 2
    let isOperator: (UInt8) -> Bool = { "!<>=".utf8.contains($0) }
    // The first operator separates the two sides, because a quoted operator on the left side would make no sense.
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
      throw source.error(at: first, "a filter needs a value on both sides of \(GoText.quote(text))")
    }
    var left = try JSONPathParser(self, start..<first)
    var right = try JSONPathParser(self, afterOperator..<close)
    return .filter(left: try left.side(), comparison: (comparison, right: try right.side()), at: open)
  }

  /// Moves to the `)]` that closes the filter.
  private mutating func skipFilter(_ open: Int) throws(TemplateError) {
    var quote: UInt8?
    var parentheses = 0
    while position < end {
      let byte = source.bytes[position]
      if byte == UInt8(ascii: "\\"), quote != nil {
        position += 1
      } else if let current = quote {
        if byte == current { quote = nil }
      } else if byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "'") {
        quote = byte
      } else if byte == UInt8(ascii: "(") {
        parentheses += 1
      } else if byte == UInt8(ascii: ")") {
        if parentheses == 0 {
          guard position + 1 < end, source.bytes[position + 1] == UInt8(ascii: "]") else {
            throw source.error(at: position, "expected \"]\" after the filter's \")\"")
          }
          return
        }
        parentheses -= 1
      }
      position += 1
    }
    throw source.error(at: open, "\"[?(\" is never closed by \")]\"")
  }

  /// Parses one side of a filter.
  private mutating func side() throws(TemplateError) -> [JSONPathStep] {
    let steps = try steps()
    guard position >= end else {
      throw source.error(at: position, "unexpected character \(source.character(at: position))")
    }
    return steps
  }
}
