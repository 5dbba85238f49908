import CRICopy
import CRISystem
import Testing

@Suite struct CopyRuleTests {
  @Test(
    arguments: [
      // docker cp's rules: the object, what exists at the destination, the destination, and where the object goes.
      (.file, .nothing, "d", .renamed), (.file, .nothing, "d/", nil), (.file, .other(.regular), "d", .renamed),
      (.file, .other(.regular), "d/", nil), (.file, .directory, "d", .inside), (.file, .directory, "d/", .inside),
      (.file, .other(.device), "d", nil), (.file, .other(.fifo), "d", nil),
      (.file, .other(.symbolicLink), "d", .renamed),
      (.directory(contentsOnly: false), .nothing, "d", .renamed),
      (.directory(contentsOnly: false), .nothing, "d/", .renamed),
      (.directory(contentsOnly: false), .other(.regular), "d", nil),
      (.directory(contentsOnly: false), .directory, "d", .inside),
      (.directory(contentsOnly: true), .directory, "d", .contents),
      (.directory(contentsOnly: true), .nothing, "d", .renamed), (.directory(contentsOnly: true), .nothing, "d/.", nil),
      (.archive, .directory, "d", .contents), (.archive, .nothing, "d", nil), (.archive, .other(.regular), "d", nil),
    ] as [(CopyRule.Object, CopyRule.Existing, String, CopyRule?)])
  func `the destination is chosen as docker cp chooses it`(
    _ object: CopyRule.Object, _ existing: CopyRule.Existing, _ path: String, _ rule: CopyRule?
  ) {
    var decided: CopyRule?
    do throws(CopyError) { decided = try CopyRule.decide(object, over: existing, CopyPath(path)) } catch {}
    #expect(decided == rule)
  }
}
