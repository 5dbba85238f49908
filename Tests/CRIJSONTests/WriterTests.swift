import CRIJSON
import Testing

@Suite("Writing JSON")
struct WriterTests {
  @Test("the pretty layout is that of Go's encoding/json")
  func pretty() {
    let document: JSON = [
      "a": [], "b": [:], "c": [1, [:], [[]], "x"], "d": ["e": .null, "f": true], "g": false,
    ]
    #expect(
      document.text(pretty: true) == """
        {
          "a": [],
          "b": {},
          "c": [
            1,
            {},
            [
              []
            ],
            "x"
          ],
          "d": {
            "e": null,
            "f": true
          },
          "g": false
        }
        """)
    #expect(document.text() == #"{"a":[],"b":{},"c":[1,{},[[]],"x"],"d":{"e":null,"f":true},"g":false}"#)
    #expect(([] as JSON).text(pretty: true) == "[]")
    #expect(([:] as JSON).text(pretty: true) == "{}")
    #expect(("x" as JSON).text(pretty: true) == "\"x\"")
  }

  @Test(
    "only characters that JSON or a terminal could interpret are escaped",
    arguments: [
      ("", #""""#), ("plain <a href='x'>&</a> / é中😀", #""plain <a href='x'>&</a> / é中😀""#),
      ("\"\\", #""\"\\""#), ("\n\r\t\u{8}\u{c}", #""\n\r\t\b\f""#),
      ("\0\u{1b}[31m\u{1f}", #""\u0000\u001b[31m\u001f""#),
      ("\u{7f}\u{80}\u{9b}\u{9f}\u{a0}", "\"\\u007f\\u0080\\u009b\\u009f\u{a0}\""),
      ("\u{2027}\u{2028}\u{2029}\u{202e}\u{202f}", "\"\u{2027}\\u2028\\u2029\\u202e\u{202f}\""),
      ("\u{2066}\u{2069}", #""\u2066\u2069""#), ("\u{feff}\u{fffd}", "\"\u{feff}\u{fffd}\""),
    ])
  func strings(text: String, expected: String) throws {
    #expect(JSON.string(text).text() == expected)
    #expect(try JSON.parse(expected) == .string(text))
    var writer = JSONWriter()
    let bytes = Array(text.utf8)
    writer.string(utf8: bytes.span)
    #expect(String(decoding: writer.bytes, as: UTF8.self) == expected)
  }

  @Test("invalid UTF-8 is replaced with U+FFFD")
  func repair() {
    var writer = JSONWriter()
    let bytes: [UInt8] = [0x61, 0xFF, 0x62]
    writer.string(utf8: bytes.span)
    #expect(String(decoding: writer.bytes, as: UTF8.self) == "\"a\u{fffd}b\"")
  }

  @Test("members and elements can be written one by one")
  func streaming() {
    var writer = JSONWriter(.compact, reservingBytes: 100)
    writer.beginObject()
    writer.key("k\n")
    writer.beginArray()
    writer.number(0 as Int32)
    writer.number(Int64.min)
    writer.number(UInt64.max)
    writer.number("1.50")
    writer.number(0.25)
    writer.number(Double.nan)
    writer.quotedNumber(Int64.max)
    writer.quotedNumber(-10)
    writer.bool(true)
    writer.null()
    writer.beginObject()
    writer.endObject()
    writer.value(["x": [1]])
    writer.endArray()
    writer.key("last")
    writer.string("s")
    writer.endObject()
    writer.newline()
    #expect(
      String(decoding: writer.bytes, as: UTF8.self)
        == #"{"k\n":[0,-9223372036854775808,18446744073709551615,1.50,0.25,null,"9223372036854775807","-10",true,null,{},{"x":[1]}],"last":"s"}"#
        + "\n")
  }

  @Test("consecutive documents are separated only by line feeds")
  func documents() {
    var writer = JSONWriter(.pretty)
    for number in 1...2 {
      writer.beginObject()
      writer.key("n")
      writer.number(number)
      writer.endObject()
      writer.newline()
    }
    #expect(String(decoding: writer.bytes, as: UTF8.self) == "{\n  \"n\": 1\n}\n{\n  \"n\": 2\n}\n")
  }

  @Test("any document is the same after writing and parsing", arguments: 0..<200)
  func roundTrip(seed: UInt64) throws {
    var generator = SplitMix(state: seed)
    let document = JSON.random(depth: 4, using: &generator)
    #expect(try JSON.parse(document.bytes()) == document)
    #expect(try JSON.parse(document.bytes(pretty: true)) == document)
    #expect(try JSON.parse(document.sortedKeys().bytes()).text() == document.sortedKeys().text())
  }
}
