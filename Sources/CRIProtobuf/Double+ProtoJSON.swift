extension Double {
  /// Formats the number as Go's protojson does: with the fewest digits that identify it, and with an exponent only below
  /// 1e-6 and from 1e21 on. `NaN`, `Infinity` and `-Infinity` must be quoted in JSON.
  var protoJSON: String {
    guard isFinite else { return isNaN ? "NaN" : self < 0 ? "-Infinity" : "Infinity" }
    let sign = self.sign == .minus ? "-" : ""
    guard self != 0 else { return sign + "0" }
    let (digits, exponent) = magnitude.decimal
    let count = digits.utf8.count
    if magnitude < 1e-6 || magnitude >= 1e21 {
      let fraction = count > 1 ? "." + digits.dropFirst() : ""
      // Go writes at least two digits in the exponent, but protojson removes a leading zero after a minus sign.
      let power = Swift.abs(exponent - 1)
      return sign + digits.prefix(1) + fraction + (exponent - 1 < 0 ? "e-" : "e+") + String(power)
    }
    if exponent <= 0 { return sign + "0." + String(repeating: "0", count: -exponent) + digits }
    if exponent >= count { return sign + digits + String(repeating: "0", count: exponent - count) }
    return sign + digits.prefix(exponent) + "." + digits.dropFirst(exponent)
  }

  /// The shortest sequence of digits without leading and trailing zeros, and the position of the decimal point relative
  /// to it.
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
