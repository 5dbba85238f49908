/// A parsed regular expression.
indirect enum PatternNode: Hashable, Sendable {
  case scalar(ScalarSet)
  case assertion(Assertion)
  /// The parts one after the other; without parts, the empty text.
  case sequence([PatternNode])
  case either([PatternNode])
  /// `isCounted` distinguishes `{…}` from `*`, `+` and `?`.
  case repeated(PatternNode, atLeast: Int, atMost: Int?, isCounted: Bool)

  /// Whether each match begins at the start of the text.
  var isAnchored: Bool {
    switch self {
    case .scalar: false
    case .assertion(let assertion): assertion == .textStart
    case .sequence(let nodes): nodes.first?.isAnchored ?? false
    case .either(let nodes): nodes.allSatisfy(\.isAnchored)
    case .repeated(let node, let minimum, _, _): minimum > 0 && node.isAnchored
    }
  }

  /// Whether no part is repeated more often than the limit, where nested counts multiply. This is RE2's rule.
  func repeats(atMost limit: Int) -> Bool {
    switch self {
    case .scalar, .assertion: return true
    case .sequence(let nodes), .either(let nodes): return nodes.allSatisfy { $0.repeats(atMost: limit) }
    case .repeated(let node, let minimum, let maximum, let isCounted):
      let count = isCounted ? maximum ?? minimum : 1
      guard maximum != 0 else { return true }
      return count <= limit && node.repeats(atMost: limit / max(count, 1))
    }
  }

  /// A condition between two characters.
  enum Assertion: Hashable, Sendable {
    case textStart, textEnd, lineStart, lineEnd, wordBoundary, notWordBoundary

    func holds(after before: Unicode.Scalar?, before after: Unicode.Scalar?) -> Bool {
      switch self {
      case .textStart: before == nil
      case .textEnd: after == nil
      case .lineStart: before == nil || before == "\n"
      case .lineEnd: after == nil || after == "\n"
      case .wordBoundary: Self.isWord(before) != Self.isWord(after)
      case .notWordBoundary: Self.isWord(before) == Self.isWord(after)
      }
    }

    private static func isWord(_ scalar: Unicode.Scalar?) -> Bool {
      scalar.map { ScalarSet.word.contains($0) } ?? false
    }
  }
}
