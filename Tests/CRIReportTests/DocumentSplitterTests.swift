import CRIReport
import Testing

@Suite struct DocumentSplitterTests {
  typealias Item = DocumentSplitter.Item

  /// The items in the input, which must be the same wherever the input is divided.
  private func split(_ text: String, limit: Int = 1000) -> (items: [Item], ignored: Int) {
    var results: [(items: [Item], ignored: Int)] = []
    for size in [1, 2, 3, 7, 10_000] {
      var splitter = DocumentSplitter(limit: limit)
      var items: [Item] = []
      var rest = Array(text.utf8)[...]
      while !rest.isEmpty {
        splitter.add(rest.prefix(size)) { items.append($0) }
        rest = rest.dropFirst(size)
      }
      splitter.end { items.append($0) }
      results.append((items, splitter.ignoredLines))
    }
    #expect(results.allSatisfy { $0 == results[0] }, "\(results)")
    return results[0]
  }

  private func document(_ text: String) -> Item { .document(Array(text.utf8)) }

  @Test(
    arguments: [
      ("{}", ["{}"], 0), ("{}\n{\"a\": 1}\n", ["{}", "{\"a\": 1}"], 0), ("{}{}", ["{}", "{}"], 0),
      ("{\n  \"a\": [{\n  }]\n}\n", ["{\n  \"a\": [{\n  }]\n}"], 0),
      ("{\"a\": \"}{\\\"}\"}", ["{\"a\": \"}{\\\"}\"}"], 0),
      ("cri: message\n\n{}\nend", ["{}"], 2), ("", [], 0), ("\n \n", [], 0), ("[]", [], 1),
      ("{} tail\n{}", ["{}", "{}"], 1),
      ("[pod/a/c] {\n[pod/a/c]   \"a\": 1\n[pod/a/c] }\n[pod/b/c] {}\n", ["{\n  \"a\": 1\n}", "{}"], 0),
    ] as [(String, [String], Int)])
  func `documents are found`(text: String, documents: [String], ignored: Int) {
    let found = split(text)
    #expect(found.items == documents.map(document) && found.ignored == ignored, "\(found)")
  }

  @Test func `a document that is cut off does not swallow the next one`() {
    let found = split("{\n  \"a\": {\n{}\n{\n  \"b\": 1\n")
    #expect(found.items == [.cutOff, document("{}"), .cutOff])
  }

  @Test func `a document without its beginning, or behind an unknown prefix, is not ignored`() {
    #expect(split("  \"a\": 1\n}\n{}\n").items == [.cutOff, document("{}")])
    #expect(split("[n] {\n[n]   \"kind\": \"cri-report\",\n[n] }\n{}\n").items == [.cutOff, document("{}")])
    #expect(split("[n] {\"kind\":\"cri-report\"}\n{}\n").items == [.cutOff, document("{}")])
  }

  @Test func `a document beyond the limit is dropped, and the next one is found`() {
    let long = String(repeating: "x", count: 50)
    #expect(split("{\"a\": \"\(long)\"}\n{}\n", limit: 40).items == [.tooLarge, document("{}")])
    #expect(split("{\n  \"a\": \"\(long)\"\n}\n{}\n", limit: 60).items == [.tooLarge, document("{}")])
    #expect(split("\(long)\(long)\n{}\n", limit: 40).items == [document("{}")])
    #expect(split("{\"a\": 1}\n", limit: 8).items == [document("{\"a\": 1}")])
  }
}
