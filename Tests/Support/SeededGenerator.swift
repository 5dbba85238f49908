/// A generator (SplitMix64) that returns the same random numbers for the same seed.
package struct SeededGenerator: RandomNumberGenerator {
  private var state: UInt64

  package init(seed: UInt64) { state = seed }

  package mutating func next() -> UInt64 {
    state &+= 0x9e37_79b9_7f4a_7c15
    var mixed = state
    mixed = (mixed ^ (mixed >> 30)) &* 0xbf58_476d_1ce4_e5b9
    mixed = (mixed ^ (mixed >> 27)) &* 0x94d0_49bb_1331_11eb
    return mixed ^ (mixed >> 31)
  }

  private mutating func byte() -> UInt8 { UInt8.random(in: .min ... .max, using: &self) }

  /// Returns a copy of HTTP/2 bytes with one to six random changes.
  package mutating func broken(_ good: [UInt8]) -> [UInt8] {
    var bytes = good
    for _ in 0..<Int.random(in: 1...6, using: &self) where !bytes.isEmpty {
      let index = Int.random(in: bytes.indices, using: &self)
      let some = index..<index + min(Int.random(in: 1...40, using: &self), bytes.count - index)
      switch Int.random(in: 0..<8, using: &self) {
      case 0: bytes[index] ^= 1 << UInt8.random(in: 0..<8, using: &self)
      case 1: bytes[index] = [0, 1, 0x7f, 0x80, 0xff].randomElement(using: &self) ?? 0
      case 2: bytes.removeSubrange(some)
      case 3: bytes.insert(contentsOf: bytes[some], at: index)
      case 4: bytes.insert(contentsOf: some.map { _ in byte() }, at: index)
      case 5: bytes.removeSubrange(index...)
      case 6: bytes.insert(contentsOf: frameHeader(), at: index)
      default: for offset in some { bytes[offset] = byte() }
      }
    }
    return bytes
  }

  private mutating func frameHeader() -> [UInt8] {
    Frame.raw(
      type: UInt8.random(in: 0...10, using: &self), flags: byte(), stream: Int32.random(in: 0...6, using: &self), [],
      length: Int.random(in: 0...20, using: &self))
  }
}
