import CRI
import CRIMessages
import CRIPreflight
import CRISimulator
import CRIRules
import CRISnapshot
import CRISystem
import Foundation
import TestSupport
import Testing

@testable import CRINode

@Suite struct PreflightContainerdTests {
  /// containerd#7843, before any restart.
  @Test func `1.6.12 has lost every address on disk while it still reports them`() async throws {
    let node = try RecordedNode("containerd-1.6.12")
    try #require(node.pods.count == 2)
    let report = try await node.report()
    #expect(report.ids("P1") == Set(node.pods.map(\.id)))
    #expect(report.ids("P2").isEmpty)
    for pod in node.pods {
      let finding = report.findings.first { $0.rule.id.label == "P1" && $0.object.id == pod.id }
      #expect(finding?.detailText == "\(pod.ip) in the runtime, none on disk")
    }
    #expect(report.verdict == .loss)
    #expect(Set(report.podsToLose.map(\.pod)) == Set(node.pods.map(\.pod)))
    #expect(report.gaps.isEmpty)
    #expect(report.suspicions.first { $0.match.advisory.id == .containerd7843 }?.status == .proved)
  }

  @Test(arguments: ["containerd-1.6.20", "containerd-2.4"])
  func `a containerd with the fix loses nothing`(runtime: String) async throws {
    let node = try RecordedNode(runtime)
    let report = try await node.report()
    #expect(report.rules.isEmpty)
    #expect(report.gaps.isEmpty)
    #expect(report.verdict == .none)
    #expect(report.podCount == 3)
    #expect(!report.suspicions.contains { $0.match.advisory.id == .containerd7843 })
  }

  @Test func `a plugin that is not in the configured directories is reported`() async throws {
    let node = try RecordedNode("containerd-2.4")
    try node.tree.remove("/usr/lib/cni/host-local")
    let report = try await node.report()
    #expect(report.rules == ["N16"])
    #expect(report.findings.first?.detailText == "the CNI plugin host-local is not in /usr/lib/cni")
    // Without it, kubelet cannot start or remove any pod after the change.
    #expect(report.verdict == .loss)
  }

  @Test func `a plugin that no user may execute is reported`() async throws {
    let node = try RecordedNode("containerd-2.4")
    #expect(chmod("\(node.tree.root)/usr/lib/cni/bridge", 0o644) == 0)
    let report = try await node.report()
    #expect(report.rules == ["N16"])
    #expect(report.findings.first?.detailText.hasPrefix("the CNI plugin /usr/lib/cni/bridge cannot be run") == true)
  }

  @Test(arguments: [("runc", ["N27"]), ("containerd-shim-runc-v2", ["N27", "P6"])] as [(String, Set<String>)])
  func `a missing shim or OCI runtime is reported`(program: String, rules: Set<String>) async throws {
    let node = try RecordedNode("containerd-2.4")
    for directory in Set(NodeTree.searchPath) { try node.tree.remove("\(directory)/\(program)") }
    let report = try await node.report()
    #expect(report.rules == rules && report.verdict == .loss)
    #expect(report.findings.first { $0.rule.id == .runtimeOCIProgram }?.detailText == program)
  }

  @Test func `a database that is hidden from its path is reported`() async throws {
    let directory = try TemporaryDirectory()
    let path = directory.file("io.containerd.metadata.v1.bolt/meta.db")
    try FileManager.default.createDirectory(
      atPath: directory.file("io.containerd.metadata.v1.bolt"), withIntermediateDirectories: true)
    try TestFile.write("a", to: path)
    let database = open(path, O_RDONLY)
    func hidden() -> Observation<String?> { HiddenDatabase.path(openedBy: getpid(), NodeFiles(root: "/")) }
    #expect(hidden() == .known(nil))
    unlink(path)
    #expect(hidden() == .known(path))
    try TestFile.write("a", to: path)
    #expect(hidden() == .known(path))
    // A backup that was copied back takes the place of the open file.
    close(database)
    let copy = open(path, O_RDONLY)
    defer { close(copy) }
    #expect(hidden() == .known(nil))
    #expect(rename(path, directory.file("io.containerd.metadata.v1.bolt/old.db")) == 0)
    try TestFile.write("a", to: path)
    #expect(hidden() == .known(path))
    #expect(HiddenDatabase.path(openedBy: nil, NodeFiles(root: "/")) == .known(nil))
  }

