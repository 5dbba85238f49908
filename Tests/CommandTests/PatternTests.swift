import Testing

@testable import CRICommandLine
@testable import CRICommands

@Suite struct PatternTests {
  @Test(arguments: PatternCase.all)
  func `a pattern matches the same strings as in Go`(test: PatternCase) throws {
    let pattern = try Pattern(test.pattern)
    for text in test.matches { #expect(pattern.matches(text), "\(text.debugDescription)") }
    for text in test.not { #expect(!pattern.matches(text), "\(text.debugDescription)") }
  }

  @Test(arguments: PatternCase.errors)
  func `a pattern that Go rejects is rejected`(text: String) {
    #expect(throws: PatternError.self) { try Pattern(text) }
  }

  @Test(
    arguments: [
      ("\\p{Greek}", "\\p{Greek} is not supported; use a general category such as \\pL, \\p{Lu} or \\p{Nd}"),
      (String(repeating: "(", count: 201), "parentheses are nested more than 200 levels deep"),
      ("(\(String(repeating: "a", count: 30))){1000}", "the expression has too many repetitions"),
    ])
  func `what only Go supports is rejected with a reason`(text: String, reason: String) {
    #expect(throws: PatternError(reason: reason)) { try Pattern(text) }
  }

  @Test(.timeLimit(.minutes(1)))
  func `the time for matching is limited by the product of the lengths of pattern and text`() throws {
    // A backtracking matcher would not return from these.
    let text = String(repeating: "a", count: 2000)
    #expect(try !Pattern("^(a*)*b$").matches(text))
    #expect(try !Pattern("^(a|a|aa)*b$").matches(text))
    #expect(try Pattern("^" + String(repeating: "a?", count: 50) + "a*$").matches(text))
    _ = try Pattern("((((){1000})*){1})*")
  }

  @Test func `an option with an invalid pattern is reported in one line`() {
    #expect(throws: Failure(.usage, "--name (a: unmatched (")) { try Pattern.option("--name", "(a") }
    #expect((try? Pattern.option("--name", ""))?.map { _ in true } == nil)
  }
}
