internal import CRICommandLine

/// A regular expression as crictl takes it for names: RE2's syntax, found anywhere in the text, case-sensitive.
///
/// It is matched by walking all alternatives at once (Thompson, Pike), so that no expression takes longer than the
/// length of the text times its own. Not known are Unicode classes (`\p`), octal escapes and `\Q…\E`.
struct Pattern: Sendable {
  private let program: PatternProgram

  init(_ text: String) throws(PatternError) {
    program = try PatternProgram(PatternParser.parse(text))
  }

  /// Whether the expression holds anywhere in the text.
  func matches(_ text: String) -> Bool { PatternMatcher(program).isFound(in: text.unicodeScalars) }
}

extension Pattern {
  /// Of an option's value; nil, which holds for everything, where it is not given or empty.
  static func option(_ name: String, _ text: String?) throws(Failure) -> Pattern? {
    guard let text, !text.isEmpty else { return nil }
    do throws(PatternError) {
      return try Pattern(text)
    } catch {
      throw Failure(.usage, "\(name) \(text): \(error.reason)")
    }
  }
}

/// Why a text is no regular expression, or none that we know.
struct PatternError: Error, Hashable {
  let reason: String
}
