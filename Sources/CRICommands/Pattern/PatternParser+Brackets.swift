extension PatternParser {
  /// The rest of `[…]`.
  mutating func bracket() throws(PatternError) -> ScalarSet {
    var set = ScalarSet(isInverted: take("^"), ignoresCase: flags.ignoresCase)
    var isFirst = true
    while isFirst || rest.first != "]" {
      isFirst = false
      if let part = try classInBracket() {
        set.parts.append(part)
        continue
      }
      let low = try scalarInBracket()
      var high = low
      let afterHyphen = rest.dropFirst().first
      if rest.first == "-", afterHyphen != nil, afterHyphen != "]" {
        rest.removeFirst()
        high = try scalarInBracket()
      }
      guard low <= high else { throw PatternError(reason: "a range in [] must be ascending") }
      set.ranges.append(low...high)
    }
    rest.removeFirst()
    return set
  }

  private mutating func classInBracket() throws(PatternError) -> ScalarSet? {
    let start = rest
    if take("\\") {
      if let set = try escapedClass() { return set }
      rest = start
    }
    guard take("["), take(":"), let end = endOfClassName() else {
      rest = start
      return nil
    }
    let isInverted = rest.first == "^"
    let name = String(rest[..<end].dropFirst(isInverted ? 1 : 0))
    guard let ranges = ScalarSet.named[name] else {
      throw PatternError(
        reason: "unknown class [:\(name):]; use one of \(ScalarSet.named.keys.sorted().joined(separator: ", "))"
      )
    }
    rest = rest[end...].dropFirst(2)
    return ScalarSet(ranges: ranges, isInverted: isInverted, ignoresCase: flags.ignoresCase)
  }

  /// The position of the next `:]`.
  private func endOfClassName() -> Substring.UnicodeScalarView.Index? {
    rest.indices.first { rest[$0] == ":" && rest[$0...].dropFirst().first == "]" }
  }

  private mutating func scalarInBracket() throws(PatternError) -> UInt32 {
    guard let scalar = rest.popFirst() else { throw PatternError(reason: "unmatched [") }
    return scalar == "\\" ? try escapedScalar() : scalar.value
  }
}
