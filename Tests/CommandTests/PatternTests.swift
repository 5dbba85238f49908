import Testing

@testable import CRICommandLine
@testable import CRICommands

@Suite("Patterns")
struct PatternTests {
  /// The results of Go's regexp, which crictl uses for names.
  @Test(
    "match as RE2's do",
    arguments: [
      ("web", ["my-web-1"], ["WEB", "we", ""]), ("^web$", ["web"], ["web1", "aweb", "web\n"]),
      ("w.b", ["web", "w.b", "wéb", "w😀b"], ["wb", "w\nb"]), ("we?b", ["wb", "web"], ["weeb"]),
      ("^a*$", ["", "a", "aaa"], ["b"]), ("^a+$", ["a", "aa"], [""]), ("a|b|^$", ["xa", "b", ""], ["c"]),
      ("^(ab|c)+d$", ["abcd", "cd", "ccabd"], ["d", "abd "]), ("^(?:ab)*$", ["", "abab"], ["aba"]),
      ("^(?P<n>x)(?<m>y)$", ["xy"], ["x"]), ("[a-c]x", ["bx"], ["dx", "-x"]), ("[^a-c]x", ["dx", "\nx"], ["bx", "x"]),
      ("[]x]", ["]"], ["["]), ("[a-]", ["-"], ["b"]), ("[\\d-]", ["7", "-"], ["d"]),
      ("[[:alpha:]]", ["q"], ["1", ":"]), ("[[:^alpha:]]", ["1"], ["q"]), ("[\\W\\n]", ["-", "\n"], ["w"]),
      ("^a{2}$", ["aa"], ["a", "aaa"]), ("^a{2,}$", ["aa", "aaa"], ["a"]), ("^a{1,3}$", ["a", "aaa"], ["", "aaaa"]),
      ("a{", ["a{"], ["a"]), ("a{,2}", ["a{,2}"], ["aa"]), ("^a{0}$", [""], ["a"]), ("a{x}", ["a{x}"], ["a"]),
      ("^\\d+\\.\\d$", ["10.5"], ["10x5", "1.x"]), ("^\\w\\s\\S$", ["a b", "_\tb"], ["a  "]),
      ("\\bweb\\b", ["a web b", "web"], ["webs", "_web"]), ("\\Beb", ["web"], ["eb"]), ("\\Aa\\z", ["a"], ["ab"]),
      ("\\*\\[\\]\\\\", ["*[]\\"], ["\\"]), ("^\\x41\\x{e9}\\t$", ["Aé\t"], ["A"]), ("^a*?b+?$", ["ab", "bb"], ["a"]),
      ("(?i)wEb", ["WeB"], ["we"]), ("(?i:w)eb", ["Web"], ["WEb"]), ("(?i)[a-c]É", ["Bé"], ["dé"]),
      ("(?i)[^a]", ["b"], ["a", "A"]), ("(?s)^.$", ["\n"], []), ("(?m)^b$", ["a\nb\nc"], ["a\nbc"]),
      ("a(?i)b|c", ["aB", "C"], ["AB"]), ("(?i)(?-i)a", ["a"], ["A"]), ("", ["", "x"], []), ("()|a", ["z"], []),
      ("(a*)*$", ["aa", "b"], []), ("^$^", [""], ["x"]), ("x*", ["", "y"], []), ("(|a)+b", ["b", "ab"], ["a"]),
      ("日本", ["日本語"], ["日"]), ("[日-本]", ["本"], ["a"]), ("}", ["}"], []), ("]", ["]"], []),
    ] as [(String, [String], [String])])
  func matches(pattern: String, yes: [String], no: [String]) throws {
    let compiled = try Pattern(pattern)
    for text in yes { #expect(compiled.matches(text), "\(text)") }
    for text in no { #expect(!compiled.matches(text), "\(text)") }
  }

  @Test(
    "that are invalid are refused",
    arguments: [
      "(", ")", "(a", "a)", "[", "[a", "[]", "[^]", "*", "+a", "a|*", "(?", "a**", "a*{2}", "a{2}{3}", "a{2,1}",
      "a{1001}", "\\", "\\y", "\\1", "\\pL", "\\Q", "[b-a]", "[[:nosuch:]]", "[[:alpha]]", "(?=a)", "(?!a)", "(?<=a)",
      "(?P<>a)", "(?P=n)", "(?x)", "\\x4", "\\x{110000}", "\\é", "((a{100}){100}){100}",
      String(repeating: "(", count: 300),
    ])
  func refused(pattern: String) {
    #expect(throws: PatternError.self) { try Pattern(pattern) }
  }

  @Test("take at most their length times the text's", .timeLimit(.minutes(1)))
  func time() throws {
    // A backtracking matcher would not end with these.
    let text = String(repeating: "a", count: 2000)
    #expect(try !Pattern("^(a*)*b$").matches(text))
    #expect(try !Pattern("^(a|a|aa)*b$").matches(text))
    #expect(try Pattern("^" + String(repeating: "a?", count: 50) + "a*$").matches(text))
    _ = try Pattern("((((){1000}){1000}){1000}){1000}")
  }

  @Test("report an invalid option in one line")
  func option() {
    #expect(throws: Failure(.usage, "--name (a: unmatched (")) { try Pattern.option("--name", "(a") }
    #expect((try? Pattern.option("--name", ""))?.map { _ in true } == nil)
  }
}
