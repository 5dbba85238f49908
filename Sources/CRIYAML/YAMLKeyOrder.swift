internal import CRIJSON

/// The order in which the Kubernetes YAML library writes keys: by code points, except that letters come last and runs of
/// digits are compared as numbers (`a2` before `a10`).
enum YAMLKeyOrder {
  /// Returns the members in that order.
  static func sorted(_ object: JSONObject) -> [JSONObject.Element] {
    // Split each key only once, instead of in each comparison.
    object.map { (scalars: Array($0.key.unicodeScalars), member: $0) }
      .sorted { precedes($0.scalars, $1.scalars) }
      .map(\.member)
  }

  private static func precedes(_ a: [Unicode.Scalar], _ b: [Unicode.Scalar]) -> Bool {
    var position = 0
    while position < a.count, position < b.count, a[position] == b[position] { position += 1 }
    guard position < a.count, position < b.count else { return a.count < b.count }
    switch (isLetter(a[position]), isLetter(b[position])) {
    case (true, true): return a[position] < b[position]
    case (true, false): return false
    case (false, true): return true
    case (false, false): break
    }
    // A zero inside a number is significant; leading zeros are not.
    let lead: Int64 = (a[position] == "0" || b[position] == "0") && followsNonZeroDigit(a, position) ? 1 : 0
    let (aNumber, aEnd) = number(a, from: position, lead: lead)
    let (bNumber, bEnd) = number(b, from: position, lead: lead)
    if aNumber != bNumber { return aNumber < bNumber }
    if aEnd != bEnd { return aEnd < bEnd }
    return a[position] < b[position]
  }

  private static func isLetter(_ scalar: Unicode.Scalar) -> Bool {
    if scalar.isASCII { return scalar.properties.isAlphabetic }
    return switch scalar.properties.generalCategory {
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
