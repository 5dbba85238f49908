import CRIJSON
import CRITemplate
import Testing

@Suite struct JSONPathTests {
  @Test func `there are more than 120 recorded templates`() { #expect(Fact.jsonPath.count > 120) }

  @Test(arguments: Fact.jsonPath) func `the output is that of kubectl`(_ fact: Fact) throws {
    let mode: JSONPath.MissingKey = fact.usesOtherMode ? .error : .nothing
    guard let expected = fact.expected else {
      #expect(throws: TemplateError.self) { try JSONPath(fact.text, missingKey: mode).render(fact.document) }
      return
    }
    #expect(try JSONPath(fact.text, missingKey: mode).render(fact.document) == expected)
  }

  @Test(arguments: [
    ("{.labels['io.kubernetes.pod.name']}", "web"),
    (#"{.labels['io\.kubernetes\.pod\.name']}"#, "web"),
    (#"{.labels["io.kubernetes.pod.name"]}"#, "web"),
    (#"{.labels.io\.kubernetes\.pod\.name}"#, "web"),
    (".labels.app", "x"),
    ("{.images[?(@.size>1000)].id}", "big"),
    ("{.images[?(@.id==\"a)]b\")].size}", "7"),
    ("{.number}", "18446744073709551615"),
    ("{.images[*]['id','size']}", "big small a)]b 2000 30 7"),
  ])
  func `our extensions of kubectl's syntax work`(_ text: String, _ expected: String) throws {
    let document = try JSON.parse(
      #"""
      {"labels":{"io.kubernetes.pod.name":"web","app":"x"},"number":18446744073709551615,
       "images":[{"id":"big","size":"2000"},{"id":"small","size":"30"},{"id":"a)]b","size":"7"}]}
      """#)
    #expect(try JSONPath(text).render(document) == expected)
  }

  @Test(arguments: [
    ("{.items[0}", "jsonpath: 1:10: unexpected character '}' in \"[…]\""),
    ("{items}", "jsonpath: 1:2: unknown word \"items\"; write a field as \".items\""),
    (
      "{.a[?(@.b==1 && @.c==2)]}",
      "jsonpath: 1:14: a filter can have only one comparison; \"&&\" and \"||\" are not supported"
    ),
    ("{.a[?(@.b=~1)]}", "jsonpath: 1:10: \"=\" is not one of ==, !=, <, <=, >, >="),
    ("{range .a[*]}{.b}", "jsonpath: 1:1: {range} is never closed by {end}"),
    ("x\n{end}", "jsonpath: 2:1: {end} without {range}"),
    ("{.list[7]}", "jsonpath: 1:7: index 7 is out of bounds: the list has 1 elements"),
  ])
  func `an error has a position and a reason`(_ text: String, _ message: String) throws {
    let error = #expect(throws: TemplateError.self) { try JSONPath(text).render(["list": ["a"]]) }
    #expect(try #require(error).description == message)
  }
}
