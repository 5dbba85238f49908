extension Double {
  /// The number with `decimals` digits after the decimal point, as printed by C's `%.*f`. `decimals` is at most 6, and
  /// the result is exact for magnitudes below 2^53.
  package func fixed(decimals: Int) -> String {
    guard isFinite else { return isNaN ? "NaN" : sign == .minus ? "-Inf" : "+Inf" }
    let digits = String(scaled(by: decimals))
    let padded = String(repeating: "0", count: Swift.max(0, decimals + 1 - digits.utf8.count)) + digits
    let point = padded.index(padded.endIndex, offsetBy: -decimals)
    let text = decimals > 0 ? "\(padded[..<point]).\(padded[point...])" : padded
    return sign == .minus ? "-" + text : text
  }

  /// The number with `digits` significant digits, as printed by C's `%.*g`; only for 0 and numbers from 1 to below
  /// 1000.
  func general(digits: Int) -> String {
    precondition(
      self == 0 || self >= 1 && self < 1000 && digits >= 3, "only 0 and numbers from 1 to below 1000 are supported")
    if self == 0 { return "0" }
    var exponent = self < 10 ? 0 : self < 100 ? 1 : 2
    var number = scaled(by: digits - 1 - exponent)
    // Rounding may have added a digit: 999.95 becomes 1000.
    if String(number).utf8.count > digits {
      number /= 10
      exponent += 1
    }
    var text = String(number)
    if exponent >= digits { return "\(text.prefix(1))e+0\(exponent)" }
    text.insert(".", at: text.index(text.startIndex, offsetBy: exponent + 1))
    while text.last == "0" { text.removeLast() }
    if text.last == "." { text.removeLast() }
    return text
  }

  /// The magnitude times ten to the power `decimals`, rounded half to even, without intermediate rounding.
  private func scaled(by decimals: Int) -> UInt128 {
    precondition((0...6).contains(decimals))
    let power = (0..<decimals).reduce(UInt128(1)) { power, _ in power * 10 }
    // The number is significand * 2^shift.
    let significand = UInt128(significandBitPattern | (isNormal ? 1 << 52 : 0)) * power
    let shift = Int(Swift.max(exponentBitPattern, 1)) - 1075
    if shift >= 0 { return shift < 50 ? significand << UInt128(shift) : UInt128.max }
    if shift <= -127 { return 0 }
    let divisor = UInt128(1) << UInt128(-shift)
    let (quotient, remainder) = significand.quotientAndRemainder(dividingBy: divisor)
    let roundsUp = remainder > divisor / 2 || remainder == divisor / 2 && quotient % 2 == 1
    return quotient + (roundsUp ? 1 : 0)
  }
}
