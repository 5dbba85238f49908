extension Double {
  /// As Go's protojson writes it: the fewest digits that tell it from its neighbours, with an exponent only below 1e-6
  /// and from 1e21 on; `NaN`, `Infinity` and `-Infinity` (which JSON has to quote).
  var protoJSON: String {
    guard isFinite else { return isNaN ? "NaN" : self < 0 ? "-Infinity" : "Infinity" }
    let sign = self.sign == .minus ? "-" : ""
    guard self != 0 else { return sign + "0" }
    let (digits, exponent) = magnitude.decimal
    let count = digits.utf8.count
    if magnitude < 1e-6 || magnitude >= 1e21 {
      let fraction = count > 1 ? "." + digits.dropFirst() : ""
      // Go has two digits at least in the exponent, and protojson takes a leading zero away again after a minus.
      let power = Swift.abs(exponent - 1)
      return sign + digits.prefix(1) + fraction + (exponent - 1 < 0 ? "e-" : "e+") + String(power)
    }
    if exponent <= 0 { return sign + "0." + String(repeating: "0", count: -exponent) + digits }
    if exponent >= count { return sign + digits + String(repeating: "0", count: exponent - count) }
    return sign + digits.prefix(exponent) + "." + digits.dropFirst(exponent)
  }

  /// The shortest digits, without zeros at either end, and the position of the point before (0) or within them.
  private var decimal: (digits: String, exponent: Int) {
    let parts = description.split(separator: "e")
    let mantissa = parts[0].split(separator: ".", omittingEmptySubsequences: false)
    let whole = mantissa[0]
    let fraction = mantissa.count > 1 ? mantissa[1] : ""
    var exponent = (parts.count > 1 ? Int(parts[1]) ?? 0 : 0) + whole.utf8.count
    var digits = Substring(whole + fraction)
    while digits.hasPrefix("0") {
      digits.removeFirst()
      exponent -= 1
    }
    while digits.hasSuffix("0") { digits.removeLast() }
    return (String(digits), exponent)
  }
}
