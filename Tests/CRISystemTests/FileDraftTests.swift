import CRISystem
import Foundation
import TestSupport
import Testing

@Suite struct FileDraftTests {
  private static let attributes = FileAttributes(
    permissions: 0o600, owner: nil, group: nil, modified: FileTime(seconds: 0, nanoseconds: 0))

  @Test func `a file that is exchanged before it gets its final name is reported`() throws {
    let directory = try TemporaryDirectory()
    let draft = try FileDraft(in: FileNode(trusted: directory.path))
    try draft.write(Array("good".utf8))
    let temporary = try #require(TemporaryDirectory.names(in: directory.path).first)
    try TestFile.write("evil", to: directory.file("other"))
    #expect(rename(directory.file("other"), directory.file(temporary)) == 0)
    #expect(throws: Errno.stale) { try draft.publish(as: Array("x".utf8), Self.attributes) }
    let undisturbed = try FileDraft(in: FileNode(trusted: directory.path))
    try undisturbed.write(Array("good".utf8))
    _ = try undisturbed.publish(as: Array("y".utf8), Self.attributes)
    #expect(TestFile.read(directory.file("y")) == "good")
  }
}
