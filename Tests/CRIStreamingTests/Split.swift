@testable import CRIStreaming

extension [UInt8] {
  /// Returns the bytes in pieces of `size`, as a connection might deliver them.
  func split(_ size: Int) -> [[UInt8]] {
    stride(from: 0, to: count, by: size).map { Array(self[$0..<Swift.min($0 + size, count)]) }
  }

  /// Returns the bytes in pieces of random sizes.
  func split(using generator: inout some RandomNumberGenerator) -> [[UInt8]] {
    var pieces: [[UInt8]] = []
    var rest = self[...]
    while !rest.isEmpty {
      let size = [1, 2, 7, 100, 5000].randomElement(using: &generator) ?? 1
      pieces.append(Array(rest.prefix(size)))
      rest = rest.dropFirst(size)
    }
    return pieces
  }

  /// Decodes hexadecimal digits and ignores white space and comments that begin with `#`.
  init(hex text: String) {
    let digits = text.split(separator: "\n").flatMap { $0.prefix { $0 != "#" }.filter { !$0.isWhitespace } }
    self = stride(from: 0, to: digits.count, by: 2).map { UInt8(String(digits[$0...$0 + 1]), radix: 16) ?? 0 }
  }

  init(_ text: String) { self = Array(text.utf8) }
}
