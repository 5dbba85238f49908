/// Creates unpredictable file names.
package enum UniqueName {
  /// Returns a name such as `.cri-0123456789abcdef0123456789abcdef`, from the kernel's random number generator.
  package static func make() -> String {
    var generator = SystemRandomNumberGenerator()
    let digits = (0..<2).map { _ in
      let text = String(generator.next() as UInt64, radix: 16)
      return String(repeating: "0", count: 16 - text.count) + text
    }
    return ".cri-\(digits.joined())"
  }
}
