extension BinaryFloatingPoint where Self: LosslessStringConvertible {
  /// The shortest text that parses to the same number, in the layout of Go's `%g`: `0.5`, `1e+06`, `1e-05`.
  ///
  /// The number must be finite.
  package var generalText: String {
    // `description` has the same shortest digits in a different layout.
    var mantissa = magnitude.description[...]
    var exponent = 0
    if let mark = mantissa.firstIndex(of: "e") {
      exponent = Int(mantissa[mantissa.index(after: mark)...]) ?? 0
      mantissa = mantissa[..<mark]
    }
    let parts = mantissa.split(separator: ".", omittingEmptySubsequences: false)
    let whole = parts[0]
    var digits = String(whole) + (parts.count > 1 ? String(parts[1]) : "")
    var point = whole.count + exponent
    while digits.count > 1, digits.first == "0" {
      digits.removeFirst()
      point -= 1
    }
    while digits.count > 1, digits.last == "0" { digits.removeLast() }
    if digits == "0" { point = 1 }
    return (sign == .minus ? "-" : "") + Self.layOut(digits, point: point)
  }

  /// Formats `digits` with the decimal point after the first `point` digits.
  private static func layOut(_ digits: String, point: Int) -> String {
    let exponent = point - 1
    if exponent < -4 || exponent >= 6 {
      let fraction = digits.dropFirst()
      let power = exponent.magnitude < 10 ? "0\(exponent.magnitude)" : "\(exponent.magnitude)"
      return
        "\(digits.prefix(1))\(fraction.isEmpty ? "" : "." + fraction)e\(exponent < 0 ? "-" : "+")\(power)"
    }
    if point <= 0 { return "0." + String(repeating: "0", count: -point) + digits }
    if digits.count <= point { return digits + String(repeating: "0", count: point - digits.count) }
    return "\(digits.prefix(point)).\(digits.dropFirst(point))"
  }
}
