import CRIJSON
import Testing

@Suite("Parsing JSON")
struct ParsingTests {
  @Test(
    "every kind of value is parsed",
    arguments: [
      ("null", .null), (" true ", true), ("\r\n\tfalse", false), ("0", 0), ("-0", .number("-0")),
      ("12.50", .number("12.50")), ("1E+2", .number("1E+2")), ("-1.5e-7", .number("-1.5e-7")),
      ("9007199254740993", 9_007_199_254_740_993), ("18446744073709551616", .number("18446744073709551616")),
      (#""""#, ""), (#""a\"\\\/\b\f\n\r\tz""#, "a\"\\/\u{8}\u{c}\n\r\tz"), (#""\u00e9\u4E2d""#, "é中"),
      (#""\ud83d\ude00!""#, "😀!"), (#""\u0000""#, "\0"), ("\"é中😀\u{7f}\"", "é中😀\u{7f}"), ("[]", []),
      ("[ ]", []), ("{}", [:]), ("{ }", [:]), ("[1,[2,{}]]", [1, [2, [:]]]),
      (#"{"a":{"b":[null]},"":1}"#, ["a": ["b": [.null]], "": 1]),
    ] as [(String, JSON)])
  func values(text: String, expected: JSON) throws {
    #expect(try JSON.parse(text) == expected)
  }

  @Test(
    "an error has the position at which the text stops being JSON",
    arguments: [
      ("", 1, 1, "a value"), ("  ", 1, 3, "a value"), ("nul", 1, 4, "null"), ("True", 1, 1, "a value"),
      ("[1,\n 2,\n x]", 3, 2, "a value"), ("[1,]", 1, 4, "a value"),
      ("[1 2]", 1, 4, "a comma or a closing bracket"),
      ("{\"a\" 1}", 1, 6, "a colon"), ("{\"a\":1,}", 1, 8, "a key in double quotes"),
      ("{a:1}", 1, 2, "a key in double quotes"), ("{\"a\":1", 1, 7, "a comma or a closing brace"),
      ("1 1", 1, 3, "the end of the document"), ("{}\n]", 2, 1, "the end of the document"),
      ("01", 1, 2, "no digit after a leading zero"), ("-", 1, 2, "a digit"), ("1.", 1, 3, "a digit"),
      (".5", 1, 1, "a value"), ("1e", 1, 3, "a digit"), ("+1", 1, 1, "a value"), ("NaN", 1, 1, "a value"),
      ("\"a", 1, 3, "a closing quote"), ("\"a\\", 1, 4, "an escape"),
      ("\"\n\"", 1, 2, "no control character in a string"),
      ("\"\\n\t\"", 1, 4, "no control character in a string"), (#""\u12g4""#, 1, 6, "a hexadecimal digit"),
      (#""\u00e""#, 1, 7, "a hexadecimal digit"), (#""\ud800""#, 1, 2, "a surrogate pair"),
      (#""\udc00\ud800""#, 1, 2, "a surrogate pair"), (#""\ud800\u0041""#, 1, 2, "a surrogate pair"),
      ("\u{feff}1", 1, 1, "a value"), ("'a'", 1, 1, "a value"), ("/**/1", 1, 1, "a value"),
    ])
  func errors(text: String, line: Int, column: Int, expected: String) {
    let error = #expect(throws: JSONError.self) { try JSON.parse(text) }
    #expect(error?.line == line)
    #expect(error?.column == column)
    #expect(error?.expected == expected)
  }

  @Test("an escape that JSON does not define is reported with its letter")
  func unknownEscape() {
    let error = #expect(throws: JSONError.self) { try JSON.parse(#""\x41""#) }
    #expect(error?.column == 3)
    #expect(error?.found == "'x'")
    #expect(error?.expected.hasPrefix("an escape (") == true)
  }

  @Test(
    "invalid UTF-8 is an error at the first invalid byte",
    arguments: [
      ([0x61, 0xFF], 1), ([0xC0, 0x80], 0), ([0xED, 0xA0, 0x80], 0), ([0xC3, 0xA9, 0xC3], 2),
      ([0xF4, 0x90, 0x80, 0x80], 0), ([0x5C, 0x6E, 0x80], 2),
    ] as [([UInt8], Int)])
  func invalidUTF8(content: [UInt8], position: Int) {
    let error = #expect(throws: JSONError.self) { try JSON.parse([0x22] + content + [0x22]) }
    #expect(error?.expected == "valid UTF-8")
    #expect(error?.column == position + 2)
  }

  @Test("an error is described in one printable line")
  func description() {
    let cases = [
      ("[\u{1b}]", "line 1, column 2: expected a value, found byte 0x1b"),
      ("[", "line 1, column 2: expected a value, found the end of the text"),
      ("[x", "line 1, column 2: expected a value, found 'x'"),
    ]
    for (text, expected) in cases {
      let error = #expect(throws: JSONError.self) { try JSON.parse(text) }
      #expect(error?.description == expected)
    }
  }

  @Test("512 levels of nesting are accepted and 513 are not")
  func depth() throws {
    func nested(_ levels: Int) -> String {
      String(repeating: "[", count: levels) + String(repeating: "]", count: levels)
    }
    _ = try JSON.parse(nested(512))
    #expect(throws: JSONError.self) { try JSON.parse(nested(513)) }
    // Arrays that have been closed do not count.
    _ = try JSON.parse("[" + Array(repeating: "[{}]", count: 1_000).joined(separator: ",") + "]")
  }

  @Test("the last of several members with the same key wins, in the position of the first")
  func duplicates() throws {
    let object = try #require(try JSON.parse(#"{"a":1,"b":2,"a":3}"#).objectValue)
    #expect(object.keys == ["a", "b"])
    #expect(object["a"] == 3)
  }

  @Test("consecutive documents are parsed one by one")
  func sequence() throws {
    let bytes = Array("{\"a\":1}\n{}[2] 3\n ".utf8)
    var offset = 0
    var documents: [JSON] = []
    while let document = try JSON.parse(bytes, from: &offset) { documents.append(document) }
    #expect(documents == [["a": 1], [:], [2], 3])
    #expect(offset == bytes.count)
  }

  @Test("a document truncated at any byte is an error")
  func truncations() throws {
    let bytes = Array(#"{"a":[1.5e3,"x\u00e9\ud83d\ude00é",true,null,{}]}"#.utf8)
    _ = try JSON.parse(bytes)
    for end in bytes.indices {
      #expect(throws: JSONError.self) { try JSON.parse(Array(bytes[..<end])) }
    }
  }

  @Test("members that are not needed are skipped, whatever their values are")
  func members() throws {
    var generator = SplitMix(state: 7)
    for _ in 0..<300 {
      let pairs = (0..<4).map { (key: "k\($0)", value: JSON.random(depth: 4, using: &generator)) }
      let text = JSON.object(JSONObject(pairs)).text(pretty: Bool.random(using: &generator))
      #expect(try JSON.parse(text, members: ["k1", "k3"]) == .object(JSONObject([pairs[1], pairs[3]])))
      #expect(try JSON.parse(text, members: []) == [:])
    }
    // Only the outermost object is reduced.
    #expect(try JSON.parse(#"{"a":{"b":1},"b":{"a":2}}"#, members: ["a"]) == ["a": ["b": 1]])
    #expect(try JSON.parse(#"[{"a":1}]"#, members: []) == [["a": 1]])
  }

  @Test("a document truncated in a skipped member is an error")
  func skippedTruncations() throws {
    let bytes = Array(#"{"a":[1.5e3,{"x\"":"\\"},true,null,{}],"b":"\u00e9"}"#.utf8)
    #expect(try JSON.parse(String(decoding: bytes, as: UTF8.self), members: []) == [:])
    for end in bytes.indices {
      let text = String(decoding: bytes[..<end], as: UTF8.self)
      #expect(throws: JSONError.self) { try JSON.parse(text, members: []) }
    }
    for text in [#"{"a":,"b":1}"#, #"{"a"::1}"#, #"{"a":]}"#, #"{"a":}"#, #"{"a":1,}"#] {
      #expect(throws: JSONError.self, "\(text)") { try JSON.parse(text, members: []) }
    }
    func nested(_ levels: Int) -> String {
      #"{"a":"# + String(repeating: "[", count: levels) + String(repeating: "]", count: levels) + "}"
    }
    _ = try JSON.parse(nested(511), members: [])
    #expect(throws: JSONError.self) { try JSON.parse(nested(512), members: []) }
  }
}
