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
  static func random(depth: Int, using generator: inout SplitMix) -> JSON {
    switch Int.random(in: 0..<(depth > 0 ? 7 : 5), using: &generator) {
    case 0: .null
    case 1: .bool(Bool.random(using: &generator))
    case 2: JSON(Int64.random(in: .min ... .max, using: &generator))
    case 3: JSON(Double.random(in: -1e9...1e9, using: &generator))
    case 4: .string(randomText(using: &generator))
    case 5:
      .array(
        (0..<Int.random(in: 0...5, using: &generator)).map { _ in random(depth: depth - 1, using: &generator)
        })
    default:
      .object(
        JSONObject(
          (0..<Int.random(in: 0...5, using: &generator)).map { _ in
            (key: randomText(using: &generator), value: random(depth: depth - 1, using: &generator))
          }))
    }
  }

  private static func randomText(using generator: inout SplitMix) -> String {
    let ranges: [ClosedRange<UInt32>] = [
      0...0x20, 0x21...0x7e, 0x7f...0xa0, 0x2020...0x2070, 0x1f600...0x1f640,
    ]
    var text = ""
    for _ in 0..<Int.random(in: 0...8, using: &generator) {
      guard let range = ranges.randomElement(using: &generator) else { continue }
      if let scalar = Unicode.Scalar(UInt32.random(in: range, using: &generator)) {
        text.unicodeScalars.append(scalar)
      }
    }
    return text
  }
}
