/// A regular expression as instructions for a matcher.
struct PatternProgram: Hashable, Sendable {
  enum Instruction: Hashable, Sendable {
    /// A character in the set with this number; the set's ASCII characters are stored here too.
    case scalar(ASCIISet, Int)
    case assertion(PatternNode.Assertion)
    /// Continues at both positions.
    case split(Int, Int)
    case jump(Int)
    case found
  }

  private(set) var instructions: [Instruction] = []
  private(set) var sets: [ScalarSet] = []
  /// The instruction of each set, so that equal sets, which repetitions produce, are converted only once.
  private var known: [ScalarSet: Instruction] = [:]
  /// Whether each match begins at the start of the text.
  let isAnchored: Bool
  /// The limit on instructions: counted repetitions are expanded, and nested ones multiply.
  private static let limit = 20_000

  init(_ node: PatternNode) throws(PatternError) {
    isAnchored = node.isAnchored
    try append(node)
    instructions.append(.found)
  }

  private mutating func append(_ node: PatternNode) throws(PatternError) {
    guard instructions.count < Self.limit else {
      throw PatternError(reason: "the expression has too many repetitions")
    }
    switch node {
    case .scalar(let set): instructions.append(instruction(of: set))
    case .assertion(let assertion): instructions.append(.assertion(assertion))
    case .sequence(let nodes):
      for node in nodes { try append(node) }
    case .either(let nodes): try append(either: nodes)
    case .repeated(let node, let minimum, let maximum, _):
      let before = instructions.count
      for _ in 0..<minimum {
        try append(node)
        // Repeating an empty expression changes nothing, and expanding nested counts of it would take too long.
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

  private mutating func instruction(of set: ScalarSet) -> Instruction {
    if let instruction = known[set] { return instruction }
    let instruction = Instruction.scalar(ASCIISet(set), sets.count)
    sets.append(set)
    known[set] = instruction
    return instruction
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
