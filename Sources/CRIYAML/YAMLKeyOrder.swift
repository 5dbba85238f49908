/// The order in which Kubernetes' YAML library writes keys: code points, except that letters come after all
/// else and runs of digits compare as numbers (`a2` before `a10`).
enum YAMLKeyOrder {
  static func precedes(_ a: String, _ b: String) -> Bool {
    let a = Array(a.unicodeScalars)
    let b = Array(b.unicodeScalars)
    guard let at = zip(a, b).enumerated().first(where: { $1.0 != $1.1 })?.offset else {
      return a.count < b.count
    }
    switch (isLetter(a[at]), isLetter(b[at])) {
    case (true, true): return a[at] < b[at]
    case (true, false): return false
    case (false, true): return true
    case (false, false): break
    }
    // Within a number a zero is a digit like the others; at its start it counts for nothing.
    let lead: Int64 = (a[at] == "0" || b[at] == "0") && followsNonZeroDigit(a, at) ? 1 : 0
    let (aNumber, aEnd) = number(a, from: at, lead: lead)
    let (bNumber, bEnd) = number(b, from: at, lead: lead)
    if aNumber != bNumber { return aNumber < bNumber }
    if aEnd != bEnd { return aEnd < bEnd }
    return a[at] < b[at]
  }

  private static func isLetter(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.properties.generalCategory {
    case .uppercaseLetter, .lowercaseLetter, .titlecaseLetter, .modifierLetter, .otherLetter: true
    default: false
    }
  }

  private static func isDigit(_ scalar: Unicode.Scalar) -> Bool {
    scalar.properties.generalCategory == .decimalNumber
  }

  private static func followsNonZeroDigit(_ text: [Unicode.Scalar], _ position: Int) -> Bool {
    text[..<position].reversed().prefix(while: isDigit).contains { $0 != "0" }
  }

  private static func number(_ text: [Unicode.Scalar], from start: Int, lead: Int64) -> (Int64, end: Int) {
    var value = lead
    var end = start
    while end < text.count, isDigit(text[end]) {
      value = value &* 10 &+ Int64(text[end].value) &- 48
      end += 1
    }
    return (value, end)
  }
}
