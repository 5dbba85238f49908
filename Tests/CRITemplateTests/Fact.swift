import CRIJSON
import Foundation
import Testing

/// A template with a document and its expected output. The output was recorded from Go's text/template (with crictl's
/// functions and decoder) or from kubectl's jsonpath, except where we deliberately differ.
struct Fact: Sendable, CustomTestStringConvertible {
  let text: String
  let document: JSON
  /// Whether the other mode for missing keys applies: no error for a template, and an error for a jsonpath.
  let usesOtherMode: Bool
  /// The expected output, or nil if an error is expected.
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
          document: try JSON.parse(try #require(fact["document"]?.stringValue)), usesOtherMode: fact["mode"] != nil,
          expected: output?.stringValue)
      }
    } catch {
      Issue.record(error)
      return []
    }
  }
}
