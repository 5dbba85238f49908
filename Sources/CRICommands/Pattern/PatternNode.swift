/// A parsed regular expression.
indirect enum PatternNode: Hashable, Sendable {
  case scalar(ScalarSet)
  case assertion(Assertion)
  /// The parts one after the other; without parts, the empty text.
  case sequence([PatternNode])
  case either([PatternNode])
  case repeated(PatternNode, atLeast: Int, atMost: Int?)

  /// A condition between two characters.
  enum Assertion: Hashable, Sendable {
    case textStart, textEnd, lineStart, lineEnd, wordBoundary, noWordBoundary

    func holds(after before: Unicode.Scalar?, before after: Unicode.Scalar?) -> Bool {
      switch self {
      case .textStart: before == nil
      case .textEnd: after == nil
      case .lineStart: before == nil || before == "\n"
      case .lineEnd: after == nil || after == "\n"
      case .wordBoundary: Self.isWord(before) != Self.isWord(after)
      case .noWordBoundary: Self.isWord(before) == Self.isWord(after)
      }
    }

    private static func isWord(_ scalar: Unicode.Scalar?) -> Bool {
      scalar.map { ScalarSet.word.contains($0) } ?? false
    }
  }
}
