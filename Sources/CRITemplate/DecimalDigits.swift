/// The magnitude of a number in decimal notation: `0.d₁d₂d₃… × 10^point`.
struct DecimalDigits {
  /// Digits from 0 to 9 without leading and trailing zeros. Empty for zero.
  private(set) var digits: [UInt8]
  private(set) var point: Int

  /// Creates the fewest digits that identify the number.
  init(shortest value: Double) {
    var (digits, point, exponent) = ([UInt8](), 0, 0)
    var isFraction = false
    var text = value.magnitude.description[...]
    if let mark = text.firstIndex(of: "e") {
      exponent = Int(text[text.index(after: mark)...]) ?? 0
      text = text[..<mark]
    }
    for byte in text.utf8 {
      if byte == UInt8(ascii: ".") {
        isFraction = true
      } else {
        digits.append(byte - UInt8(ascii: "0"))
        point += isFraction ? 0 : 1
      }
    }
    self.digits = digits
    self.point = point + exponent
    trim()
  }

  /// Creates all digits, because the decimal expansion of a Double is finite.
  init(exactly value: Double) {
    // The number is significand * 2^exponent, and 2^-n is 5^n / 10^n.
    let exponent = Int(max(value.exponentBitPattern, 1)) - 1075
    let significand = value.significandBitPattern | (value.isNormal ? 1 << 52 : 0)
    var limbs = [UInt32(significand % 1_000_000_000), UInt32(significand / 1_000_000_000)]
    for _ in 0..<abs(exponent) { Self.multiply(&limbs, by: exponent < 0 ? 5 : 2) }
    digits = []
    for limb in limbs.reversed() {
      let text = String(limb)
      digits += Array(repeating: 0, count: 9 - text.utf8.count) + text.utf8.map { $0 - UInt8(ascii: "0") }
    }
    point = digits.count + min(exponent, 0)
    trim()
  }

  private static func multiply(_ limbs: inout [UInt32], by factor: UInt64) {
    var carry: UInt64 = 0
    for position in limbs.indices {
      let product = UInt64(limbs[position]) * factor + carry
      limbs[position] = UInt32(product % 1_000_000_000)
      carry = product / 1_000_000_000
    }
    if carry > 0 { limbs.append(UInt32(carry)) }
  }

  private mutating func trim() {
    let zeros = digits.prefix { $0 == 0 }.count
    digits.removeFirst(zeros)
    point -= zeros
    while digits.last == 0 { digits.removeLast() }
    if digits.isEmpty { point = 0 }
  }

  /// Rounds to `count` digits; ties go to the even digit.
  mutating func round(to count: Int) {
    guard count < digits.count else { return }
    guard count >= 0 else {
      (digits, point) = ([], 0)
      return
    }
    let isHalf = digits[count] == 5 && count + 1 == digits.count
    let isUp = isHalf ? count > 0 && digits[count - 1] % 2 == 1 : digits[count] >= 5
    digits.removeSubrange(count...)
    if isUp {
      while digits.last == 9 { digits.removeLast() }
      if let last = digits.indices.last {
        digits[last] += 1
      } else {
        digits = [1]
        point += 1
      }
    }
    trim()
  }

  // MARK: Text

  /// Formats as `ddd.dd` with `decimals` digits after the point.
  func fixed(_ decimals: Int) -> String {
    var text = point > 0 ? "" : "0"
    for position in 0..<max(point, 0) { text += String(digit(position)) }
    if decimals > 0 { text += "." }
    for position in 0..<decimals { text += String(digit(point + position)) }
    return text
  }

  /// Formats as `d.dde±dd` with `decimals` digits after the point.
  func scientific(_ decimals: Int, _ letter: Character) -> String {
    var text = String(digit(0))
    if decimals > 0 { text += "." }
    for position in 0..<decimals { text += String(digit(position + 1)) }
    let exponent = digits.isEmpty ? 0 : point - 1
    text.append(letter)
    text += exponent < 0 ? "-" : "+"
    return text + (abs(exponent) < 10 ? "0" : "") + String(abs(exponent))
  }

  private func digit(_ position: Int) -> UInt8 { digits.indices.contains(position) ? digits[position] : 0 }
}

extension Double {
  /// Formats the magnitude as Go's verbs `e`, `E`, `f`, `F`, `g` and `G` do. Without a precision, `g` uses the fewest digits
  /// that identify the number.
  func formatted(verb: Character, precision: Int?) -> String {
    guard isFinite else { return isNaN ? "NaN" : "Inf" }
    switch verb {
    case "e", "E":
      var digits = DecimalDigits(exactly: self)
      let decimals = precision ?? 6
      digits.round(to: decimals + 1)
      return digits.scientific(decimals, verb)
    case "f", "F":
      var digits = DecimalDigits(exactly: self)
      let decimals = precision ?? 6
      digits.round(to: digits.point + decimals)
      return digits.fixed(decimals)
    default:
      return general(verb == "G" ? "E" : "e", precision)
    }
  }

  private func general(_ letter: Character, _ precision: Int?) -> String {
    var digits = precision == nil ? DecimalDigits(shortest: self) : DecimalDigits(exactly: self)
    let precision = precision.map { max($0, 1) }
    if let precision { digits.round(to: precision) }
    let count = digits.digits.count
    // Scientific notation is used from this exponent on; 6 is Go's limit for the shortest form.
    var limit = precision ?? 6
    if precision != nil, limit > count, count >= digits.point { limit = count }
    let exponent = digits.point - 1
    if exponent < -4 || exponent >= limit { return digits.scientific(max(count - 1, 0), letter) }
    return digits.fixed(max(count - digits.point, 0))
  }
}
