/// A regular expression as instructions for a matcher.
struct PatternProgram: Hashable, Sendable {
  enum Instruction: Hashable, Sendable {
    case scalar(ScalarSet)
    case assertion(PatternNode.Assertion)
    /// Continues at both positions.
    case split(Int, Int)
    case jump(Int)
    case found
  }

  private(set) var instructions: [Instruction] = []
  /// The limit of instructions: counted repetitions are expanded, and nested ones multiply.
  private static let limit = 20_000

  init(_ node: PatternNode) throws(PatternError) {
    try append(node)
    instructions.append(.found)
  }

  private mutating func append(_ node: PatternNode) throws(PatternError) {
    guard instructions.count < Self.limit else {
      throw PatternError(reason: "the expression has too many repetitions")
    }
    switch node {
    case .scalar(let set): instructions.append(.scalar(set))
    case .assertion(let assertion): instructions.append(.assertion(assertion))
    case .sequence(let nodes):
      for node in nodes { try append(node) }
    case .either(let nodes): try append(either: nodes)
    case .repeated(let node, let minimum, let maximum):
      let before = instructions.count
      for _ in 0..<minimum {
        try append(node)
        // An empty text is the same however often it is repeated: nested counts of it would take too long.
        if instructions.count == before { return }
      }
      if let maximum {
        for _ in minimum..<maximum { try appendOptional(node) }
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
