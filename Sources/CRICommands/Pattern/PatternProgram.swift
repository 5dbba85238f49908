/// A regular expression as instructions that a matcher walks through.
struct PatternProgram: Hashable, Sendable {
  enum Instruction: Hashable, Sendable {
    case scalar(ScalarSet)
    case assertion(PatternNode.Assertion)
    /// Goes on at both places.
    case split(Int, Int)
    case jump(Int)
    case found
  }

  private(set) var instructions: [Instruction] = []
  /// Counted repetitions are written out, and nested ones multiply.
  private static let limit = 20_000

  init(_ node: PatternNode) throws(PatternError) {
    try append(node)
    instructions.append(.found)
  }

  private mutating func append(_ node: PatternNode) throws(PatternError) {
    guard instructions.count < Self.limit else {
      throw PatternError(reason: "the expression repeats too much")
    }
    switch node {
    case .scalar(let set): instructions.append(.scalar(set))
    case .assertion(let assertion): instructions.append(.assertion(assertion))
    case .sequence(let nodes):
      for node in nodes { try append(node) }
    case .either(let nodes): try append(either: nodes)
    case .repeated(let node, let least, let most):
      let before = instructions.count
      for _ in 0..<least {
        try append(node)
        // The empty text, however often: nested counts of nothing would take for ever.
        if instructions.count == before { return }
      }
      if let most {
        for _ in least..<most { try appendOptional(node) }
      } else {
        let start = instructions.count
        try appendOptional(node, thenTo: start)
      }
    }
  }

  private mutating func append(either nodes: [PatternNode]) throws(PatternError) {
    var jumps: [Int] = []
    for node in nodes.dropLast() {
      let split = instructions.count
      instructions.append(.split(split + 1, split))
      try append(node)
      jumps.append(instructions.count)
      instructions.append(.jump(0))
      instructions[split] = .split(split + 1, instructions.count)
    }
    if let last = nodes.last { try append(last) }
    for jump in jumps { instructions[jump] = .jump(instructions.count) }
  }

  private mutating func appendOptional(_ node: PatternNode, thenTo loop: Int? = nil) throws(PatternError) {
    let split = instructions.count
    instructions.append(.split(split + 1, split))
    try append(node)
    if let loop { instructions.append(.jump(loop)) }
    instructions[split] = .split(split + 1, instructions.count)
  }
}

/// Walks through a program along a text, in all of its places at once.
struct PatternMatcher {
  private let instructions: [PatternProgram.Instruction]
  /// The places that wait for the next character, each once.
  private var places: [Int] = []
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
      // What matches may begin anywhere.
      if enter(0, before, next) { return true }
      guard let scalar = next else { return false }
      position = text.index(after: position)
      let after = position < text.endIndex ? text[position] : nil
      if step(over: scalar, before: after) { return true }
      before = scalar
    }
  }

  private mutating func step(over scalar: Unicode.Scalar, before next: Unicode.Scalar?) -> Bool {
    let old = places
    places = []
    for place in isThere.indices { isThere[place] = false }
    for place in old {
      if case .scalar(let set) = instructions[place], set.contains(scalar), enter(place + 1, scalar, next) {
        return true
      }
    }
    return false
  }

  /// Goes to a place and on from there without a character. Returns whether the end is reached.
  private mutating func enter(_ start: Int, _ before: Unicode.Scalar?, _ next: Unicode.Scalar?) -> Bool {
    var pending = [start]
    while let place = pending.popLast() {
      if isThere[place] { continue }
      isThere[place] = true
      switch instructions[place] {
      case .scalar: places.append(place)
      case .assertion(let assertion):
        if assertion.holds(after: before, before: next) { pending.append(place + 1) }
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
