import CRIJSON
import CRISnapshot
import TestSupport
import Testing

/// Files that are not snapshots: each is reported with a specific error, and none causes a crash.
@Suite struct DocumentErrorTests {
  @Test(arguments: ["", " ", "\n\t \r\n", "\u{0}\u{0}"])
  func `an empty file is not a snapshot`(text: String) {
    #expect(throws: SnapshotError.empty) { try Snapshot(parsing: Array(text.utf8)) }
  }

  @Test func `a document that is truncated anywhere is not a snapshot`() throws {
    var small = Snapshot.before
    small.sandboxes.removeLast(2)
    small.containers.removeLast(3)
    small.images.removeLast(2)
    for (pretty, step) in [(false, 1), (true, 13)] {
      let bytes = small.json.bytes(pretty: pretty)
      #expect(try Snapshot(parsing: bytes) == small)
      for length in stride(from: 0, to: bytes.count, by: step) {
        let error = #expect(throws: SnapshotError.self) { try Snapshot(parsing: Array(bytes[..<length])) }
        if length == 0 {
          #expect(error == .empty)
        } else {
          guard case .notJSON = error else {
            Issue.record("cut at \(length): \(String(describing: error))")
            return
          }
        }
      }
    }
  }

  @Test func `a document with one damaged byte never causes a crash`() {
    var small = Snapshot.before
    small.sandboxes.removeLast(2)
    small.containers.removeLast(3)
    let bytes = small.json.bytes(pretty: false)
    for index in stride(from: 0, to: bytes.count, by: 3) {
      var corrupted = bytes
      corrupted[index] ^= 0x15
      // Many damaged documents are still valid JSON; the test checks only that no other error is thrown.
      do throws(SnapshotError) { _ = try Snapshot(parsing: corrupted) } catch { #expect(!"\(error)".isEmpty) }
    }
  }

  @Test(arguments: ["hello", "{", "[1,2", "{\"kind\":}", "<html></html>", "\u{1f}\u{8b}", "kind: cri-snapshot"])
  func `text that is not JSON is reported as such`(text: String) {
    let error = #expect(throws: SnapshotError.self) { try Snapshot(parsing: Array(text.utf8)) }
    guard case .notJSON = error else {
      Issue.record("\(String(describing: error))")
      return
    }
  }

  @Test(arguments: [
    "{}", "[]", "null", "1", "\"cri-snapshot\"", #"{"kind":"cri-report","schema":1}"#, #"{"kind":7}"#,
    #"{"items":[]}"#,
  ])
  func `JSON of another kind is reported as such`(text: String) {
    #expect(throws: SnapshotError.notASnapshot) { try Snapshot(parsing: Array(text.utf8)) }
  }

  @Test func `a newer schema is reported with both numbers`() {
    var document = Snapshot.before.json
    document["schema"] = 3
    document["sandboxes"] = .null
    #expect(throws: SnapshotError.newerSchema(3, supported: 2)) { try Snapshot(json: document) }
  }

  @Test(arguments: [JSON.null, 0, -1, "1", 1.5, [1]])
  func `an invalid schema number is malformed`(schema: JSON) {
    var document = Snapshot.before.json
    document["schema"] = schema
    #expect(throws: SnapshotError.malformed("schema")) { try Snapshot(json: document) }
  }

  /// Every field that a document must have.
  static let needed = [
    "schema", "tool", "taken", "host", "host.name", "host.kernel", "daemon", "daemon.socket", "runtime", "runtime.name",
    "runtime.version", "runtime.api", "runtime.conditions", "runtime.handlers", "sandboxes", "sandboxes.0.status",
    "sandboxes.0.facts", "sandboxes.0.facts.interfaces.0.name", "sandboxes.0.facts.interfaces.0.mac",
    "sandboxes.0.facts.interfaces.0.sandbox", "sandboxes.0.facts.interfaces.0.addresses", "containers",
    "containers.0.status", "containers.0.sandboxId", "images", "unchecked", "unchecked.0.subject", "unchecked.0.object",
    "unchecked.0.object.kind", "unchecked.0.reason", "unchecked.0.reason.code", "unchecked.0.required",
  ]

  /// Every field that may be missing or null, but must be valid if it exists.
  static let optional = [
    "host.bootId", "host.machineId", "daemon.pid", "daemon.startTime", "daemon.executable", "sandboxes.0.facts.pid",
    "sandboxes.0.facts.networkNamespace", "sandboxes.0.facts.isNetworkNamespaceClosed", "sandboxes.0.facts.interfaces",
    "sandboxes.0.facts.runtimeHandler", "containers.0.pid", "unchecked.0.isLive", "unchecked.0.count",
    "unchecked.0.object.id", "unchecked.0.reason.path", "unchecked.0.reason.errno", "unchecked.0.reason.message",
  ]

  static var document: JSON {
    var snapshot = Snapshot.before
    snapshot.unchecked = [
      Unchecked.details(ObjectName(.pod, pod: Snapshot.before.sandboxes[0].pod, id: "x"), isLive: false, "y")
    ]
    return snapshot.json
  }

  @Test(arguments: needed) func `a missing field is reported with its path`(path: String) {
    #expect(throws: SnapshotError.malformed(Self.written(path))) {
      try Snapshot(json: Self.setting(path, in: Self.document, to: nil))
    }
  }

