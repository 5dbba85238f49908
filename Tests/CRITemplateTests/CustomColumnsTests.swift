import CRIJSON
import CRITemplate
import Testing

@Suite struct CustomColumnsTests {
  @Test func `each path fills a cell`() throws {
    let columns = try CustomColumns(
      "NAME:.metadata.name,ID:id,STATE:{.state},TAGS:{tags[*]},ALL:.tags,TWO:.tags[0,1],NONE:.nothing,NULL:.null,"
        + "LABEL:.labels['a.b/c'],OBJECT:.labels,COLON:.labels['x:y']")
    #expect(
      columns.headers == ["NAME", "ID", "STATE", "TAGS", "ALL", "TWO", "NONE", "NULL", "LABEL", "OBJECT", "COLON"])
    let element = try JSON.parse(
      #"{"metadata":{"name":"web"},"id":7,"state":"READY","tags":["a","b"],"null":null,"labels":{"x:y":"1","a.b/c":"v"}}"#
    )
    #expect(
      try columns.row(element)
        == ["web", "7", "READY", "a,b", "[a b]", "a,b", "<none>", "<none>", "v", "map[a.b/c:v x:y:1]", "1"])
  }

  @Test(arguments: [
    ("", "custom-columns: 1:1: no columns are specified; write NAME:.path,NAME:.path"),
    ("NAME", "custom-columns: 1:1: \"NAME\" has no path; write NAME:.path"),
    ("A:.a,B", "custom-columns: 1:6: \"B\" has no path; write NAME:.path"),
    ("A:.a,", "custom-columns: 1:6: \"\" has no path; write NAME:.path"),
    ("A:", "custom-columns: 1:3: the path is empty; write NAME:.path"),
    ("A:{.a}{.b}", "custom-columns: 1:3: a path must be a single expression: .name, name or {.name}"),
    ("A:.a,B:.b[x]", "custom-columns: 1:10: \"[…]\" needs an index, a slice, a quoted key or a filter"),
    ("A:b[x]", "custom-columns: 1:4: \"[…]\" needs an index, a slice, a quoted key or a filter"),
    ("A:{.b[x]}", "custom-columns: 1:6: \"[…]\" needs an index, a slice, a quoted key or a filter"),
  ])
  func `an error has a position and a reason`(_ text: String, _ message: String) throws {
    let error = #expect(throws: TemplateError.self) { try CustomColumns(text) }
    #expect(try #require(error).description == message)
  }
}
