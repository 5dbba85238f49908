import CRIProtobuf
import Testing

@Suite("String maps")
struct StringMapTests {
  @Test("a map is sorted by the bytes of its keys")
  func order() {
    let map: StringMap = ["é": "3", "z": "2", "A": "0", "a": "1", "": "-"]
    #expect(map.keys == ["", "A", "a", "z", "é"])
    #expect(map.values == ["-", "0", "1", "2", "3"])
    #expect(map == ["a": "1", "": "-", "é": "3", "A": "0", "z": "2"])
    #expect(map.hashValue == StringMap(map.reversed()).hashValue)
  }

  @Test("canonically equivalent keys with different bytes are different keys")
  func canonicalEquivalence() {
    let map: StringMap = ["\u{e9}": "1", "e\u{301}": "2"]
    #expect(map.count == 2)
    #expect(map["\u{e9}"] == "1")
    #expect(map["e\u{301}"] == "2")
  }

  @Test("values can be read, set and removed by key")
  func subscripts() {
    var map = StringMap()
    #expect(map["a"] == nil)
    #expect(map["a", default: "x"] == "x")
    for key in ["m", "c", "x", "a"] { map[key] = key + "!" }
    #expect(map.map { "\($0.key)=\($0.value)" } == ["a=a!", "c=c!", "m=m!", "x=x!"])
    map["c"] = "changed"
    map["m"] = nil
    map["missing"] = nil
    #expect(map == ["a": "a!", "c": "changed", "x": "x!"])
    #expect(map["c"] == "changed")
  }

  @Test("the last of several values for a key wins", arguments: [1, 2, 3, 50])
  func repeatedKeys(count: Int) {
    let pairs = (0..<count).flatMap { round in ["b", "a", "c"].map { (key: $0, value: "\($0)\(round)") } }
    let last = count - 1
    #expect(StringMap(pairs) == ["a": "a\(last)", "b": "b\(last)", "c": "c\(last)"])
  }

  @Test("the description is one line with control characters escaped")
  func description() {
    #expect(StringMap().description == "[:]")
    #expect((["b": "\u{7}", "a": "\""] as StringMap).description == #"["a": "\"", "b": "\x07"]"#)
  }
}
