import CRIJSON
import CRIYAML
import Testing

@Suite("YAML documents")
struct DocumentTests {
  @Test(
    "a document is parsed into JSON",
    arguments: [
      ("", .null), ("# nothing\n", .null), ("---\n...\n", .null), ("a", "a"),
      ("a:\nb: 1\n", ["a": .null, "b": 1]),
      ("- 1\n- - 2\n  - x: z\n", [1, [2, ["x": "z"]]]), ("{a: [1, 'b'], c: {}}", ["a": [1, "b"], "c": [:]]),
      ("a: |\n  x\n  y\nb: >-\n  x\n  y\n", ["a": "x\ny\n", "b": "x y"]),
      ("%YAML 1.1\n---\na: 1\n", ["a": 1]), ("a: 1 # comment\n", ["a": 1]),
      (
        "1: a\ntrue: b\n0x10: c\n1.50: d\n'2': e\n", ["1": "a", "true": "b", "16": "c", "1.5": "d", "2": "e"]
      ),
      ("a: 1\nb: 2\na: 3\n", ["a": 3, "b": 2]),
      ("\u{feff}a: 1\n", ["a": 1]), ("{\"a\": \"\\ud83d\\ude00\\/\"}", ["a": "😀/"]),
      ("\n {\"a\":\t9007199254740993}\n", ["a": 9_007_199_254_740_993]),
      ("{\"a\": 1, b: yes}", ["a": 1, "b": true]),
      (
        "runtime-endpoint: unix:///run/containerd/containerd.sock\ntimeout: 2\ndebug: false\n",
        ["runtime-endpoint": "unix:///run/containerd/containerd.sock", "timeout": 2, "debug": false]
      ),
    ] as [(String, JSON)])
  func reading(text: String, expected: JSON) throws {
    #expect(try YAML.parse(text) == expected)
  }

