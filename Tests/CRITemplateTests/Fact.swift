import CRIJSON
import Foundation
import Testing

/// What Go's own text/template (with crictl's functions and its way to decode) or kubectl's jsonpath made of a
/// text and a document, and what ours makes of it where it differs on purpose.
struct Fact: Sendable, CustomTestStringConvertible {
  let text: String
  let document: JSON
  /// Whether a missing key is treated in the other way than usual: no error for a template, one for a jsonpath.
  let isOtherMode: Bool
  /// Nil where it is an error.
  let expected: String?

  var testDescription: String { text }

  static let template = load("template")
  static let jsonPath = load("jsonpath")

  private static func load(_ name: String) -> [Fact] {
    do {
      let url = try #require(Bundle.module.url(forResource: name, withExtension: "jsonl", subdirectory: "Facts"))
      return try String(contentsOf: url, encoding: .utf8).split(separator: "\n").map { line in
        let fact = try JSON.parse(String(line))
        let output = fact["oursFails"] == nil ? fact["ours"] ?? fact["output"] : nil
        return Fact(
          text: try #require(fact["text"]?.stringValue),
          document: try JSON.parse(try #require(fact["document"]?.stringValue)), isOtherMode: fact["mode"] != nil,
          expected: output?.stringValue)
      }
    } catch {
      Issue.record(error)
      return []
    }
  }
}
