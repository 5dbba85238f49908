/// Parses RE2's syntax.
struct PatternParser {
  private struct Flags {
    var ignoresCase = false
    var isMultiline = false
    var dotIsAny = false
  }

  private var rest: Substring.UnicodeScalarView
  private var flags = Flags()
  private var depth = 0

  private static let deepest = 200
  /// RE2's limit: a higher count is taken for a mistake.
  private static let maximumRepetitions = 1000

  static func parse(_ text: String) throws(PatternError) -> PatternNode {
    var parser = PatternParser(rest: Substring(text).unicodeScalars)
    let node = try parser.alternatives()
    guard parser.rest.isEmpty else { throw PatternError(reason: "unmatched )") }
    return node
  }

  private init(rest: Substring.UnicodeScalarView) { self.rest = rest }

  private mutating func take(_ scalar: Unicode.Scalar) -> Bool {
    guard rest.first == scalar else { return false }
    rest.removeFirst()
    return true
  }

  // MARK: Structure

  private mutating func alternatives() throws(PatternError) -> PatternNode {
    // Flags that are set in a group apply until its end.
    let outer = flags
    defer { flags = outer }
    var all = [try sequence()]
    while take("|") { all.append(try sequence()) }
    return all.count == 1 ? all[0] : .either(all)
  }

  private mutating func sequence() throws(PatternError) -> PatternNode {
    var nodes: [PatternNode] = []
    while let next = rest.first, next != "|", next != ")" {
      if let node = try piece() { nodes.append(node) }
    }
    return nodes.count == 1 ? nodes[0] : .sequence(nodes)
  }

  /// An atom with its repetition; nil for a group that only sets flags.
  private mutating func piece() throws(PatternError) -> PatternNode? {
    guard let node = try atom() else { return nil }
    guard let (minimum, maximum) = try repetition() else { return node }
    // Laziness makes no difference, because only the existence of a match matters.
    _ = take("?")
    if try repetition() != nil { throw PatternError(reason: "two repetitions follow each other") }
    return .repeated(node, atLeast: minimum, atMost: maximum)
  }

  private mutating func repetition() throws(PatternError) -> (Int, Int?)? {
    if take("*") { return (0, nil) }
    if take("+") { return (1, nil) }
    if take("?") { return (0, 1) }
    let start = rest
    guard take("{"), let minimum = number() else {
      // A brace that is not a count stands for itself.
      rest = start
      return nil
    }
    var maximum: Int? = minimum
    if take(",") { maximum = rest.first == "}" ? nil : number() ?? -1 }
    guard maximum != -1, take("}") else {
      rest = start
      return nil
    }
    guard max(minimum, maximum ?? 0) <= Self.maximumRepetitions, minimum <= maximum ?? minimum else {
      throw PatternError(reason: "a repetition must be {m}, {m,} or {m,n}, with m up to n and n up to 1000")
    }
    return (minimum, maximum)
  }

  private mutating func number() -> Int? {
    let digits = rest.prefix { ("0"..."9").contains($0) }
    guard !digits.isEmpty, digits.count < 7 else { return nil }
    rest.removeFirst(digits.count)
    return Int(String(digits))
  }

  private mutating func atom() throws(PatternError) -> PatternNode? {
    let scalar = rest.removeFirst()
    switch scalar {
    case "(": return try group()
    case "[": return .scalar(try bracket())
    case ".": return .scalar(flags.dotIsAny ? .any : .notNewline)
    case "^": return .assertion(flags.isMultiline ? .lineStart : .textStart)
    case "$": return .assertion(flags.isMultiline ? .lineEnd : .textEnd)
    case "*", "+", "?": throw PatternError(reason: "nothing to repeat before \(scalar)")
    case "\\": return try escape()
    default: return literal(scalar.value)
    }
  }

  private func literal(_ value: UInt32) -> PatternNode {
    .scalar(ScalarSet(ranges: [value...value], ignoresCase: flags.ignoresCase))
  }

  private mutating func group() throws(PatternError) -> PatternNode? {
    guard depth < Self.deepest else {
      throw PatternError(reason: "parentheses are nested more than \(Self.deepest) deep")
    }
    depth += 1
    defer { depth -= 1 }
    let outer = flags
    if take("?") {
      if take("P") || rest.first == "<" {
        try groupName()
      } else if try setFlags() {
        return nil
      }
    }
    let node = try alternatives()
    flags = outer
    guard take(")") else { throw PatternError(reason: "unmatched (") }
    return node
  }

  private mutating func groupName() throws(PatternError) {
    guard take("<"), let end = rest.firstIndex(of: ">"), end != rest.startIndex,
      rest[..<end].allSatisfy({ ScalarSet.word.contains($0) })
    else { throw PatternError(reason: "a group must be (…), (?:…), (?P<name>…) or (?flags:…)") }
    rest = rest[rest.index(after: end)...]
  }

