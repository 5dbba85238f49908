/// Runs a program on a string, and follows all possible positions in the program in parallel.
struct PatternMatcher {
  private let program: PatternProgram
  /// The positions that wait for the next character, each once.
  private var waiting: [Int] = []
  private var previous: [Int] = []
  /// The positions that still have to be followed.
  private var pending: [Int] = []
  /// The number of the character before which each position was last entered.
  private var entered: [Int]
  private var number = 0

  init(_ program: PatternProgram) {
    self.program = program
    entered = Array(repeating: -1, count: program.instructions.count)
  }

  consuming func isFound(in text: String.UnicodeScalarView) -> Bool {
    var iterator = text.makeIterator()
    var before: Unicode.Scalar?
    var next = iterator.next()
    while true {
      if canMatch(after: before, before: next), enter(0, before, next) { return true }
      guard let scalar = next, !(program.isAnchored && waiting.isEmpty) else { return false }
      next = iterator.next()
      if step(over: scalar, before: next) { return true }
      before = scalar
    }
  }

  /// Whether a match may begin here, which is anywhere unless the program is anchored or the first character excludes
  /// it.
  private func canMatch(after before: Unicode.Scalar?, before next: Unicode.Scalar?) -> Bool {
    if program.isAnchored { return before == nil }
    guard case .scalar(let ascii, let set) = program.instructions[0] else { return true }
    return next.map { contains($0, ascii, set) } ?? false
  }

  private func contains(_ scalar: Unicode.Scalar, _ ascii: ASCIISet, _ set: Int) -> Bool {
    scalar.isASCII ? ascii.contains(scalar) : program.sets[set].contains(scalar)
  }

  private mutating func step(over scalar: Unicode.Scalar, before next: Unicode.Scalar?) -> Bool {
    swap(&waiting, &previous)
    waiting.removeAll(keepingCapacity: true)
    number += 1
    for position in previous {
      if case .scalar(let ascii, let set) = program.instructions[position], contains(scalar, ascii, set),
        enter(position + 1, scalar, next)
      {
        return true
      }
    }
    return false
  }

  /// Enters a position and follows it as far as possible without a character. Returns whether the end is reached.
  private mutating func enter(_ start: Int, _ before: Unicode.Scalar?, _ next: Unicode.Scalar?) -> Bool {
    pending.append(start)
    while let position = pending.popLast() {
      if entered[position] == number { continue }
      entered[position] = number
      switch program.instructions[position] {
      case .scalar: waiting.append(position)
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
