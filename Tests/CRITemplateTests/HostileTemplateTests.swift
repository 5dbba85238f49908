import CRIJSON
import CRITemplate
import Testing

/// No template or document may crash the process or make it run without end.
@Suite struct HostileTemplateTests {
  @Test(arguments: [
    String(repeating: "{{if true}}", count: 100_000),
    String(repeating: "{{if true}}", count: 100_000) + String(repeating: "{{end}}", count: 100_000),
    "{{" + String(repeating: "(", count: 100_000) + "1" + String(repeating: ")", count: 100_000) + "}}",
    "{{define \"a\"}}{{template \"a\"}}{{template \"a\"}}{{end}}{{template \"a\"}}",
    "{{define \"a\"}}{{template \"b\"}}{{end}}{{define \"b\"}}{{template \"a\"}}{{end}}{{template \"a\"}}",
    String(repeating: "{{block \"a\" .}}", count: 10_000),
  ])
  func `a template that is nested too deeply is an error`(_ text: String) {
    let error = #expect(throws: TemplateError.self) { try GoTemplate(text).render(.null) }
    #expect(error?.message.contains("nest") == true)
  }

  @Test(arguments: [
    ("{{range 999999999}}{{end}}", "iterations"),
    ("{{$x := \"aaaaaaaa\"}}{{range 60}}{{$x = print $x $x}}{{end}}{{len $x}}", "longer than 64 MiB"),
    ("{{$x := \"aaaaaaaa\"}}{{range 60}}{{$x = printf \"%s%s\" $x $x}}{{end}}{{len $x}}", "longer than 64 MiB"),
    ("{{range 9000}}{{range 9000}}{{range 9000}}{{end}}{{end}}{{end}}", "iterations"),
    ("{{range 9000000}}\(String(repeating: "x", count: 1000)){{end}}", "longer"),
  ])
  func `loops do not run or write without end`(_ text: String, reason: String) {
    let error = #expect(throws: TemplateError.self) { try GoTemplate(text).render(.null) }
    #expect(error?.message.contains(reason) == true, "\(error?.message ?? "")")
  }

  @Test(arguments: ["[%]", "[%:]", "[:%]", "[::%]"]) func `an index of any size is an error or has no effect`(
    bounds: String
  ) {
    for number in ["-9223372036854775808", "9223372036854775807", "-9223372036854775809"] {
      #expect(throws: TemplateError.self) {
        try JSONPath("{.a\(bounds.replacing("%", with: number))}").render(["a": [1, 2]])
      }
    }
  }

  @Test func `a long chain of else if does not count as nesting`() throws {
    let text = "{{if false}}" + String(repeating: "{{else if false}}", count: 20_000) + "{{else}}x{{end}}"
    #expect(try GoTemplate(text).render(.null) == "x")
  }

  @Test(arguments: [
    String(repeating: "{range .a}", count: 100_000),
    "{" + String(repeating: "[?(@", count: 100_000),
    "{.a" + String(repeating: "[?(@", count: 1_000) + String(repeating: ")]", count: 1_000) + "}",
    "{" + String(repeating: "[", count: 100_000) + "}",
  ])
  func `a path that is nested too deeply is an error`(_ text: String) {
    #expect(throws: TemplateError.self) { try JSONPath(text).render(["a": []]) }
  }

  @Test func `a document of the maximum depth is rendered`() throws {
    let depth = JSON.maximumDepth
    let document = try JSON.parse(String(repeating: "[", count: depth) + String(repeating: "]", count: depth))
    #expect(try GoTemplate("{{.}}").render(document).utf8.count == 2 * depth)
    #expect(try JSONPath("{..}").render(document).utf8.count > 2 * depth)
  }

  @Test func `a damaged template is rendered or is an error`() {
    var random = Damage(state: 7)
    var rejected = 0
    for (position, fact) in (Fact.template + Fact.jsonPath).enumerated() {
      for _ in 0..<15 {
        let text = random.damage(fact.text)
        do {
          if position < Fact.template.count {
            _ = try GoTemplate(text, missingKey: .noValue).render(fact.document)
          } else {
            _ = try JSONPath(text).render(fact.document)
          }
        } catch {
          rejected += 1
          #expect(error.line >= 1 && error.column >= 1)
        }
      }
    }
    #expect(rejected > 500)
  }

  /// Makes small pseudorandom changes, which are the same in each run.
  private struct Damage {
    var state: UInt64
    static let pieces = [
      "{{", "}}", "{", "}", "(", ")", "|", "$", ".", "\"", "[", "]", "-", " ", "%", "é", "9", "e", "x",
    ]

    mutating func next(_ limit: Int) -> Int {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return Int(state >> 33) % max(limit, 1)
    }

    mutating func damage(_ text: String) -> String {
      var bytes = Array(text.utf8)
      for _ in 0...next(3) {
        let at = next(bytes.count + 1)
        switch next(3) {
        case 0: bytes.insert(contentsOf: Self.pieces[next(Self.pieces.count)].utf8, at: at)
        case 1: bytes.removeSubrange(at..<min(at + 1 + next(3), bytes.count))
        default: bytes = Array(bytes[..<at])
        }
      }
      return String(decoding: bytes, as: UTF8.self)
    }
  }
}