  @Test func `a database that was moved with containerd's root directory is reported`() async throws {
    let directory = try TemporaryDirectory()
    let moved = directory.file("moved/io.containerd.metadata.v1.bolt")
    try FileManager.default.createDirectory(atPath: moved, withIntermediateDirectories: true)
    try TestFile.write("a", to: "\(moved)/meta.db")
    let database = open("\(moved)/meta.db", O_RDONLY)
    defer { close(database) }
    for (root, isHidden) in [("root", true), ("moved", false)] {
      let criRoot = directory.file("\(root)/io.containerd.grpc.v1.cri")
      let expected = directory.file("\(root)/io.containerd.metadata.v1.bolt/meta.db")
      let found = HiddenDatabase.path(openedBy: getpid(), NodeFiles(root: "/"), beside: criRoot)
      #expect(found == .known(isHidden ? expected : nil))
    }
  }

  @Test func `the decoded records match the recording`() async throws {
    let node = try RecordedNode("containerd-2.4")
    let records = try #require(try await node.facts().containerd?.records.value)
    #expect(records.malformed.isEmpty)
    #expect(Set(records.sandboxes.map(\.id)) == Set(node.snapshot.sandboxes.map(\.id)))
    for record in records.sandboxes {
      let sandbox = try #require(node.snapshot.sandboxes.first { $0.id == record.id })
      #expect(record.pod == sandbox.pod)
      #expect(record.isHostNetwork == sandbox.isHostNetwork)
      #expect(record.name == "\(record.pod.name)_\(record.pod.namespace)_\(record.pod.uid)_0")
      #expect(record.image == "localhost/pause:1")
      #expect(record.created > .zero)
      #expect((record.interfaces != nil) == !sandbox.isHostNetwork)
      if sandbox.isReady {
        #expect(record.ip == sandbox.ip)
        #expect(record.additionalIPs == sandbox.addresses.dropFirst().map { $0 })
        #expect(record.networkNamespace == sandbox.facts.networkNamespace ?? "")
      }
    }
  }

