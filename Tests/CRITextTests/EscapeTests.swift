import CRIText
import Testing

@Suite struct EscapeTests {
  /// Each character with its escape sequence; nil for a character that is printed unchanged.
  @Test(
    arguments: [
      ("\n", "\\n"), ("\r", "\\r"), ("\t", "\\t"), ("\0", "\\x00"), ("\u{1b}", "\\x1b"), ("\u{7f}", "\\x7f"),
      ("\u{85}", "\\u{85}"), ("\u{9b}", "\\u{9b}"), ("\u{2028}", "\\u{2028}"), ("\u{2029}", "\\u{2029}"),
      ("\u{202e}", "\\u{202e}"), ("\u{2066}", "\\u{2066}"), ("\u{200b}", "\\u{200b}"), ("\u{feff}", "\\u{feff}"),
      ("\u{10ffff}", "\\u{10ffff}"), ("\u{200d}", nil), ("é", nil), ("日", nil), ("😀", nil),
      ("\u{e000}", nil), (" ", nil),
    ] as [(String, String?)])
  func `tables and error lines escape the same characters in the same way`(text: String, escape: String?) {
    let shown = escape ?? text
    #expect(Sanitizer.visible("a\(text)b") == "a\(shown)b")
    #expect("a\(text)b".quoted == "\"a\(shown)b\"")
    #expect("a\(text)b".printable == "a\(shown)b")
    #expect(Sanitizer.visibleLines("a\(text)b") == (text == "\n" || text == "\t" ? "a\(text)b" : "a\(shown)b"))
  }

  @Test func `only quoted text has escaped quotes and backslashes`() {
    #expect(#"a"\b"#.quoted == #""a\"\\b""#)
    #expect(Sanitizer.visible(#"a"\b"#) == #"a"\b"#)
  }
}
