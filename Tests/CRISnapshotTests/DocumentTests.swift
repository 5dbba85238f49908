import CRIJSON
import CRIMessages
import CRIProtobuf
import CRISnapshot
import TestSupport
import Testing

/// A snapshot is written to a document and read back.
@Suite struct DocumentTests {
  @Test(arguments: Recording.runtimes)
  func `a real runtime's snapshot is read back unchanged`(runtime: String) throws {
    for moment in [Recording.Moment.before, .after] {
      let snapshot = try Snapshot.recorded(runtime, moment)
      #expect(try Snapshot(parsing: snapshot.json.bytes(pretty: true)) == snapshot)
      #expect(try Snapshot(parsing: snapshot.json.bytes(pretty: false)) == snapshot)
    }
  }

  @Test func `every field is read back unchanged`() throws {
    var snapshot = Snapshot.before
    snapshot.sandboxes[0].status.state = .init(rawValue: 77)
    snapshot.sandboxes[0].status.linux?.namespaces?.options?.network = .init(rawValue: 9)
    snapshot.sandboxes[0].facts.runtimeHandler = "crun"
    snapshot.sandboxes[0].facts.isShimSilent = true
    snapshot.containers[0].status.state = .init(rawValue: 78)
    snapshot.containers[0].status.stopSignal = .init(rawValue: 1000)
    snapshot.containers[0].status.exitCode = -1
    snapshot.containers[0].status.createdAt = Timestamp(nanoseconds: .max)
    snapshot.containers[0].status.message = "line\nline \u{1b}[31m \"quoted\" \u{0} \u{2028} 😀"
    snapshot.images[0].uid = Int64Value(value: 0)
    snapshot.images[0].size = .max
    snapshot.daemon.startTime = .max
    snapshot.runtime.api = .v1alpha2
    snapshot.unchecked = [
      Unchecked.details(ObjectName(.pod, id: "x"), "because"), Unchecked(.recorded("w"), "", isRequired: true),
    ]
    #expect(try Snapshot(parsing: snapshot.json.bytes(pretty: true)) == snapshot)
  }

  @Test func `unknown facts stay unknown`() throws {
    var snapshot = Snapshot.before
    snapshot.host = NodeIdentity(name: "", bootID: nil, machineID: nil, kernel: "")
    snapshot.daemon = Daemon(socket: "/s")
    snapshot.runtime.handlers = []
    snapshot.sandboxes[0].facts = SandboxFacts()
    snapshot.sandboxes[0].status = PodSandboxStatus(id: "x")
    snapshot.sandboxes[1].facts.interfaces = []
    snapshot.containers[0].pid = nil
    snapshot.containers[0].status = ContainerStatus(id: "y")
    let back = try Snapshot(parsing: snapshot.json.bytes(pretty: true))
    #expect(back == snapshot)
    #expect(back.sandboxes[0].facts.interfaces == nil)
    #expect(back.sandboxes[1].facts.interfaces == [])
  }

  @Test func `an empty node is read back unchanged`() throws {
    var snapshot = Snapshot.before
    (snapshot.sandboxes, snapshot.containers, snapshot.images) = ([], [], [])
    #expect(try Snapshot(parsing: snapshot.json.bytes(pretty: false)) == snapshot)
  }

  @Test func `unknown fields are ignored at every depth`() throws {
    let newFields: JSON = ["of": ["a": 1], "version": [1, 2]]
    // Maps do not have fields: every key in a map is an entry.
    let maps: Set = ["labels", "annotations", "unified"]
    func extended(_ value: JSON) -> JSON {
      if let items = value.arrayValue { return .array(items.map(extended)) }
      guard let members = value.objectValue else { return value }
      var object = JSONObject(members.map { ($0.key, maps.contains($0.key) ? $0.value : extended($0.value)) })
      object["aNewField"] = newFields
      return .object(object)
    }
    var document = Snapshot.before.json
    document = extended(document)
    #expect(document["host"]?["aNewField"] == newFields)
    #expect(document["sandboxes"]?[0]?["status"]?["network"]?["aNewField"] == newFields)
    #expect(try Snapshot(json: document) == .before)
  }

  @Test func `lists keep the runtime's order if it has one, and are sorted otherwise`() {
    let facts = RuntimeFacts(
      name: "r", version: "1", api: .v1,
      conditions: [RuntimeCondition(type: "b"), RuntimeCondition(type: "a")],
      handlers: [RuntimeHandler(name: "b"), RuntimeHandler()])
    #expect(facts.conditions.map(\.type) == ["a", "b"])
    #expect(facts.handlers.map(\.name) == ["", "b"])
    #expect(facts.condition("c") == nil)
  }
}

/// The data that a snapshot must not contain.
@Suite struct SecretTests {
  private static let secret = "hunter2-EXTREMELY-secret"

  @Test func `the document contains no secret of a pod`() throws {
    let applied = #"{"spec":{"containers":[{"env":[{"name":"PASSWORD","value":"\#(Self.secret)"}]}]}}"#
    let annotations: StringMap = ["kubectl.kubernetes.io/last-applied-configuration": applied, "kept": "yes"]
    let environment: JSON = ["PASSWORD=\(Self.secret)"]
    let info: JSON = [
      "pid": 5, "config": ["envs": [["key": "PASSWORD", "value": .string(Self.secret)]]],
      "runtimeSpec": [
        "process": ["env": environment, "args": ["--password", .string(Self.secret)]],
        "annotations": ["kubectl.kubernetes.io/last-applied-configuration": .string(applied)],
        "linux": ["namespaces": [["type": "network", "path": "/run/netns/x"]]],
      ],
    ]
    let map: StringMap = ["info": info.text(), "other": Self.secret]
    var snapshot = Snapshot.before
    snapshot.sandboxes = [
      SandboxRecord(
        status: PodSandboxStatus(id: "s", annotations: annotations), facts: try #require(SandboxFacts(info: map)))
    ]
    snapshot.containers = [
      ContainerRecord(
        status: ContainerStatus(id: "c", annotations: annotations), sandboxID: "s", pid: ContainerRecord.pid(info: map))
    ]
    let text = snapshot.json.text()
    #expect(!text.contains("hunter2"))
    #expect(!text.contains("PASSWORD"))
    #expect(text.contains("kept"))
    #expect(snapshot.sandboxes[0].facts.networkNamespace == "/run/netns/x" && snapshot.containers[0].pid == 5)
    #expect(try Snapshot(parsing: Array(text.utf8)) == snapshot)
  }
}
