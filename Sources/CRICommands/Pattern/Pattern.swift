internal import CRICommandLine

/// A regular expression as crictl accepts it for names: in RE2's syntax, matched anywhere in the text, case-sensitive.
///
/// All alternatives are followed in parallel (Thompson, Pike), so that the time of a match is at most proportional to
/// the length of the text times the length of the expression. Unlike Go's `regexp`, it does not support scripts such as
/// `\p{Greek}`, and it rejects more than 200 nested parentheses and expressions of more than 20,000 steps.
struct Pattern: Sendable {
  private let program: PatternProgram

  init(_ text: String) throws(PatternError) {
    program = try PatternProgram(PatternParser.parse(text))
  }

  /// Whether the expression matches anywhere in the text.
  func matches(_ text: String) -> Bool { PatternMatcher(program).isFound(in: text.unicodeScalars) }
}

extension Pattern {
  /// The expression in an option's value; nil, which matches everything, if the option is missing or empty.
  static func option(_ name: String, _ text: String?) throws(Failure) -> Pattern? {
    guard let text, !text.isEmpty else { return nil }
    do throws(PatternError) {
      return try Pattern(text)
    } catch {
      throw Failure(.usage, "\(name) \(text): \(error.reason)")
    }
  }
}

/// The reason why a string is not a regular expression, or not a supported one.
struct PatternError: Error, Hashable {
  let reason: String
}
