import CRIJSON
import CRISnapshot
import TestSupport
import Testing

/// Snapshots of schema 1 are still read.
@Suite struct OldDocumentTests {
  @Test(arguments: ["before-lost", "after-lost", "before-incomplete", "after-incomplete"])
  func `a document of schema 1 is read, and written as schema 2`(name: String) throws {
    let old = try OldDocument.json(name)
    #expect(old["schema"] == 1)
    let snapshot = try OldDocument.snapshot(name)
    #expect(snapshot.sandboxes.count == old["sandboxes"]?.arrayValue?.count)
    #expect(snapshot.containers.count == old["containers"]?.arrayValue?.count)
    #expect(snapshot.incomplete.count == old["unread"]?.arrayValue?.count)
    #expect(snapshot.unchecked.count - snapshot.incomplete.count == old["notChecked"]?.arrayValue?.count ?? 0)
    #expect(snapshot.observed?.ociRuntimes?.reason?.message == "the runtime does not say which it uses")
    #expect(snapshot.json["schema"] == 2)
    #expect(try Snapshot(json: snapshot.json) == snapshot)
  }

  @Test func `an unchecked object keeps its name, its reason and its state`() throws {
    let snapshot = try OldDocument.snapshot("after-incomplete")
    let pods = snapshot.incomplete.filter { $0.object?.kind == .pod }
    #expect(pods.count == 3 && pods.allSatisfy { $0.isLive == true && $0.object?.pod != nil })
    #expect(pods.allSatisfy { $0.reason.message?.contains("the shim is silent") == true })
    #expect(snapshot.imagesAreUnchecked && snapshot.uncheckedImages?.message?.contains("the store is broken") == true)
  }

  @Test(arguments: ["unread", "unread.0.what", "unread.0.why", "notChecked"])
  func `damage in a document of schema 1 is reported with its path`(path: String) throws {
    var document = try OldDocument.json("after-incomplete")
    let parts = path.split(separator: ".")
    if parts.count == 1 {
      document[path] = 7
    } else if var items = document["unread"]?.arrayValue {
      items[0][String(parts[2])] = 7
      document["unread"] = .array(items)
    }
    let name = path.replacing(".0.", with: "[0].")
    #expect(throws: SnapshotError.malformed(name)) { try Snapshot(json: document) }
  }
}
