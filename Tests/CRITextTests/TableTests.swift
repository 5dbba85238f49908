import CRIText
import Testing

@Suite("Tables")
struct TableTests {
  @Test("columns in crictl's layout are at least 20 wide and three spaces apart, and no line has trailing spaces")
  func crictl() {
    var table = Table(["A", "LONG", "LAST"])
    table.append(["x", "12345678901234567", "end"])
    table.append(["", "123456789012345678", ""])
    table.append(["only"])
    #expect(
      table.text() == """
        A                   LONG                 LAST
        x                   12345678901234567    end
                            123456789012345678
        only

        """)
  }

  @Test("crictl's layout counts code points, and ours counts terminal columns")
  func width() {
    for (layout, expected) in [
      (Table.Layout.crictl, "NAME                B\n中文中文中文中文中文中文中文中文中文   x\n"),
      (.compact, "NAME                                  B\n中文中文中文中文中文中文中文中文中文  x\n"),
    ] {
      var table = Table(["NAME", "B"], layout: layout)
      table.append([String(repeating: "中文", count: 9), "x"])
      let header = expected.prefix { $0 != "\n" }
      #expect(table.text().hasSuffix(expected.drop { $0 != "\n" }.dropFirst()))
      #expect(table.text().hasPrefix(layout == .compact ? header : "NAME                 B"))
    }
  }

  @Test("columns in the compact layout are as narrow as their cells, and numbers are right-aligned if requested")
  func compact() {
    var table = Table(["NAME", .init("SIZE", .right), "NOTE"], layout: .compact)
    table.append(["a", "1", "first"])
    table.append(["longer", "12345", ""])
    #expect(
      table.text() == """
        NAME     SIZE  NOTE
        a           1  first
        longer  12345

        """)
    #expect(table.text(showingHeaders: false) == "a           1  first\nlonger  12345\n")
  }

  @Test("the layout for runtime-config is narrower")
  func narrow() {
    var table = Table(["KEY", "VALUE"], layout: .crictlNarrow)
    table.append(["cgroup driver:", "CGROUPFS"])
    #expect(table.text(showingHeaders: false) == "cgroup driver:   CGROUPFS\n")
  }

  @Test func `a cell of 100,000 letters does not widen the other rows`() {
    var table = Table(["A", "B"], layout: .compact)
    table.append([String(repeating: "x", count: 100_000), "1"])
    for _ in 0..<10 { table.append(["y", "1"]) }
    let text = table.text()
    #expect(text.utf8.count < 120_000)
    #expect(text.contains("x 1\n") && text.hasSuffix(" 1\n"))
  }

  @Test("a table without rows has only headers")
  func empty() {
    #expect(Table(["A", "B"]).text() == "A                   B\n")
    #expect(Table(["A", "B"], layout: .compact).text(showingHeaders: false) == "")
  }

  @Test("a name cannot break a row or colour the terminal")
  func hostile() {
    var table = Table(["NAME", "B"], layout: .compact)
    table.append(["a\nb\t\u{1b}[31m", "x"])
    #expect(table.text() == "NAME            B\na\\nb\\t\\x1b[31m  x\n")
  }

  @Test("the width of a coloured cell does not include the escape sequences")
  func style() {
    var table = Table(["A", "B"], layout: .compact)
    table.append([Table.Cell("lost", .bad), "x"])
    #expect(table.text() == "A     B\nlost  x\n")
    #expect(
      table.text(TextStyle(isColoured: true))
        == "\u{1b}[1mA\u{1b}[0m     \u{1b}[1mB\u{1b}[0m\n\u{1b}[31mlost\u{1b}[0m  x\n")
  }
}

@Suite("Untrusted text")
struct SanitizerTests {
  @Test(
    "control characters are printed as visible escapes",
    arguments: [
      ("plain ~!", "plain ~!"), ("", ""), ("é中😀", "é中😀"), ("a\\n", "a\\n"), ("\n\r\t", "\\n\\r\\t"),
      ("\0\u{7}\u{1b}\u{7f}", "\\x00\\x07\\x1b\\x7f"), ("\u{80}\u{9b}31m", "\\u{80}\\u{9b}31m"),
      ("\u{202e}gnp", "\\u{202e}gnp"),
      ("\u{2066}\u{2069}\u{200e}\u{61c}", "\\u{2066}\\u{2069}\\u{200e}\\u{61c}"),
      ("\u{2028}\u{2029}", "\\u{2028}\\u{2029}"),
      ("\u{200b}\u{feff}\u{e0041}", "\\u{200b}\\u{feff}\\u{e0041}"),
      ("👨\u{200d}👩", "👨\u{200d}👩"), ("e\u{301}", "e\u{301}"),
    ])
  func visible(text: String, expected: String) {
    #expect(Sanitizer.visible(text) == expected)
  }

  @Test(
    "text of several lines keeps its line feeds and tabs",
    arguments: [
      ("a\tb\nc\n", "a\tb\nc\n"), ("é\n", "é\n"), ("a\r\nb", "a\\r\nb"), ("\u{1b}[31m\n", "\\x1b[31m\n"),
      ("\u{9b}31m\t\u{202e}\u{0}", "\\u{9b}31m\t\\u{202e}\\x00"), ("\u{2028}\u{85}", "\\u{2028}\\u{85}"),
    ])
  func visibleLines(text: String, expected: String) {
    #expect(Sanitizer.visibleLines(text) == expected)
  }

  @Test(
    "the width of a text is the number of columns that a terminal uses",
    arguments: [
      ("", 0), ("abc", 3), ("é", 1), ("e\u{301}", 1), ("中文", 4), ("ｆｕｌｌ", 8), ("ﾊﾝ", 2), ("한글", 4), ("😀", 2),
      ("👨‍👩‍👧", 2), ("🇩🇪", 2), ("❤\u{fe0f}", 2), ("❤", 1), ("✓", 1), ("…", 1), ("─", 1), ("𠀀", 2),
    ])
  func width(text: String, expected: Int) {
    #expect(DisplayWidth.of(text) == expected)
  }

  @Test("text is coloured only on a terminal that supports it, and only if NO_COLOR is empty or not set")
  func colour() {
    #expect(TextStyle(isTerminal: true, noColor: nil).isColoured)
    #expect(TextStyle(isTerminal: true, noColor: "", term: "xterm").isColoured)
    #expect(!TextStyle(isTerminal: true, noColor: "0").isColoured)
    #expect(!TextStyle(isTerminal: true, noColor: nil, term: "dumb").isColoured)
    #expect(!TextStyle(isTerminal: false, noColor: nil).isColoured)
    #expect(TextStyle.plain.apply(.bad, to: "x") == "x")
    #expect(TextStyle(isColoured: true).apply(nil, to: "x") == "x")
    #expect(TextStyle(isColoured: true).apply(.good, to: "") == "")
  }
}