  @Test func `a record that has only the label is recognised as bare`() {
    let kind = "io.cri-containerd.kind"
    let records = DiskRecords([
      StoredContainer(id: "a", labels: [kind: "sandbox"]),
      StoredContainer(id: "b", labels: [kind: "container"]), StoredContainer(id: "c"),
    ])
    #expect(
      records.withoutData == [
        .init(id: "a", isSandbox: true), .init(id: "b", isSandbox: false),
      ])
    #expect(records.sandboxes.isEmpty && records.containers.isEmpty && records.malformed.isEmpty)
  }

  @Test func `a simulated loss is predicted for the affected pod`() async throws {
    var options = SimulatedRuntime.Options()
    options.onRestart = [RestartLoss(.loseIPs, pod: "p-web")]
    let node = try RecordedNode("containerd-2.4", options)
    let report = try await node.report()
    #expect(report.podsToLose.map(\.pod.name) == ["p-web"])
  }

  @Test func `a missing checkpoint is detected`() async throws {
    let node = try RecordedNode("containerd-1.6.20")
    let container = try #require(node.snapshot.containers.first { $0.isRunning })
    try node.tree.remove("\(NodeTree.containerdRoot)/containers/\(container.id)/status")
    let report = try await node.report()
    #expect(report.ids("P5") == [container.id])
    #expect(report.rules == ["P5"])
    #expect(report.podsToLose.isEmpty && report.podsToDisturb.count == 1)
    #expect(report.verdict == .loss)
  }

  @Test(arguments: ["", "{", "{}", #"{"Version": "v2"}"#, "\0\0\0\0"])
  func `a checkpoint that containerd cannot decode counts as missing`(text: String) async throws {
    let node = try RecordedNode("containerd-1.6.20")
    let container = try #require(node.snapshot.containers.first { $0.isRunning })
    let path = "\(NodeTree.containerdRoot)/containers/\(container.id)/status"
    try node.tree.write(path, text)
    let report = try await node.report()
    #expect(report.rules == ["P5"] && report.ids("P5") == [container.id])
    #expect(report.findings.first { $0.rule.id.label == "P5" }?.detailText == path)
    try node.tree.write(path, NodeTree.checkpoint)
    #expect(try await node.report().rules.isEmpty)
  }

  @Test(
    arguments: [
      ("", "address does not contain an address"), ("unix:///run/none.sock", "/run/none.sock does not exist"),
      ("unix:///run/closed.sock", "no process listens on /run/closed.sock"),
      ("unix:///run/plain", "/run/plain is not a socket"), (NodeTree.shimAddress, nil),
      ("\(NodeTree.shimAddress)\n", "/run/shim.sock\n does not exist"), ("vsock://1:1024", nil),
    ] as [(String, String?)])
  func `a shim to which containerd 1.x cannot connect is lost`(address: String, fault: String?) async throws {
    let node = try RecordedNode("containerd-1.6.20")
    // Closing a listener leaves its socket.
    _ = try UnixSocket.listen(at: node.tree.root + "/run/closed.sock")
    try node.tree.write("/run/plain", "")
    let pod = node.pods[0].id
    try node.tree.write("\(NodeTree.tasks)/\(pod)/address", address)
    let report = try await node.report()
    #expect(report.ids("P22") == (fault == nil ? [] : [pod]) && report.gaps.isEmpty)
    #expect(report.rules == (fault == nil ? [] : ["P22"]))
    if let fault {
      #expect(report.findings.first?.detailText.hasSuffix(fault) == true, "\(report.findings)")
      #expect(report.podsToLose.map(\.pod) == [node.pods[0].pod] && report.verdict == .loss)
    }
  }

  @Test func `the address is taken from the file that the next version reads`() async throws {
    let node = try RecordedNode("containerd-2.4")
    let bundle = "\(NodeTree.tasks)/\(node.pods[0].id)"
    func write(_ protocolName: String, _ address: String) throws {
      try node.tree.write(
        "\(bundle)/bootstrap.json", #"{"version":3,"address":"\#(address)","protocol":"\#(protocolName)"}"#)
    }
    try write("ttrpc", NodeTree.shimAddress)
    #expect(try await node.report().rules.isEmpty)
    try write("ttrpc", "unix:///run/none.sock")
    #expect(try await node.report().ids("P22") == [node.pods[0].id])
    // The shim of a virtual machine is not examined.
    try write("grpc", "vsock://1:1024")
    #expect(try await node.report().rules.isEmpty)
    try node.tree.write("\(bundle)/bootstrap.json", "")
    let report = try await node.report()
    #expect(report.findings.map(\.detailText).contains("\(bundle)/bootstrap.json does not contain an address"))
    // Only 2.x reads this file, and 1.x the other one.
    try node.tree.write("\(bundle)/address", NodeTree.shimAddress)
    #expect(try await node.report().ids("P22") == [node.pods[0].id])
    #expect(try await node.report(to: "1.7.34").ids("P22").isEmpty)
  }

  @Test func `an abstract socket is checked only in the runtime's network namespace`() throws {
    let (tree, name) = (try NodeTree(), "/cri-test/\(getpid())/shim.sock")
    let bundle = "\(NodeTree.tasks)/a"
    try tree.write("\(bundle)/address", name)
    func check(_ daemon: Int32?) throws -> ShimSockets {
      var sockets = ShimSockets()
      var reader = ShimSocketReader(NodeFiles(root: tree.root), daemon: daemon)
      try reader.check("a", bundle, &sockets)
      return sockets
    }
    #expect(try check(getpid()).legacy == ["a": .notListening(path: "@\(name)")])
    let listener = try UnixSocket.listen(atAbstract: name)
    #expect(try check(getpid()) == ShimSockets())
    #expect(try check(nil).unknown["a"]?.code == .notVisible)
    withExtendedLifetime(listener.rawValue) {}
  }

  @Test func `a socket of a different user is not connected to`() throws {
    if getuid() != 0 { try Test.cancel("only root can change the owner of a file") }
    let tree = try NodeTree()
    try tree.write("\(NodeTree.tasks)/a/address", NodeTree.shimAddress)
    #expect(chown(tree.root + NodeTree.shimSocket, 65534, 65534) == 0)
    var sockets = ShimSockets()
    var reader = ShimSocketReader(NodeFiles(root: tree.root), daemon: getpid())
    try reader.check("a", "\(NodeTree.tasks)/a", &sockets)
    #expect(sockets.unknown["a"]?.code == .socketNotTrusted && sockets.legacy.isEmpty && sockets.current.isEmpty)
  }

  @Test(arguments: ["containerd-1.6.20", "cri-o-1.37"])
  func `the space for the records is that of their file system`(runtime: String) async throws {
    let node = try RecordedNode(runtime)
    let space = try #require(try await node.facts().recordSpace.value)
    var expected = statvfs()
    #expect(statvfs(node.tree.root, &expected) == 0)
    #expect(space.directory.hasPrefix("/var/lib/contain") && !space.isExhausted)
    #expect((space.inodes == nil) == (expected.f_files == 0) && (space.blocks == nil) == (expected.f_blocks == 0))
    #expect(space.blocks.map { $0 <= UInt64(expected.f_blocks) } ?? true)
    try node.tree.remove("/var")
    #expect(try await node.facts().recordSpace.reason != nil)
  }

  @Test func `a shim's missing program is detected`() async throws {
    let node = try RecordedNode("containerd-1.6.20")
    try node.tree.write("\(NodeTree.tasks)/\(node.pods[0].id)/shim-binary-path", "/opt/old/containerd-shim-runc-v2")
    #expect(try await node.report().ids("P6") == [node.pods[0].id])
    try node.tree.write("/opt/old/containerd-shim-runc-v2", "")
    #expect(try await node.report().rules.isEmpty)
    // Older versions do not write such a file.
    try node.tree.remove("\(NodeTree.tasks)/\(node.pods[0].id)/shim-binary-path")
    #expect(try await node.report().rules.isEmpty)
  }

  @Test func `pods created by containerd 2 are lost with a downgrade to 1.x`() async throws {
    let node = try RecordedNode("containerd-2.4")
    #expect(try await node.report(to: "2.0.0").rules.isEmpty)
    let report = try await node.report(to: "1.7.34")
    let running =
      node.snapshot.sandboxes.filter(\.isReady).map(\.id)
      + node.snapshot.containers.filter(\.isRunning).map(\.id)
    #expect(report.rules == ["P12"] && report.ids("P12") == Set(running))
    #expect(report.isDowngrade && report.verdict == .loss && report.podsToLose.count == report.podCount)
    // A pod that 1.x started before the upgrade stays, even if a container was added since.
    let added = try #require(node.snapshot.containers.first { $0.isRunning })
    for id in running where id != added.id {
      try node.tree.write("\(NodeTree.tasks)/\(id)/address", NodeTree.shimAddress)
    }
    let mixed = try await node.report(to: "1.7.34")
    #expect(mixed.ids("P12") == [added.id] && mixed.verdict == .loss)
    #expect(mixed.podsToLose.isEmpty && mixed.podsToDisturb.count == 1)
  }

  @Test func `a shim without a recorded address is lost with every version`() async throws {
    let node = try RecordedNode("containerd-2.4")
    let pod = node.pods[0].id
    try node.tree.remove("\(NodeTree.tasks)/\(pod)/bootstrap.json")
    for target in [nil, "2.1.4"] {
      let report = try await node.report(to: target)
      #expect(report.rules == ["P19"] && report.ids("P19") == [pod])
      #expect(report.podsToLose.map(\.pod) == [node.pods[0].pod])
    }
    #expect(try await node.report(to: "1.7.34").rules == ["P12"])
    // 2.x also accepts the format of 1.x.
    try node.tree.write("\(NodeTree.tasks)/\(pod)/address", NodeTree.shimAddress)
    #expect(try await node.report().rules.isEmpty)
  }

  @Test func `a container whose record names a newer shim than its pod has is detected`() async throws {
    let node = try RecordedNode("containerd-2.4")
    let containers = node.snapshot.containers.filter { $0.isRunning }
    let added = try #require(containers.first)
    let record = { (version: Int) in #"{"version":\#(version),"address":"\#(NodeTree.shimAddress)","protocol":"ttrpc"}"#
    }
    for id in node.snapshot.sandboxes.map(\.id) + containers.map(\.id) {
      try node.tree.write("\(NodeTree.tasks)/\(id)/bootstrap.json", record(id == added.id ? 3 : 2))
    }
    #expect(try await node.report(to: "2.2.0").rules.isEmpty)
    let report = try await node.report(to: "2.1.1")
    #expect(report.ids("P13") == [added.id] && report.rules == ["P13"])
    #expect(report.podsToLose.isEmpty && report.podsToDisturb.count == 1)
  }

  @Test func `the sandbox store is read as containerd 2 reads it`() async throws {
    let reply = try #require(try Recording("containerd-2.3", .before).calls.first?.response)
    let directory = try TemporaryDirectory()
    let path = directory.file("s")
    // One more record, left behind by a daemon that exited too early.
    let bare = ListStoredSandboxesResponse(sandboxes: [StoredSandbox(id: "bare", createdAt: StoredTime(seconds: 7))])
    let server = try Server(at: path) { call in
      let namespace = call.metadata.first { $0.name == "containerd-namespace" }?.value
      guard namespace == "k8s.io" else { return call.finish(.failedPrecondition, "namespace is required") }
      call.send(reply + bare.encode())
      call.finish()
    }
    defer { server.stop() }
    let store = try #require(await SandboxStore.read(from: try Endpoint(path), deadline: .now + .seconds(30)).value)
    #expect(store.malformed.isEmpty && store.withoutData == ["bare": Timestamp(seconds: 7)])
    #expect(store.sandboxes.count == 4 && store.sandboxes.allSatisfy { $0.sandboxer == "podsandbox" })
    let dns = try #require(store.sandboxes.first { $0.pod.name == "coredns-7c6" })
    #expect(dns.name == "coredns-7c6_kube-system_0c8d9d7e-0000-4000-8000-000000000002_0" && !dns.isHostNetwork)
    #expect(dns.ip == "10.158.245.3" && dns.additionalIPs == ["fd63:7269:2275:9ef5::3"])
    #expect(dns.interfaces?.map(\.name).contains("eth0") == true)
    #expect(dns.labels["io.kubernetes.pod.name"] == dns.pod.name)
    #expect(dns.networkNamespace.hasPrefix("/run/node/state/") && dns.created > .zero)
    #expect(store.sandboxes.filter(\.isHostNetwork).map(\.pod.name) == ["kube-proxy-x1"])
  }

  @Test(
    arguments: [
      ([.running], []), ([.paused], ["main"]), ([.pausing], ["main"]),
      // The pause ends before the second call.
      ([.paused, .running], []), ([.unknown], []),
    ] as [([ContainerdTaskStatus], Set<String>)])
  func `a task counts as paused if it stays paused`(
    statuses: [ContainerdTaskStatus], expected: Set<String>
  ) async throws {
    let directory = try TemporaryDirectory()
    let path = directory.file("s")
    let calls = Locked(0)
    let server = try Server(at: path) { call in
      guard call.method == "/containerd.services.tasks.v1.Tasks/List",
        call.metadata.contains(where: { $0.name == "containerd-namespace" && $0.value == "k8s.io" })
      else { return call.finish(.failedPrecondition, "namespace is required") }
      let number = calls.withLock { number in
        defer { number += 1 }
        return number
      }
      let tasks = [
        ContainerdTask(id: "main", pid: 7, status: statuses[min(number, statuses.count - 1)]),
        ContainerdTask(id: "other", pid: 8, status: .running),
      ]
      call.send(ListTasksResponse(tasks: tasks).encode())
      call.finish()
    }
    defer { server.stop() }
    #expect(await PausedTasks.read(from: try Endpoint(path), deadline: .now + .seconds(30)) == .known(expected))
  }

  @Test func `a runtime without tasks leaves the rule unchecked`() async throws {
    let directory = try TemporaryDirectory()
    let path = directory.file("s")
    let server = try Server(at: path) { call in
      call.finish(.unimplemented, "unknown service containerd.services.tasks.v1.Tasks")
    }
    defer { server.stop() }
    let paused = await PausedTasks.read(from: try Endpoint(path), deadline: .now + .seconds(30))
    #expect(paused.reason?.code == .notServed)
  }

  @Test func `a missing store is empty, and an unreadable one is unknown`() async throws {
    let directory = try TemporaryDirectory()
    let path = directory.file("s")
    for (code, message, isKnown) in [
      (StatusCode.unimplemented, "unknown service containerd.services.sandbox.v1.Store", true),
      (.unavailable, "closing", false),
    ] {
      let server = try Server(at: path) { call in call.finish(code, message) }
      defer { server.stop() }
      let store = await SandboxStore.read(from: try Endpoint(path), deadline: .now + .seconds(30))
      #expect(store.value == (isKnown ? SandboxStore() : nil), "\(store)")
    }
  }

  @Test func `nothing is predicted from another node`() async throws {
    let node = try RecordedNode("containerd-1.6.20")
    try node.tree.remove("/var/lib/containerd")
    try node.tree.remove("/run/containerd")
    try node.tree.remove("/etc")
    var report = try await node.report()
    #expect(report.rules.isEmpty)
    #expect(report.gaps == ["N27", "P5", "P6", "P12", "P22", "N22"])
    #expect(report.verdict == .unchecked)
    // Another containerd's directories are not taken into account either.
    try node.tree.write("\(NodeTree.containerdRoot)/containers/other/status", "{}")
    try node.tree.write("\(NodeTree.tasks)/other/shim-binary-path", "/x")
    report = try await node.report()
    #expect(report.gaps == ["P5", "P6", "P12", "P22", "N22"])
  }

  @Test func `invalid network configurations do not count`() async throws {
    let node = try RecordedNode("containerd-1.6.20")
    try node.tree.remove("/etc/cni/net.d/10-net.conflist")
    try node.tree.write("/etc/cni/net.d/README", #"{"type": "bridge"}"#)
    try node.tree.write("/etc/cni/net.d/10-broken.conf", "{")
    try node.tree.write("/etc/cni/net.d/20-empty.conflist", #"{"plugins": []}"#)
    #expect(try await node.report().rules == ["N2"])
    try node.tree.write("/etc/cni/net.d/30-one.conf", #"{"type": "bridge"}"#)
    #expect(try await node.report().rules.isEmpty)
    try node.tree.remove("/etc/cni")
    #expect(try await node.report().rules == ["N2"])
  }

  @Test func `a list over the runtime's limit is streamed`() async throws {
    let lists = try Recording("containerd-1.6.12", .before).calls.filter { $0.method.hasSuffix("Containers/List") }
    let reply = try #require(lists.first?.response)
    let directory = try TemporaryDirectory()
    let path = directory.file("s")
    let server = try Server(at: path) { call in
      guard call.method.hasSuffix("Stream") else {
        return call.finish(.resourceExhausted, "grpc: trying to send message larger than max")
      }
      // Each message in the stream has the form of a complete list.
      call.send(reply)
      call.send(reply)
      call.finish()
    }
    defer { server.stop() }
    let records = await DiskRecords.read(from: try Endpoint(path), deadline: .now + .seconds(30))
    #expect(records.value?.sandboxes.count == 8)
  }

  @Test func `two thousand records are read`() async throws {
    let record = try #require(
      try Recording("containerd-2.4", .before).calls.first { $0.method.hasSuffix("Containers/List") }?.response)
    let reply = [UInt8]((0..<500).map { _ in record }.joined())
    let directory = try TemporaryDirectory()
    let path = directory.file("s")
    let server = try Server(at: path) { call in
      call.send(reply)
      call.finish()
    }
    defer { server.stop() }
    let records = await DiskRecords.read(from: try Endpoint(path), deadline: .now + .seconds(60))
    #expect(records.value?.sandboxes.count == 2000)
  }

  @Test func `the request contains the namespace and both kinds`() async throws {
    let directory = try TemporaryDirectory()
    let path = directory.file("s")
    let server = try Server(at: path) { call in
      let request = try? ListStoredContainersRequest.decode(call.message)
      let namespace = call.metadata.first { $0.name == "containerd-namespace" }?.value
      call.finish(.notFound, "\(namespace ?? "none") \(request?.filters ?? [])")
    }
    defer { server.stop() }
    guard case .unknown(let reason) = await DiskRecords.read(from: try Endpoint(path), deadline: .now + .seconds(30))
    else {
      Issue.record("a response where none was expected")
      return
    }
    #expect(reason.text.contains("k8s.io"))
    #expect(reason.text.contains(#"labels."io.cri-containerd.kind"==sandbox"#.debugDescription))
    #expect(reason.text.contains(#"labels."io.cri-containerd.kind"==container"#.debugDescription))
  }
}
