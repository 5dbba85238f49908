import CRIJSON
import CRISnapshot
import TestSupport
import Testing

/// The truth's way into a document and back.
@Suite struct TruthDocumentTests {
  private static let full: Snapshot = {
    var snapshot = Snapshot.before
    let process = ProcessTruth.Facts(
      pid: 7, startTime: .max, state: "R", parent: 6, keeper: "sandbox-web", cgroup: "/a:b",
      networkNamespace: .read(NamespaceID(device: 4, inode: .max)))
    snapshot.sandboxes[0].truth = SandboxTruth(
      namespace: .read(.alive(NamespaceID(device: 4, inode: 4_026_532_177))),
      interfaces: .read([
        InterfaceTruth(
          name: "eth0", index: .max, mac: "02:00:00:00:00:01", isUp: true, hasCarrier: false,
          addresses: ["10.0.0.2", "fd00::2"].compactMap { IPAddress($0) }.map { InterfaceAddress($0, prefixLength: 24) }
        )
      ]), process: .read(.there(process)),
      cache: .read([CNICacheEntry(network: "n", interface: "eth0", addresses: ["10.0.0.2"], ipam: "host-local")]),
      leases: .read([HostLocalLease(network: "n", address: "10.0.0.2", owner: "sandbox-web", interface: "eth0")]))
    let no = UnreadReason(code: 13, "Permission denied")
    snapshot.sandboxes[1].truth = SandboxTruth(
      namespace: .unread(no), interfaces: .unread(no), process: .unread(UnreadReason("hidden")), cache: .unread(no),
      leases: .unread(no))
    snapshot.sandboxes[2].truth = SandboxTruth(
      namespace: .read(.missing), interfaces: .read([]), process: .read(.gone), cache: .read([]), leases: .read([]))
    snapshot.containers[0].truth = ContainerTruth(
      process: .read(
        .there(ProcessTruth.Facts(pid: 8, startTime: 0, state: "Z", parent: 0, networkNamespace: .unread(no)))),
      hasLog: .read(false), exec: .read(.fails("ttrpc: closed")))
    snapshot.containers[1].truth = ContainerTruth(hasLog: .unread(no), exec: .read(.works))
    snapshot.runtime.servesV1alpha2 = true
    snapshot.truth = NodeTruth(
      orphans: .read([Orphan(kind: .conmon, id: "x", pid: 9, startTime: 1, processes: [10, 11])]),
      ociRuntimes: .read([
        OCIRuntime(handler: "runc", path: "/usr/bin/runc", version: .read("runc version 1")),
        OCIRuntime(handler: "", path: "x", version: .unread(no)),
      ]))
    snapshot.notChecked = [Unread(what: "w", why: "y")]
    return snapshot
  }()

  @Test func `everything comes back`() throws {
    #expect(try Snapshot(parsing: Self.full.json.bytes(pretty: true)) == Self.full)
    var other = Self.full
    other.sandboxes[0].truth?.namespace = .read(.notANamespace)
    other.truth = NodeTruth(orphans: .unread(UnreadReason("why")))
    #expect(try Snapshot(parsing: other.json.bytes(pretty: false)) == other)
  }

  @Test func `a document without it is as it was`() throws {
    let plain = Snapshot.before
    for record in [plain.json, plain.json["sandboxes"]?[0], plain.json["containers"]?[0]] {
      #expect(record?["truth"] == nil)
      #expect(record?["notChecked"] == nil)
    }
    let back = try Snapshot(parsing: plain.json.bytes(pretty: false))
    #expect(back.truth == nil && back.notChecked == [] && back.sandboxes[0].truth == nil)
    #expect(Snapshot.schema == 1)
  }

  @Test(arguments: [
    (["sandboxes", "truth", "namespace", "state"], JSON.string("odd"), "sandboxes[0].truth.namespace.state"),
    (["sandboxes", "truth", "namespace", "id"], .null, "sandboxes[0].truth.namespace.id"),
    (["sandboxes", "truth", "interfaces"], "x", "sandboxes[0].truth.interfaces"),
    (["sandboxes", "truth", "process", "startTime"], -1, "sandboxes[0].truth.process.startTime"),
    (["sandboxes", "truth", "process", "pid"], 4_294_967_296, "sandboxes[0].truth.process.pid"),
    (["containers", "truth", "process", "networkNamespace"], .null, "containers[0].truth.process.networkNamespace"),
    (["truth", "orphans"], 7, "truth.orphans"), (["notChecked"], 7, "notChecked"),
  ])
  func `what is damaged is named`(path: [String], value: JSON, name: String) {
    func put(_ json: JSON, _ path: ArraySlice<String>) -> JSON {
      guard let key = path.first else { return value }
      guard let items = json.arrayValue else {
        var copy = json
        copy[key] = put(json[key] ?? .null, path.dropFirst())
        return copy
      }
      return .array([put(items[0], path)] + items.dropFirst())
    }
    let document = put(Self.full.json, path[...])
    #expect(throws: SnapshotError.malformed(name)) { try Snapshot(json: document) }
  }

  @Test func `a line for each source and reason`() {
    #expect(
      Self.full.unreadTruth.map { "\($0.what): \($0.why)" } == [
        "network namespaces of pods: Permission denied", "interfaces of pods: Permission denied",
        "processes of pods: hidden", "CNI results of pods: Permission denied",
        "host-local leases of pods: Permission denied",
        "log files of containers: Permission denied", "version of x: Permission denied",
      ])
    var twice = Self.full
    twice.sandboxes[2].truth = twice.sandboxes[1].truth
    #expect(twice.unreadTruth.first?.why == "Permission denied (2 times)")
    #expect(Snapshot.before.unreadTruth.isEmpty)
  }
}