  @Test("an alias repeats the node that its anchor marks")
  func aliases() throws {
    #expect(
      try YAML.parse("a: &x {k: 1}\nb: *x\nc: [*x, &x 2, *x]\n") == [
        "a": ["k": 1], "b": ["k": 1], "c": [["k": 1], 2, 2],
      ])
    #expect(try YAML.parse("&k a: 1\nb: *k\n") == ["a": 1, "b": "a"])
    #expect(try YAML.parse("- &k a\n- *k : 1\n") == ["a", ["a": 1]])
  }

  @Test("a merge key adds only missing keys, and earlier mappings take precedence")
  func merging() throws {
    let text = """
      base: &base {a: 1, b: 1}
      more: &more {b: 2, c: 2}
      one:
        a: 0
        <<: *base
      two:
        <<: [*base, *more]
        c: 0
      literal: {"<<": 1}
      """
    #expect(
      try YAML.parse(text) == [
        "base": ["a": 1, "b": 1], "more": ["b": 2, "c": 2], "one": ["a": 0, "b": 1],
        "two": ["a": 1, "b": 1, "c": 0], "literal": ["<<": 1],
      ])
  }

  @Test(
    "an error has the position at which the text stops being valid",
    arguments: [
      ("a: b: c", 1, 5), ("a:\n\t- b", 2, 1), ("[1, 2", 2, 1), ("a: 'x", 1, 6), ("a: *no", 1, 4),
      ("a: &x [*x]", 1, 8), ("a: 1\n---\nb: 2\n", 2, 1), ("? [a]\n: 1", 1, 3), ("~: 1", 1, 1),
      ("a:\n  <<: 1\n", 2, 7), ("a: [1, {<<: [1]}]", 1, 13), ("{\"a\": 1} x", 1, 10), ("a: \u{1}", 1, 1),
      ("a: \"\\q\"", 1, 5),
    ])
  func errors(text: String, line: Int, column: Int) {
    let error = #expect(throws: YAMLError.self) { try YAML.parse(text) }
    #expect(error?.line == line)
    #expect(error?.column == column)
    #expect(error?.message.isEmpty == false)
  }

  @Test("an error does not contain the text after '*', which may be an unquoted password")
  func alias() {
    let error = #expect(throws: YAMLError.self) { try YAML.parse("value: *hunter2") }
    #expect(error?.message == "the alias has no anchor; put text that begins with '*' in quotes")
  }

  @Test("invalid UTF-8 is an error")
  func encoding() {
    #expect(throws: YAMLError.self) { try YAML.parse([0x61, 0x3A, 0x20, 0xFF]) }
  }

  @Test("a stream may contain several documents")
  func streams() throws {
    #expect(try YAML.parseAll(Array("a: &x 1\n---\n- 2\n...\n---\n".utf8)) == [["a": 1], [2], .null])
    #expect(try YAML.parseAll([]) == [])
    // An anchor is valid only in its document.
    #expect(throws: YAMLError.self) { try YAML.parseAll(Array("a: &x 1\n---\n- *x\n".utf8)) }
  }

  @Test("512 levels of nesting are accepted and 513 are not")
  func depth() throws {
    func nested(_ levels: Int) -> String {
      String(repeating: "[", count: levels) + "x" + String(repeating: "]", count: levels)
    }
    _ = try YAML.parse(nested(512))
    #expect(throws: YAMLError.self) { try YAML.parse(nested(513)) }
  }

  @Test("nested aliases cannot expand a document without limit", .timeLimit(.minutes(1)))
  func expansion() {
    var text = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n"
    for level in 1...12 {
      let aliases = Array(repeating: "*a\(level - 1)", count: 10).joined(separator: ", ")
      text += "a\(level): &a\(level) [\(aliases)]\n"
    }
    let error = #expect(throws: YAMLError.self) { try YAML.parse(text) }
    #expect(error?.message == "the aliases expand to more than 16 MiB")
  }

  @Test("a document is written in block style with sorted keys, and with sequences in the same column as their key")
  func writing() {
    let document: JSON = [
      "b": [["y": 1, "x": [1, [2, 3], []]], "s"], "a": ["empty": [:], "none": .null], "k: y": false,
      "text": "one\ntwo\n", "strip": "one\n\n  two", "keep": "one\n\n", "indented": "  one\ntwo\n", "9": 1,
    ]
    #expect(
      YAML.text(document) == """
        "9": 1
        a:
          empty: {}
          none: null
        b:
        - x:
          - 1
          - - 2
            - 3
          - []
          "y": 1
        - s
        indented: |2
            one
          two
        'k: y': false
        keep: |+
          one

        strip: |-
          one

            two
        text: |
          one
          two

        """)
  }

  @Test(
    "keys are written in natural order",
    arguments: [
      ["a1", "a2", "a10", "b"], ["a.b", "ab"], ["A", "Z", "a", "z"], ["1", "2", "10", "a"],
      ["a", "a.", "aa"],
      ["a-b", "a.b", "a/b", "a_b"], ["x1y", "x01y"], ["k10", "k100", "k101"], ["lo", "lo.1"],
    ])
  func order(keys: [String]) {
    let document = JSON.object(JSONObject(keys.reversed().map { (key: $0, value: [:]) }))
    let written = YAML.text(document).split(separator: "\n").map {
      String($0.drop { $0 == "\"" }.prefix { $0 != "\"" && $0 != ":" })
    }
    #expect(written == keys)
  }

  @Test("long lines are folded at 80 columns")
  func folding() throws {
    let words = Array(repeating: "word", count: 30).joined(separator: " ")
    let text = YAML.text(["key": .string(words)])
    #expect(text.split(separator: "\n").map(\.count) == [84, 71])
    #expect(try YAML.parse(text) == ["key": .string(words)])
  }

  @Test("any document is the same after writing and parsing", arguments: 0..<100)
  func roundTrip(seed: UInt64) throws {
    var generator = SplitMix(state: seed)
    let document = JSON.random(depth: 4, using: &generator)
    let text = YAML.text(document)
    #expect(try YAML.parse(text) == document, "\(text)")
  }
}
