/// The set of characters that can match at one position.
struct ScalarSet: Hashable, Sendable {
  var ranges: [ClosedRange<UInt32>] = []
  var categories: Set<Unicode.GeneralCategory> = []
  /// Nested sets whose members also belong to this set, such as `\W` in `[\W_]`, each with its own inversion and case
  /// sensitivity.
  var parts: [ScalarSet] = []
  var isInverted = false
  var ignoresCase = false

  static let digit = ScalarSet(ranges: [0x30...0x39])
  static let word = ScalarSet(ranges: [0x30...0x39, 0x41...0x5A, 0x5F...0x5F, 0x61...0x7A])
  static let space = ScalarSet(ranges: [0x09...0x0A, 0x0C...0x0D, 0x20...0x20])
  static let any = ScalarSet(ranges: [0...0x10FFFF])
  static let notNewline = ScalarSet(ranges: [0x0A...0x0A], isInverted: true)

  /// The POSIX character classes, as in `[[:alpha:]]`.
  static let named: [String: [ClosedRange<UInt32>]] = [
    "alnum": [0x30...0x39, 0x41...0x5A, 0x61...0x7A], "alpha": [0x41...0x5A, 0x61...0x7A],
    "ascii": [0...0x7F], "blank": [0x09...0x09, 0x20...0x20], "cntrl": [0...0x1F, 0x7F...0x7F],
    "digit": digit.ranges, "graph": [0x21...0x7E], "lower": [0x61...0x7A], "print": [0x20...0x7E],
    "punct": [0x21...0x2F, 0x3A...0x40, 0x5B...0x60, 0x7B...0x7E], "space": [0x09...0x0D, 0x20...0x20],
    "upper": [0x41...0x5A], "word": word.ranges, "xdigit": [0x30...0x39, 0x41...0x46, 0x61...0x66],
  ]

  func contains(_ scalar: Unicode.Scalar) -> Bool {
    let isIn =
      has(scalar) || ignoresCase && CaseVariants.of(scalar).contains(where: has)
      || parts.contains { $0.contains(scalar) }
    return isIn != isInverted
  }

  private func has(_ scalar: Unicode.Scalar) -> Bool {
    ranges.contains { $0.contains(scalar.value) }
      || !categories.isEmpty && categories.contains(scalar.properties.generalCategory)
  }

  /// The complement of the set.
  var inverted: ScalarSet {
    var set = self
    set.isInverted.toggle()
    return set
  }
}
