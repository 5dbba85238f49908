import CRIJSON
import CRITemplate
import Testing

@Suite struct GoTemplateTests {
  @Test func `there are more than 300 recorded templates`() { #expect(Fact.template.count > 300) }

  @Test(arguments: Fact.template) func `the output is that of Go`(_ fact: Fact) throws {
    let mode: GoTemplate.MissingKey = fact.usesOtherMode ? .noValue : .error
    guard let expected = fact.expected else {
      #expect(throws: TemplateError.self) { try GoTemplate(fact.text, missingKey: mode).render(fact.document) }
      return
    }
    #expect(try GoTemplate(fact.text, missingKey: mode).render(fact.document) == expected)
  }

  /// Newer features of Go that the recorded outputs do not cover, and our extensions.
  @Test(arguments: [
    ("{{range 3}}{{.}}{{end}}", "012"),
    ("{{range $i := 2}}{{$i}};{{end}}", "0;1;"),
    ("{{range .n}}x{{end}}", "xxx"),
    ("{{range 0}}x{{else}}none{{end}}", "none"),
    ("{{with .none2}}a{{else with .text}}{{.}}{{else}}c{{end}}", "t"),
    ("{{if gt .n 2}}many{{end}}", "many"),
    ("{{if gt .size 1000}}big{{end}}", "big"),
    ("{{if lt .n .m}}less{{end}}", "less"),
    ("{{if eq .n 3}}three{{end}}{{if eq .n \"3\"}}3{{end}}{{if eq .n 3.0}}3.0{{end}}", "three33.0"),
    ("{{if .zero}}a{{else}}b{{end}}", "b"),
    ("{{printf \"%d|%5d|%05d|%x|%.1f\" .n .n .n .m .n}}", "3|    3|00003|c|3.0"),
    ("{{index .list .zero}}", "a"),
    ("{{.big}} {{printf \"%d\" .big}}", "18446744073709551615 18446744073709551615"),
    ("{{json .html}}", "\"<a> & b\"\n"),
  ])
  func `newer Go features and our extensions work`(_ text: String, _ expected: String) throws {
    let document = try JSON.parse(
      #"""
      {"n":3,"m":12,"zero":0,"size":"123456","text":"t","none2":null,"list":["a"],"big":18446744073709551615,
       "html":"<a> & b"}
      """#)
    #expect(try GoTemplate(text).render(document) == expected)
  }

  @Test(arguments: [
    ("a\n{{foo}}", "template: 2:3: function \"foo\" is not one of and, eq, "),
    ("{{call .x}}", "template: 1:3: \"call\" is not supported"),
    ("{{.status.id}", "template: 1:13: unexpected character '}' after a field"),
    ("{{.a.io/b}}", "template: 1:8: unexpected character '/' after a field; write other keys as (index . \"key\")"),
    ("{{if .a}}", "template: 1:3: \"if\" is never closed by {{end}}"),
    ("{{$x}}", "template: 1:3: undefined variable \"$x\""),
    ("{{.Status}}", "template: 1:3: the object has no field \".Status\"; it has \".status\""),
    ("{{.list.id}}", "template: 1:3: no field \".id\" in a list; use range or index"),
    ("{{index .list 7}}", "template: 1:3: index: index out of range: 7"),
  ])
  func `an error has a position and a reason`(_ text: String, _ message: String) throws {
    let error = #expect(throws: TemplateError.self) {
      try GoTemplate(text).render(["status": "x", "list": ["a"], "a": ["io": 1]])
    }
    let description = try #require(error).description
    #expect(description.hasPrefix(message), "\(description)")
    #expect(!description.contains("\n"))
  }
}
