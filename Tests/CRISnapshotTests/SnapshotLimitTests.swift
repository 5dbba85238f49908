import CRIJSON
import CRIMessages
import CRIProtobuf
import CRISnapshot
import TestSupport
import Testing

/// The conditions for a comparable snapshot.
@Suite struct SnapshotLimitTests {
  private func read(_ snapshot: Snapshot) throws(SnapshotError) -> Snapshot { try Snapshot(json: snapshot.json) }

  @Test func `an ID must be unique`() {
    var snapshot = Snapshot.before
    snapshot.sandboxes.append(snapshot.sandboxes[0])
    #expect(throws: SnapshotError.duplicate(.pod, id: snapshot.sandboxes[0].id)) { try read(snapshot) }
    snapshot = .before
    snapshot.containers.append(snapshot.containers[1])
    #expect(throws: SnapshotError.duplicate(.container, id: snapshot.containers[1].id)) { try read(snapshot) }
    snapshot = .before
    snapshot.images.append(snapshot.images[2])
    #expect(throws: SnapshotError.duplicate(.image, id: snapshot.images[2].plain)) { try read(snapshot) }
    // These are the same image, with and without the digest's algorithm.
    snapshot = .before
    snapshot.images = [Image(id: "sha256:aa"), Image(id: "aa")]
    #expect(throws: SnapshotError.duplicate(.image, id: "aa")) { try read(snapshot) }
  }

  /// A real snapshot without any white space, and one with as many values as text of its size can contain.
  @Test func `values that take far more memory than their text are refused`() throws {
    var snapshot = Snapshot.before
    let container = snapshot.containers[0]
    snapshot.containers = (0..<3000).map { number in
      var copy = container
      copy.status.id = "\(number)"
      return copy
    }
    let compact = Array(snapshot.json.text().utf8)
    #expect(compact.count > 1 << 20)
    #expect(try Snapshot(parsing: compact) == snapshot)
    let values = "{\"kind\":\"cri-snapshot\",\"x\":[" + String(repeating: "0,", count: 1 << 20) + "0]}"
    #expect(throws: SnapshotError.tooManyValues(size: values.utf8.count)) {
      try Snapshot(parsing: Array(values.utf8))
    }
  }

  @Test func `an object is either read or unchecked`() {
    var snapshot = Snapshot.before
    let id = snapshot.containers[0].id
    snapshot.unchecked.append(Unchecked.details(ObjectName(.container, id: id), "no response"))
    #expect(throws: SnapshotError.duplicate(.container, id: id)) { try read(snapshot) }
  }

  @Test func `a container without its sandbox is allowed`() throws {
    var snapshot = Snapshot.before
    snapshot.sandboxes.removeAll()
    #expect(try read(snapshot) == snapshot)
  }

  @Test func `recorded snapshots satisfy the limits`() throws {
    for runtime in ["containerd-1.6.12", "containerd-1.6.20", "containerd-2.4", "cri-o-1.37"] {
      for moment in [Recording.Moment.before, .after] {
        let snapshot = try Snapshot.recorded(runtime, moment)
        #expect(try read(snapshot) == snapshot, "\(runtime)")
      }
    }
  }

  @Test func `more objects than a node can have are refused`() throws {
    var root = try #require(Snapshot.before.json.objectValue)
    root["images"] = .array([JSON](repeating: .null, count: 100_001))
    root["containers"] = []
    root["sandboxes"] = []
    let document = JSON.object(root)
    #expect(throws: SnapshotError.tooManyObjects(100_001, limit: 100_000)) { try Snapshot(json: document) }
  }

  @Test func `an image that is listed once for each store is merged`() {
    let images = [
      Image(id: "sha256:aa", repoTags: ["a:1"]), Image(id: "bb"),
      Image(id: "aa", repoTags: ["a:1", "a:2"], repoDigests: ["a@sha256:0"], pinned: true),
    ]
    let merged = images.merged
    #expect(merged.map(\.id) == ["sha256:aa", "bb"])
    #expect(merged[0].repoTags == ["a:1", "a:2"] && merged[0].repoDigests == ["a@sha256:0"] && merged[0].pinned)
  }
}

extension Image {
  fileprivate var plain: String { id.hasPrefix("sha256:") ? String(id.dropFirst(7)) : id }
}
