/// Runs a program along a text, at all of its positions at once.
struct PatternMatcher {
  private let instructions: [PatternProgram.Instruction]
  /// The positions that wait for the next character, each once.
  private var positions: [Int] = []
  private var isThere: [Bool]

  init(_ program: PatternProgram) {
    instructions = program.instructions
    isThere = Array(repeating: false, count: instructions.count)
  }

  consuming func isFound(in text: String.UnicodeScalarView) -> Bool {
    var before: Unicode.Scalar?
    var position = text.startIndex
    while true {
      let next = position < text.endIndex ? text[position] : nil
      // A match may begin anywhere.
      if enter(0, before, next) { return true }
      guard let scalar = next else { return false }
      position = text.index(after: position)
      let after = position < text.endIndex ? text[position] : nil
      if step(over: scalar, before: after) { return true }
      before = scalar
    }
  }

  private mutating func step(over scalar: Unicode.Scalar, before next: Unicode.Scalar?) -> Bool {
    let old = positions
    positions = []
    for position in isThere.indices { isThere[position] = false }
    for position in old {
      if case .scalar(let set) = instructions[position], set.contains(scalar), enter(position + 1, scalar, next) {
        return true
      }
    }
    return false
  }

  /// Enters a position and follows it as far as possible without a character. Returns whether the end is reached.
  private mutating func enter(_ start: Int, _ before: Unicode.Scalar?, _ next: Unicode.Scalar?) -> Bool {
    var pending = [start]
    while let position = pending.popLast() {
      if isThere[position] { continue }
      isThere[position] = true
      switch instructions[position] {
      case .scalar: positions.append(position)
      case .assertion(let assertion):
        if assertion.holds(after: before, before: next) { pending.append(position + 1) }
      case .split(let one, let other):
        pending.append(other)
        pending.append(one)
      case .jump(let target): pending.append(target)
      case .found: return true
      }
    }
    return false
  }
}
