import CRIJSON
import CRISnapshot
import TestSupport
import Testing

/// Observations are written to a document and read back.
@Suite struct ObservedDocumentTests {
  private static let full: Snapshot = {
    var snapshot = Snapshot.before
    let process = ObservedProcess.Facts(
      pid: 7, startTime: .max, state: "R", parent: 6, shim: "sandbox-web", cgroup: "/a:b",
      networkNamespace: .known(NamespaceID(device: 4, inode: .max)))
    snapshot.sandboxes[0].observed = ObservedSandbox(
      namespace: .known(.alive(NamespaceID(device: 4, inode: 4_026_532_177))),
      interfaces: .known([
        ObservedInterface(
          name: "eth0", index: .max, mac: "02:00:00:00:00:01", isUp: true, hasCarrier: false,
          addresses: ["10.0.0.2", "fd00::2"].compactMap { IPAddress($0) }.map { InterfaceAddress($0, prefixLength: 24) }
        )
      ]), process: .known(.there(process)),
      cache: .known([CNICacheEntry(network: "n", interface: "eth0", addresses: ["10.0.0.2"], ipam: "host-local")]),
      leases: .known([HostLocalLease(network: "n", address: "10.0.0.2", owner: "sandbox-web", interface: "eth0")]))
    let no = UnknownReason(.systemError, errno: 13, message: "Permission denied")
    snapshot.sandboxes[1].observed = ObservedSandbox(
      namespace: .unknown(no), interfaces: .unknown(no), process: .unknown("hidden"), cache: .unknown(no),
      leases: .unknown(no))
    snapshot.sandboxes[2].observed = ObservedSandbox(
      namespace: .known(.missing), interfaces: .known([]), process: .known(.gone), cache: .known([]), leases: .known([])
    )
    snapshot.containers[0].observed = ObservedContainer(
      process: .known(
        .there(ObservedProcess.Facts(pid: 8, startTime: 0, state: "Z", parent: 0, networkNamespace: .unknown(no)))),
      hasLog: .known(false), exec: .known(.fails("ttrpc: closed")))
    snapshot.containers[1].observed = ObservedContainer(hasLog: .unknown(no), exec: .known(.works))
    snapshot.runtime.servesV1alpha2 = true
    snapshot.observed = ObservedNode(
      orphans: .known([Orphan(kind: .conmon, id: "x", pid: 9, startTime: 1, processes: [10, 11])]),
      ociRuntimes: .known([
        OCIRuntime(handler: "runc", path: "/usr/bin/runc", target: "/opt/runc", version: .known("runc version 1")),
        OCIRuntime(handler: "", path: "x", version: .unknown(no)),
      ]),
      kubelet: ObservedKubelet(
        staticPods: .known([
          StaticPod(namespace: "n", name: "old", restartPolicy: .always),
          StaticPod(
            namespace: "n", name: "p", restartPolicy: .never,
            containers: [PodSpecification.Container("a", .initial), PodSpecification.Container("b", .regular)]),
        ])))
    snapshot.pods = [
      PodSpecification(
        pod: PodName(namespace: "default", name: "web", uid: "uid-web"), owner: "Job", source: "api",
        restartPolicy: .onFailure,
        containers: [
          PodSpecification.Container("c", .sidecar),
          PodSpecification.Container(
            "d", .regular, restartPolicy: .never,
            restartRules: [
              RestartRule(.restart, .isIn, [3, 255]), RestartRule(.restartAllContainers, .isNotIn, []),
              RestartRule(nil, nil, []),
            ]),
        ]),
      PodSpecification(
        pod: PodName(namespace: "default", name: "x", uid: "u"), restartPolicy: .always, containers: []),
    ]
    snapshot.unchecked = [
      Unchecked(
        .source(.podInterfaces), UnknownReason(.permissionDenied, path: "/x", errno: 13, message: "y"), count: 2),
      Unchecked(.ociRuntimeVersion("/usr/bin/runc"), UnknownReason(.notReported, line: 3, setting: .ociRuntimes)),
    ]
    return snapshot
  }()

  @Test func `every observation is read back unchanged`() throws {
    #expect(try Snapshot(parsing: Self.full.json.bytes(pretty: true)) == Self.full)
    var other = Self.full
    other.sandboxes[0].observed?.namespace = .known(.notANamespace)
    other.observed = ObservedNode(orphans: .unknown("why"))
    #expect(try Snapshot(parsing: other.json.bytes(pretty: false)) == other)
  }

  @Test func `a document without observations is unchanged`() throws {
    let plain = Snapshot.before
    for record in [plain.json, plain.json["sandboxes"]?[0], plain.json["containers"]?[0]] {
      #expect(record?["truth"] == nil)
    }
    let back = try Snapshot(parsing: plain.json.bytes(pretty: false))
    #expect(back.observed == nil && back.unchecked == [] && back.sandboxes[0].observed == nil)
    #expect(Snapshot.schema == 2)
  }

  @Test(arguments: [
    (["sandboxes", "truth", "namespace", "state"], JSON.string("odd"), "sandboxes[0].truth.namespace.state"),
    (["sandboxes", "truth", "namespace", "id"], .null, "sandboxes[0].truth.namespace.id"),
    (["sandboxes", "truth", "interfaces"], "x", "sandboxes[0].truth.interfaces"),
    (["sandboxes", "truth", "process", "startTime"], -1, "sandboxes[0].truth.process.startTime"),
    (["sandboxes", "truth", "process", "pid"], 4_294_967_296, "sandboxes[0].truth.process.pid"),
    (["containers", "truth", "process", "networkNamespace"], .null, "containers[0].truth.process.networkNamespace"),
    (["truth", "orphans"], 7, "truth.orphans"), (["unchecked"], 7, "unchecked"),
  ])
  func `damaged observations are reported with their path`(path: [String], value: JSON, name: String) {
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

  @Test func `there is one line for each source and reason`() {
    #expect(
      Self.full.unknownObservations.map { "\($0.subjectText): \($0.reasonText)" } == [
        "network namespaces of pods: Permission denied", "interfaces of pods: Permission denied",
        "processes of pods: hidden", "CNI results of pods: Permission denied",
        "host-local leases of pods: Permission denied",
        "log files of containers: Permission denied", "version of x: Permission denied",
      ])
    var twice = Self.full
    twice.sandboxes[2].observed = twice.sandboxes[1].observed
    #expect(twice.unknownObservations.first?.reasonText == "Permission denied (2 times)")
    #expect(Snapshot.before.unknownObservations.isEmpty)
  }
}
