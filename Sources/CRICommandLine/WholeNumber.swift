internal import ArgumentParser

/// A whole number in the notation of Go's flags: decimal, `0x10`, `0o17` or `017`, `0b1`, with `_` between digits.
package struct WholeNumber: Hashable, Sendable, ExpressibleByArgument {
  package let value: Int64

  package init?(argument: String) {
    let sign = argument.first.flatMap { "+-".contains($0) ? String($0) : nil } ?? ""
    var digits = argument.dropFirst(sign.count).lowercased()
    guard !digits.hasPrefix("_"), !digits.hasSuffix("_"), !digits.contains("__") else { return nil }
    var radix = 10
    let prefixes = [("0x", 16), ("0o", 8), ("0b", 2), ("0", 8)]
    if digits.count > 1, let (prefix, base) = prefixes.first(where: { digits.hasPrefix($0.0) }) {
      digits.removeFirst(prefix.count)
      radix = base
    }
    digits.removeAll { $0 == "_" }
    // Swift would accept a second sign here.
    guard digits.first?.isHexDigit == true, let value = Int64(sign + digits, radix: radix) else { return nil }
    self.value = value
  }
}