  /// Sets `i`, `m`, `s` and `U`, and clears those after `-`. Returns whether they apply to what follows the group.
  private mutating func setFlags() throws(PatternError) -> Bool {
    var isOn = true
    while let flag = rest.popFirst() {
      switch flag {
      case "i": flags.ignoresCase = isOn
      case "m": flags.isMultiline = isOn
      case "s": flags.dotIsAny = isOn
      case "U": break
      case "-" where isOn: isOn = false
      case ":": return false
      case ")": return true
      default:
        throw PatternError(reason: "(?\(flag) is not supported; use (?:…), (?P<name>…) or (?imsU)")
      }
    }
    throw PatternError(reason: "unmatched (")
  }

  // MARK: Escapes

  private mutating func escape() throws(PatternError) -> PatternNode {
    switch rest.first {
    case "A": return assertion(.textStart)
    case "z": return assertion(.textEnd)
    case "b": return assertion(.wordBoundary)
    case "B": return assertion(.noWordBoundary)
    default:
      if let ranges = escapedClass() { return .scalar(ScalarSet(ranges: ranges)) }
      return literal(try escapedScalar())
    }
  }

  private mutating func assertion(_ assertion: PatternNode.Assertion) -> PatternNode {
    rest.removeFirst()
    return .assertion(assertion)
  }

  private mutating func escapedClass() -> [ClosedRange<UInt32>]? {
    let ranges: [ClosedRange<UInt32>]
    switch rest.first {
    case "d": ranges = ScalarSet.digit.ranges
    case "D": ranges = ScalarSet.digit.complement
    case "s": ranges = ScalarSet.space.ranges
    case "S": ranges = ScalarSet.space.complement
    case "w": ranges = ScalarSet.word.ranges
    case "W": ranges = ScalarSet.word.complement
    default: return nil
    }
    rest.removeFirst()
    return ranges
  }

  private mutating func escapedScalar() throws(PatternError) -> UInt32 {
    guard let scalar = rest.popFirst() else { throw PatternError(reason: "a backslash at the end") }
    switch scalar {
    case "a": return 0x07
    case "f": return 0x0C
    case "n": return 0x0A
    case "r": return 0x0D
    case "t": return 0x09
    case "v": return 0x0B
    case "x": return try hexadecimal()
    default:
      guard scalar.isASCII, !ScalarSet.word.contains(scalar) || scalar == "_" else {
        throw PatternError(reason: "\\\(scalar) is not supported")
      }
      return scalar.value
    }
  }

  /// `\x7F` or `\x{10FFFF}`.
  private mutating func hexadecimal() throws(PatternError) -> UInt32 {
    let isBraced = take("{")
    let digits = rest.prefix { $0.isASCII && $0.properties.isHexDigit }.prefix(isBraced ? 8 : 2)
    rest.removeFirst(digits.count)
    guard let value = UInt32(String(digits), radix: 16), value <= 0x10FFFF,
      isBraced ? take("}") : digits.count == 2
    else { throw PatternError(reason: "\\x needs two hexadecimal digits, or up to 10FFFF in braces") }
    return value
  }

  // MARK: Brackets

  private mutating func bracket() throws(PatternError) -> ScalarSet {
    var set = ScalarSet(ranges: [], isInverted: take("^"), ignoresCase: flags.ignoresCase)
    var isFirst = true
    while isFirst || rest.first != "]" {
      isFirst = false
      if let ranges = try classInBracket() {
        set.ranges += ranges
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

  private mutating func classInBracket() throws(PatternError) -> [ClosedRange<UInt32>]? {
    let start = rest
    if take("\\") {
      if let ranges = escapedClass() { return ranges }
      rest = start
    }
    guard take("["), take(":") else {
      rest = start
      return nil
    }
    let isInverted = take("^")
    let name = String(rest.prefix { $0 != ":" })
    guard let ranges = ScalarSet.named[name] else {
      throw PatternError(
        reason: "unknown class [:\(name):]; use one of \(ScalarSet.named.keys.sorted().joined(separator: ", "))"
      )
    }
    rest.removeFirst(name.unicodeScalars.count)
    guard take(":"), take("]") else { throw PatternError(reason: "unmatched [:") }
    return isInverted ? ScalarSet(ranges: ranges).complement : ranges
  }

  private mutating func scalarInBracket() throws(PatternError) -> UInt32 {
    guard let scalar = rest.popFirst() else { throw PatternError(reason: "unmatched [") }
    return scalar == "\\" ? try escapedScalar() : scalar.value
  }
}
