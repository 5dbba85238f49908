extension PatternParser {
  /// The characters between `\Q` and `\E`, which stand for themselves.
  mutating func quotation() -> [PatternNode] {
    var nodes: [PatternNode] = []
    while let scalar = rest.popFirst() {
      if scalar == "\\", take("E") { break }
      nodes.append(literal(scalar.value))
    }
    return nodes
  }

  mutating func escape() throws(PatternError) -> PatternNode {
    switch rest.first {
    case "A": return assertion(.textStart)
    case "z": return assertion(.textEnd)
    case "b": return assertion(.wordBoundary)
    case "B": return assertion(.notWordBoundary)
    default:
      if let set = try escapedClass() { return .scalar(set) }
      return literal(try escapedScalar())
    }
  }

  private mutating func assertion(_ assertion: PatternNode.Assertion) -> PatternNode {
    rest.removeFirst()
    return .assertion(assertion)
  }

  mutating func escapedClass() throws(PatternError) -> ScalarSet? {
    var set: ScalarSet
    switch rest.first {
    case "d": set = .digit
    case "D": set = .digit.inverted
    case "s": set = .space
    case "S": set = .space.inverted
    case "w": set = .word
    case "W": set = .word.inverted
    case "p", "P": return try unicodeClass()
    default: return nil
    }
    rest.removeFirst()
    set.ignoresCase = flags.ignoresCase
    return set
  }

  /// `\pL`, `\p{Lu}`, `\p{^Lu}` or `\P{Lu}`.
  private mutating func unicodeClass() throws(PatternError) -> ScalarSet {
    var isInverted = rest.popFirst() == "P"
    var name = rest.prefix(1)
    if take("{") {
      name = rest.prefix { $0 != "}" }
      rest.removeFirst(name.count)
      guard take("}") else { throw PatternError(reason: "unmatched \\p{") }
    } else {
      rest.removeFirst(name.count)
    }
    if name.first == "^" {
      isInverted.toggle()
      name.removeFirst()
    }
    guard var set = ScalarSet(unicodeName: String(name)) else {
      throw PatternError(
        reason: "\\p{\(String(name))} is not supported; use a general category such as \\pL, \\p{Lu} or \\p{Nd}")
    }
    set.ignoresCase = flags.ignoresCase
    return isInverted ? set.inverted : set
  }

  mutating func escapedScalar() throws(PatternError) -> UInt32 {
    guard let scalar = rest.popFirst() else { throw PatternError(reason: "the expression ends with a backslash") }
    switch scalar {
    case "a": return 0x07
    case "f": return 0x0C
    case "n": return 0x0A
    case "r": return 0x0D
    case "t": return 0x09
    case "v": return 0x0B
    case "x": return try hexadecimal()
    case "0"..."7": return try octal(scalar)
    default:
      guard scalar.isASCII, !ScalarSet.word.contains(scalar) || scalar == "_" else {
        throw PatternError(reason: "\\\(scalar) is not supported")
      }
      return scalar.value
    }
  }

  /// `\0`, or up to three octal digits. Any other single digit would be a backreference, which RE2 does not support.
  private mutating func octal(_ first: Unicode.Scalar) throws(PatternError) -> UInt32 {
    let more = rest.prefix(2).prefix { ("0"..."7").contains($0) }
    guard first == "0" || !more.isEmpty else {
      throw PatternError(reason: "\\\(first) is not supported; there are no backreferences")
    }
    rest.removeFirst(more.count)
    return more.reduce(first.value - 0x30) { $0 * 8 + $1.value - 0x30 }
  }

  /// `\x7F` or `\x{10FFFF}`.
  private mutating func hexadecimal() throws(PatternError) -> UInt32 {
    let isBraced = take("{")
    let digits = rest.prefix { $0.isASCII && $0.properties.isHexDigit }.prefix(isBraced ? rest.count : 2)
    rest.removeFirst(digits.count)
    guard let value = UInt32(String(digits), radix: 16), value <= 0x10FFFF,
      isBraced ? take("}") : digits.count == 2
    else { throw PatternError(reason: "\\x needs two hexadecimal digits, or a value of at most 10FFFF in braces") }
    return value
  }
}
