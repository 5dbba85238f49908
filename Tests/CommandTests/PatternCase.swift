/// A regular expression in RE2's syntax, with strings that it matches and strings that it does not match.
///
/// The expected values were computed with `regexp.MatchString` of Go 1.27, whose syntax crictl uses.
struct PatternCase: Sendable {
  let pattern: String
  let matches: [String]
  let not: [String]

  init(_ pattern: String, matches: [String] = [], not: [String] = []) {
    self.pattern = pattern
    self.matches = matches
    self.not = not
  }

  static let all = names + repetitions + assertions + classes + escapes
}

extension PatternCase {
  /// Expressions that crictl's users type for names.
  static let names: [PatternCase] = [
    PatternCase("web", matches: ["my-web-1"], not: ["WEB", "we", ""]),
    PatternCase("^web-.*", matches: ["web-1", "web-"], not: ["web", "my-web-1"]),
    PatternCase("^web$", matches: ["web"], not: ["web1", "aweb", "web\n"]),
    PatternCase("web-[0-9]+$", matches: ["web-12"], not: ["web-1a", "web-"]),
    PatternCase(#"^(web|api)-\d+$"#, matches: ["web-1", "api-22"], not: ["db-1", "web-x"]),
    PatternCase("^(?:web|api)$", matches: ["web", "api"], not: ["webapi"]),
    PatternCase("(?i)nginx", matches: ["NGINX", "my-Nginx-1"], not: ["nginy"]),
    PatternCase("(?i)^KUBE-", matches: ["kube-proxy", "Kube-x"], not: ["akube-"]),
    PatternCase("^kube-(proxy|dns|scheduler)", matches: ["kube-proxy-x2"], not: ["kube-api"]),
    PatternCase(".*-[a-z0-9]{5}$", matches: ["web-7d4b9-x2k8q"], not: ["web-X2K8Q", "web-abcd"]),
    PatternCase("^[^-]+$", matches: ["web"], not: ["web-1", ""]),
    PatternCase("^[a-z]([-a-z0-9]*[a-z0-9])?$", matches: ["a", "a-b"], not: ["a-", "-a", "A"]),
    PatternCase("^a.c$", matches: ["abc"], not: ["ac", "abbc", "a\nc"]),
    PatternCase(#"\.internal$"#, matches: ["x.internal"], not: ["xinternal", "x.internal."]),
    PatternCase(#"^registry\.k8s\.io/"#, matches: ["registry.k8s.io/pause"], not: ["registryxk8s.io/pause"]),
    PatternCase(#":v1\.(2[89]|30)"#, matches: ["a:v1.28", "a:v1.30.1"], not: ["a:v1.27", "a:v1x28"]),
    PatternCase("^.+/.+@sha256:[[:xdigit:]]{8}", matches: ["a/b@sha256:0123abcd"], not: ["a/b@sha256:0123abcg"]),
    PatternCase("^$", matches: [""], not: ["x"]),
    PatternCase("", matches: ["", "x"]),
    PatternCase("^", matches: ["", "x"]),
    PatternCase("$", matches: ["", "x"]),
    PatternCase(".", matches: ["x", "é", "😀"], not: ["", "\n"]),
    PatternCase("^.$", matches: ["é", "😀"], not: ["e\u{301}", ""]),
    PatternCase("w.b", matches: ["web", "w.b", "wéb", "w😀b"], not: ["wb", "w\nb"]),
    PatternCase("日本", matches: ["日本語"], not: ["日"]),
  ]

  /// Texts that are not regular expressions in RE2's syntax.
  static let errors: [String] = [
    "(", ")", "(a", "a)", "(a))", "((a)", "[", "[a", "[]", "[^]", "[]a", "[a-", "[^", "*", "+a", "?", "a|*", "(*a)",
    "(|*)", "{2}", "(?i)*", #"\Q\E*"#, "({2})", "a**", "a*+", "a++", "a?+", "a???", "a*{2}", "a{2}{3}", "a{2}*",
    "a{2,1}", "a{1001}", "a{1,1001}", "a{1001,}", "a{100000000000}", "(a{100}){11}", "((a{100}){100}){100}",
    "((((){1000}){1000}){1000}){1000}", "(a{2}){501}", #"\"#, #"a\"#, #"\y"#, #"\1"#, #"(a)\1"#, #"\8"#, #"\19"#,
    #"\C"#, #"\E"#, #"\Z"#, #"\G"#, #"\K"#, #"\R"#, #"\X"#, #"\h"#, #"\N"#, #"\u0041"#, #"\cA"#, #"\e"#, #"\é"#,
    #"\x"#, #"\x4"#, #"\xg0"#, #"\x{}"#, #"\x{41"#, #"\x{110000}"#, #"\x{FFFFFFFFF}"#, #"\p"#, #"\p{"#, #"\p{}"#,
    #"\p{L"#, #"\p{Nosuch}"#, #"\pX"#, #"[\p{Nosuch}]"#, "[b-a]", "[a--]", #"[a-\d]"#, #"[\b]"#, #"[\Q]"#, #"[\C]"#,
    #"[\8]"#, "[[:nosuch:]]", "[[:Alpha:]]", "[[::]]", "[a-[:digit:]]", "(?", "(?i", "(?=a)", "(?!a)", "(?<=a)",
    "(?<!a)", "(?>a)", "(?|a)", "(?#a)", "(?R)", "(?1)", "(?P<>a)", "(?<>a)", "(?P<n", "(?P<n-1>a)", "(?P<é>a)",
    "(?P=n)", "(?P>n)", "(?'n'a)", "(?x)", "(?-)a", "(?-:a)", "(?i-)", "(?i--s)", "(?i-s-m)", "(?i a)", "(?^i)",
  ]
}
