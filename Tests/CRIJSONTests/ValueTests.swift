import CRIJSON
import Testing

@Suite("JSON values")
struct ValueTests {
  let document: JSON = [
    "status": ["network": ["ip": "10.0.0.1"], "ready": true], "n": [1, 2.5, "x", .null],
  ]

  @Test("members are found by key and elements by position")
  func access() {
    #expect(document["status"]?["network"]?["ip"]?.stringValue == "10.0.0.1")
    #expect(document["status"]?["ready"]?.boolValue == true)
    #expect(document["n"]?[0]?.intValue == 1)
    #expect(document["n"]?[1]?.doubleValue == 2.5)
    #expect(document["n"]?[3]?.isNull == true)
    #expect(document["n"]?[4] == nil)
    #expect(document["n"]?[-1] == nil)
    #expect(document["n"]?["x"] == nil)
    #expect(document["nothing"] == nil)
    #expect(document["n"]?.arrayValue?.count == 4)
    #expect(document["status"]?.objectValue?.keys == ["network", "ready"])
    #expect(document.stringValue == nil)
    #expect(document.boolValue == nil)
    #expect(document.intValue == nil)
    #expect(document.arrayValue == nil)
  }

  @Test("members can be changed, added and removed")
  func mutation() {
    var changed = document
    changed["status"]?["ready"] = false
    changed["new"] = ["a": .null]
    changed["n"] = nil
    #expect(changed == ["status": ["network": ["ip": "10.0.0.1"], "ready": false], "new": ["a": .null]])
    var scalar: JSON = 1
    scalar["a"] = 2
    #expect(scalar == ["a": 2])
  }

  @Test(
    "a number is an integer only if an Int64 holds it exactly",
    arguments: [
      ("0", 0), ("-0", 0), ("1e3", 1000), ("2.0", 2), ("2.5", nil), ("9223372036854775807", .max),
      ("-9223372036854775808", .min), ("9223372036854775808", nil),
      ("9007199254740993", 9_007_199_254_740_993),
      ("1e300", nil), ("1e-1", nil),
    ] as [(String, Int64?)])
  func integers(text: String, expected: Int64?) {
    #expect(JSON.number(text).intValue == expected)
  }

  @Test("unsigned integers reach 2^64 - 1")
  func unsigned() {
    #expect(JSON.number("18446744073709551615").uintValue == .max)
    #expect(JSON.number("18446744073709551616").uintValue == nil)
    #expect(JSON.number("-1").uintValue == nil)
    #expect(JSON.number("1e2").uintValue == 100)
  }

  @Test("equality and hash do not depend on the order of the members")
  func equality() {
    let one: JSON = ["a": 1, "b": ["c": 2, "d": 3]]
    let two: JSON = ["b": ["d": 3, "c": 2], "a": 1]
    #expect(one == two)
    #expect(one.hashValue == two.hashValue)
    #expect(one != ["a": 1, "b": ["c": 2, "d": 4]])
    #expect(one != ["a": 1])
    #expect((["a": 1] as JSON) != ["b": 1])
    #expect(JSON.number("1") != .number("1.0"))
    #expect((1 as JSON) != "1")
    #expect(([1, 2] as JSON) != [2, 1])
  }

  @Test("canonically equivalent strings with different code points are not equal")
  func exactStrings() throws {
    #expect(("\u{e9}" as JSON) != "e\u{301}")
    let object = try #require(try JSON.parse("{\"\u{e9}\":1,\"e\u{301}\":2}").objectValue)
    #expect(object.count == 2)
    #expect(object["e\u{301}"] == 2)
  }

  @Test("a value can be created from a Swift value")
  func initializers() {
    #expect(JSON(UInt64.max) == .number("18446744073709551615"))
    #expect(JSON(0.1) == .number("0.1"))
    #expect(JSON(Double.infinity) == .null)
    #expect(JSON(Double.nan) == .null)
    #expect(JSON("x") == "x")
    #expect(JSON(true) == true)
    #expect(("a\(1)" as JSON) == .string("a1"))
  }

  @Test("keys are sorted by their bytes at all levels")
  func sortedKeys() {
    let sorted = (["b": 1, "a": [["d": 1, "c": 2]], "B": 1, "é": 1, "z": 1] as JSON).sortedKeys()
    #expect(sorted.text() == #"{"B":1,"a":[{"c":2,"d":1}],"b":1,"z":1,"é":1}"#)
  }

  @Test("large objects keep their order and find, replace and remove members", arguments: [31, 32, 33, 2_000])
  func largeObjects(count: Int) {
    var object = JSONObject((0..<count).map { (key: "k\($0)", value: JSON($0)) })
    #expect(object.keys == (0..<count).map { "k\($0)" })
    #expect((0..<count).allSatisfy { object["k\($0)"] == JSON($0) })
    object["k7"] = "new"
    object["k3"] = nil
    #expect(object.count == count - 1)
    #expect(object["k3"] == nil)
    #expect(object["k7"] == "new")
    #expect(object["k\(count - 1)"] == JSON(count - 1))
    #expect(object[6].key == "k7")
    object["k3"] = "again"
    #expect(object.keys.last == "k3")
    #expect(object.sortedByKey()["k3"] == "again")
  }

  @Test("an object with 100,000 keys is parsed in linear time", .timeLimit(.minutes(1)))
  func manyKeys() throws {
    let text = "{" + (0..<100_000).map { "\"k\($0)\":\($0)" }.joined(separator: ",") + "}"
    let document = try JSON.parse(text)
    #expect(document["k99999"] == 99_999)
    #expect(document["k100000"] == nil)
    #expect(document == document.sortedKeys())
  }
}