  @Test(arguments: needed + optional) func `a field of the wrong type is reported with its path`(path: String) {
    // No field is an array of arrays.
    let wrong: JSON = [[true]]
    let error = #expect(throws: SnapshotError.self) {
      try Snapshot(json: Self.setting(path, in: Self.document, to: wrong))
    }
    guard case .malformed(let found) = error else {
      Issue.record("\(String(describing: error))")
      return
    }
    #expect(found.hasPrefix(Self.written(path)))
  }

  @Test(arguments: optional) func `an optional field may be missing or null`(path: String) throws {
    _ = try Snapshot(json: Self.setting(path, in: Self.document, to: nil))
    _ = try Snapshot(json: Self.setting(path, in: Self.document, to: .null))
  }

  @Test(
    arguments: [
      ("sandboxes.0.status.network.ip", 7), ("sandboxes.0.status.createdAt", "soon"),
      ("containers.0.status.state", "CONTAINER_ASLEEP"), ("containers.0.status.exitCode", 4_294_967_296),
      ("images.0.size", "-1"), ("runtime.conditions.0.status", "yes"),
    ] as [(String, JSON)])
  func `a wrong field in a message is reported with its path`(path: String, value: JSON) throws {
    let error = try #require(
      #expect(throws: SnapshotError.self) {
        try Snapshot(json: Self.setting(path, in: Self.document, to: value))
      })
    for part in path.split(separator: ".") where Int(part) == nil && part != "status" {
      #expect("\(error)".contains(part), "\(error)")
    }
  }

  @Test func `an invalid time is reported with its path`() {
    #expect(throws: SnapshotError.malformed("taken")) {
      try Snapshot(json: Self.setting("taken", in: Self.document, to: "yesterday"))
    }
  }

  @Test func `every error is one line with a remedy`() {
    let errors: [SnapshotError] = [
      .empty, .notASnapshot, .newerSchema(9, supported: 1), .malformed("host.name"),
      .duplicate(.container, id: "aa"), .tooManyObjects(7, limit: 5),
    ]
    for error in errors {
      #expect(!"\(error)".contains("\n") && "\(error)".count > 10)
    }
    #expect("\(SnapshotError.newerSchema(9, supported: 1))".contains("9"))
    #expect("\(SnapshotError.malformed("host.name"))".contains("host.name"))
  }

  /// Converts `a.0.b` to the notation used in errors: `a[0].b`.
  private static func written(_ path: String) -> String {
    path.split(separator: ".").reduce(into: "") { text, part in
      text += Int(part) == nil ? (text.isEmpty ? "\(part)" : ".\(part)") : "[\(part)]"
    }
  }

  /// Returns the document with one value changed or removed.
  private static func setting(_ path: String, in document: JSON, to value: JSON?) -> JSON {
    var parts = path.split(separator: ".").map(String.init)
    let key = parts.removeFirst()
    let rest = parts.joined(separator: ".")
    if let index = Int(key), var items = document.arrayValue {
      items[index] = rest.isEmpty ? value ?? .null : setting(rest, in: items[index], to: value)
      return .array(items)
    }
    var copy = document
    copy[key] = rest.isEmpty ? value : setting(rest, in: document[key] ?? .null, to: value)
    return copy
  }
}
