import CRIJSON

/// A small seeded generator, so that a failure can be reproduced.
struct SplitMix: RandomNumberGenerator {
  var state: UInt64

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var z = state
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    return z ^ (z >> 31)
  }
}

extension JSON {
  /// Returns documents with values that are difficult to represent in YAML.
  static func random(depth: Int, using generator: inout SplitMix) -> JSON {
    switch Int.random(in: 0..<(depth > 0 ? 8 : 4), using: &generator) {
    case 0: [.null, true, false, 0, -17, 9_223_372_036_854_775_807].randomElement(using: &generator) ?? .null
    case 1, 2, 3: .string(randomText(using: &generator))
    case 4, 5:
      .array(
        (0..<Int.random(in: 0...4, using: &generator)).map { _ in random(depth: depth - 1, using: &generator)
        })
    default:
      .object(
        JSONObject(
          (0..<Int.random(in: 0...4, using: &generator)).map { _ in
            (key: randomText(using: &generator), value: random(depth: depth - 1, using: &generator))
          }))
    }
  }

  private static let pieces = [
    "a", "-", "- ", ": ", "#", " #", "\n", "\n\n", " ", "  ", "\t", "\"", "'", "{", "}", "[", "]", "&a", "*a",
    "!",
    "|", ">", "%", "@", "`", "0x1f", "010", "1e3", ".5", "yes", "null", "~", "<<", "=", "1:30", "2026-11-21",
    "é",
    "中", "😀", "\u{2028}", "\u{202e}", "\u{1b}", "\u{7f}", "\u{85}", "\r", "\0", "?", "? ", ",", "\u{feff}",
    "\u{a0}",
    "---", "...", "key: v", "a few more words, so that a line or two of them have to be folded somewhere",
  ]

  private static func randomText(using generator: inout SplitMix) -> String {
    (0..<Int.random(in: 0...4, using: &generator))
      .map { _ in pieces.randomElement(using: &generator) ?? "" }
      .joined()
  }
}
