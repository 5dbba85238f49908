/// The ASCII characters of a set. Almost all names consist only of ASCII.
struct ASCIISet: Hashable, Sendable {
  /// One bit for each of the characters 0 to 63, and 64 to 127.
  private let low: UInt64
  private let high: UInt64

  init(_ set: ScalarSet) {
    low = Self.bits(of: set, from: 0)
    high = Self.bits(of: set, from: 64)
  }

  private static func bits(of set: ScalarSet, from first: UInt8) -> UInt64 {
    (UInt8(0)..<64).reduce(0) { $0 | (set.contains(Unicode.Scalar(first + $1)) ? 1 << UInt64($1) : 0) }
  }

  /// Whether an ASCII character is in the set.
  func contains(_ scalar: Unicode.Scalar) -> Bool {
    (scalar.value < 64 ? low : high) >> UInt64(scalar.value & 63) & 1 == 1
  }
}
