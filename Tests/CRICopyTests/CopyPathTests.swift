import CRICopy
import Testing

@Suite struct CopyPathTests {
  @Test(arguments: [
    // The path, its parent, its name, whether it must be a directory, and whether the path means the directory's
    // contents.
    ("/a/b", "/a/", "b", false, false), ("b", ".", "b", false, false), ("/a/b/", "/a/", "b", true, false),
    ("/a/b/.", "/a/b/", "", true, true), ("/", ".", "", true, true), (".", ".", "", true, true),
    ("a/..", "a/", "", true, true), ("/b//", "/", "b", true, false), ("./x:y", "./", "x:y", false, false),
  ])
  func `a path is divided as docker cp divides it`(
    _ text: String, _ parent: String, _ name: String, _ requiresDirectory: Bool, _ copiesContents: Bool
  ) {
    let path = CopyPath(text)
    #expect(path.parent == parent && path.name == name, "\(path)")
    #expect(path.requiresDirectory == requiresDirectory && path.copiesContents == copiesContents, "\(path)")
  }
}
