/// Parses RE2's syntax.
struct PatternParser {
  struct Flags {
    var ignoresCase = false
    var isMultiline = false
    var dotIsAny = false
  }

  var rest: Substring.UnicodeScalarView
  var flags = Flags()
  private var depth = 0

  private static let maximumDepth = 200
  /// RE2's limit: a higher count is considered a mistake.
  private static let maximumRepetitions = 1000

  static func parse(_ text: String) throws(PatternError) -> PatternNode {
    var parser = PatternParser(rest: Substring(text).unicodeScalars)
    let node = try parser.alternatives()
    guard parser.rest.isEmpty else { throw PatternError(reason: "unmatched )") }
    return node
  }

  private init(rest: Substring.UnicodeScalarView) { self.rest = rest }

  mutating func take(_ scalar: Unicode.Scalar) -> Bool {
    guard rest.first == scalar else { return false }
    rest.removeFirst()
    return true
  }

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
    var isAfterRepetition = false
    while let next = rest.first, next != "|", next != ")" {
      if let (minimum, maximum, isCounted) = try repetition() {
        // Whether a repetition is greedy makes no difference, because only the existence of a match matters.
        _ = take("?")
        if isAfterRepetition { throw PatternError(reason: "two repetitions follow each other") }
        guard let node = nodes.popLast() else { throw PatternError(reason: "nothing to repeat before \(next)") }
        let repeated = PatternNode.repeated(node, atLeast: minimum, atMost: maximum, isCounted: isCounted)
        guard !isCounted || repeated.repeats(atMost: Self.maximumRepetitions) else {
          throw PatternError(reason: "nested repetitions exceed \(Self.maximumRepetitions) in total")
        }
        nodes.append(repeated)
        isAfterRepetition = true
      } else {
        nodes += try atoms()
        isAfterRepetition = false
      }
    }
    return nodes.count == 1 ? nodes[0] : .sequence(nodes)
  }

  // MARK: Repetitions

  private mutating func repetition() throws(PatternError) -> (minimum: Int, maximum: Int?, isCounted: Bool)? {
    if take("*") { return (0, nil, false) }
    if take("+") { return (1, nil, false) }
    if take("?") { return (0, 1, false) }
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
    return (minimum, maximum, true)
  }

  /// Reads a decimal number without leading zeros; nil if the rest does not begin with one. Only the first eight digits
  /// are converted, because no valid count has that many.
  private mutating func number() -> Int? {
    let digits = rest.prefix { ("0"..."9").contains($0) }
    guard let first = digits.first, first != "0" || digits.count == 1 else { return nil }
    rest.removeFirst(digits.count)
    return Int(String(digits.prefix(8)))
  }

  // MARK: Atoms

  /// One atom; none for a group that only sets flags; several for `\Q…\E`.
  private mutating func atoms() throws(PatternError) -> [PatternNode] {
    let scalar = rest.removeFirst()
    switch scalar {
    case "(": return try group().map { [$0] } ?? []
    case "[": return [.scalar(try bracket())]
    case ".": return [.scalar(flags.dotIsAny ? .any : .notNewline)]
    case "^": return [.assertion(flags.isMultiline ? .lineStart : .textStart)]
    case "$": return [.assertion(flags.isMultiline ? .lineEnd : .textEnd)]
    case "\\": return take("Q") ? quotation() : [try escape()]
    default: return [literal(scalar.value)]
    }
  }

  func literal(_ value: UInt32) -> PatternNode {
    .scalar(ScalarSet(ranges: [value...value], ignoresCase: flags.ignoresCase))
  }

  // MARK: Groups

  private mutating func group() throws(PatternError) -> PatternNode? {
    guard depth < Self.maximumDepth else {
      throw PatternError(reason: "parentheses are nested more than \(Self.maximumDepth) levels deep")
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
    var isComplete = true
    while let flag = rest.popFirst() {
      switch flag {
      case "i": flags.ignoresCase = isOn
      case "m": flags.isMultiline = isOn
      case "s": flags.dotIsAny = isOn
      case "U": break
      case "-" where isOn:
        isOn = false
        isComplete = false
        continue
      case ":" where isComplete: return false
      case ")" where isComplete: return true
      default:
        throw PatternError(reason: "(?\(flag) is not supported; use (?:…), (?P<name>…) or (?imsU)")
      }
      isComplete = true
    }
    throw PatternError(reason: "unmatched (")
  }
}
