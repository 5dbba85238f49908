import CRI
import CRIDoctor
import CRIJSON
@testable import CRINode
import CRISnapshot
import CRISystem
import Foundation
import TestSupport
import Testing

@Suite struct DoctorReaderTests {
  private static let (web, gone) = (FakeNode.id("a"), FakeNode.id("b"))
  private static let daemon = Daemon(socket: "/run/containerd/containerd.sock", pid: 100)

  @Test func `the runtime's process and its shims are described`() throws {
    let node = try FakeNode()
    try node.process(100, "containerd", parent: 1)
    try node.write("Name:\tcontainerd\nThreads:\t12\n", to: "proc/100/status")
    try node.write(
      "Limit                     Soft Limit           Hard Limit           Units     \n"
        + "Max open files            1024                 524288               files     \n", to: "proc/100/limits")
    for number in 0..<5 { try node.write("", to: "proc/100/fd/\(number)") }
    try node.shim(200, Self.web, state: "T")
    try node.write("do_signal_stop", to: "proc/200/wchan")
    try node.shim(300, Self.gone)
    let observed = ProcessObserver(daemon: Self.daemon, listed: [Self.web], paths: node.paths).read()
    #expect(
      observed.shims
        == .known([
          RunningProcess(
            pid: 200, name: "containerd-shim", state: "T", waitChannel: "do_signal_stop", id: Self.web)
        ]))
    let daemon = try #require(observed.daemon.value)
    #expect(daemon.threads == 12 && daemon.openFiles == .known(5) && daemon.openFileLimit == 1024)
    #expect(observed.blocked == .known([]))
  }

  @Test func `a process that stays in uninterruptible sleep belongs to its shim`() throws {
    let node = try FakeNode()
    try node.process(100, "containerd", parent: 1, state: "D")
    try node.shim(200, Self.web)
    try node.process(201, "app", parent: 200, state: "D")
    try node.process(202, "worker", parent: 201, state: "D")
    try node.process(900, "other", parent: 1, state: "D")
    let observed = ProcessObserver(daemon: Self.daemon, listed: [Self.web], paths: node.paths).read()
    #expect(observed.blocked.value?.map(\.pid) == [100, 201, 202])
    #expect(observed.blocked.value?.map(\.id) == [nil, Self.web, Self.web])
  }

  /// The main thread of a Go program rarely does I/O.
  @Test func `a thread of the runtime that stays in uninterruptible sleep is found`() throws {
    let node = try FakeNode()
    try node.process(100, "containerd", parent: 1)
    let stat = TestFile.read(node.directory.file("proc/100/stat"))
    for (thread, state) in [("107", "S"), ("108", "D"), ("109", "D")] {
      try node.write(stat.replacingOccurrences(of: ") S ", with: ") \(state) "), to: "proc/100/task/\(thread)/stat")
    }
    let observed = ProcessObserver(daemon: Self.daemon, listed: [Self.web], paths: node.paths).read()
    #expect(observed.blocked.value == [RunningProcess(pid: 108, name: "containerd", state: "D")])
  }

  @Test(arguments: [
    ("", ["available": "15/10", "inodes": "5/5"]),
    ("evictionHard: {imagefs.available: 0%, nodefs.available: 2.5%}", ["available": "0/2.5", "inodes": "-/-"]),
    (
      "evictionHard: {nodefs.available: 1Gi, nodefs.inodesFree: 500k}",
      ["available": "-/1073741824", "inodes": "-/500000"]
    ),
    (
      "evictionHard: {nodefs.available: 1%}\nmergeDefaultEvictionSettings: true",
      ["available": "15/1", "inodes": "5/5"]
    ),
  ])
  func `kubelet's thresholds are those of its configuration`(yaml: String, expected: [String: String]) throws {
    let node = try FakeNode()
    try node.write("kind: KubeletConfiguration\n\(yaml)\n", to: "root/var/lib/kubelet/config.yaml")
    let settings = KubeletSettings.read(
      NodeFiles(root: node.directory.file("root")), beside: nil, proc: node.directory.file("proc"))
    let thresholds = EvictionThresholds(settings)
    func text(_ threshold: EvictionThreshold?) -> String {
      switch threshold {
      case nil: "-"
      case .share(let points): points % 100 == 0 ? "\(points / 100)" : "\(Double(points) / 100)"
      case .amount(let amount): "\(amount)"
      }
    }
    let available = "\(text(thresholds.available[.images]))/\(text(thresholds.available[.node]))"
    let inodes = "\(text(thresholds.freeInodes[.images]))/\(text(thresholds.freeInodes[.node]))"
    #expect(["available": available, "inodes": inodes] == expected)
  }

  @Test func `the runtime's process is unknown if it is not visible`() throws {
    let node = try FakeNode()
    let observed = ProcessObserver(daemon: Self.daemon, listed: [], paths: node.paths).read()
    #expect(observed.daemon.reason?.code == .daemonNotVisible && observed.shims == .known([]))
  }

  @Test(arguments: [("containerd", "123"), ("cri-o", "45")])
  func `only the cgroups of the node's runtime are found`(runtime: String, found: String) throws {
    let node = try FakeNode()
    let names = [
      "kubepods.slice/kubepods-pod1.slice/cri-containerd-\(FakeNode.id("1")).scope",
      "kubepods/besteffort/pod2/\(FakeNode.id("2"))", "k8s.io/\(FakeNode.id("3"))",
      "kubepods.slice/kubepods-pod1.slice/crio-\(FakeNode.id("4")).scope",
      "kubepods.slice/kubepods-pod1.slice/crio-conmon-\(FakeNode.id("5")).scope",
    ]
    for path in names { try node.write("", to: "cgroup/\(path)/cgroup.procs") }
    try node.write("", to: "cgroup/cgroup.procs")
    var reader = LeftoverReader(daemon: Self.daemon, runtime: runtime, paths: node.paths)
    reader.cgroups = node.directory.file("cgroup")
    #expect(Set(reader.controlGroups().value?.map(\.id) ?? []) == Set(found.map(FakeNode.id)))
  }

  @Test func `empty cgroups of pods are found in all forms, except those with a shim`() throws {
    let node = try FakeNode()
    let (scope, plain, other) = (FakeNode.id("c"), FakeNode.id("d"), FakeNode.id("e"))
    for path in [
      "kubepods.slice/kubepods-pod1.slice/cri-containerd-\(scope).scope", "kubepods/besteffort/pod2/\(plain)",
      "system.slice/docker-\(other).scope", "kubepods/pod3/\(Self.web)",
    ] {
      try node.write("", to: "cgroup/\(path)/cgroup.procs")
    }
    // Another runtime uses this one.
    try node.write("17\n", to: "cgroup/kubepods/pod4/\(FakeNode.id("f"))/cgroup.procs")
    try node.write("", to: "cgroup/cgroup.procs")
    try node.shim(200, Self.web)
    var reader = LeftoverReader(daemon: Self.daemon, runtime: "containerd", paths: node.paths)
    reader.cgroups = node.directory.file("cgroup")
    #expect(Set(reader.controlGroups().value?.map(\.id) ?? []) == [scope, plain])
    reader.cgroups = node.directory.file("none")
    #expect(reader.controlGroups().reason?.code == .notVisible)
  }

  @Test func `the root file systems of containerd's objects are found in the mount table`() throws {
    let node = try FakeNode()
    let path = "/run/containerd/io.containerd.runtime.v2.task/k8s.io/\(Self.gone)/rootfs"
    try node.write(
      "30 29 0:30 / \(path) rw,relatime shared:1 - overlay overlay rw\n31 29 0:31 / /var rw - ext4 /dev/sda rw\n",
      to: "proc/100/mountinfo")
    let reader = LeftoverReader(daemon: Self.daemon, runtime: "containerd", paths: node.paths)
    #expect(reader.mounts() == .known([ObjectPath(id: Self.gone, path: path)]))
    try node.shim(200, Self.gone)
    #expect(reader.mounts() == .known([]))
  }

  @Test func `only old namespaces with the runtime's names are found`() throws {
    let node = try FakeNode()
    var paths = node.paths
    paths.root = node.directory.file("root")
    let names = ["cni-12345678-1234-1234-1234-123456789012", "cni-12345678-1234-1234-1234-123456789013", "mine"]
    for name in names { try node.write("", to: "root/run/netns/\(name)") }
    for name in [names[0], names[2]] {
      try FileManager.default.setAttributes(
        [.modificationDate: Date(timeIntervalSinceNow: -1000)],
        ofItemAtPath: node.directory.file("root/run/netns/\(name)"))
    }
    let reader = LeftoverReader(daemon: Self.daemon, runtime: "containerd", paths: paths)
    #expect(reader.namespaces() == .known(["/run/netns/\(names[0])"]))
    try node.write("", to: "root/state/netns/\(names[0])")
    try FileManager.default.setAttributes(
      [.modificationDate: Date(timeIntervalSinceNow: -1000)],
      ofItemAtPath: node.directory.file("root/state/netns/\(names[0])"))
    let other = LeftoverReader(
      daemon: Self.daemon, runtime: "containerd", paths: paths, used: ["/state/netns/\(names[1])"])
    #expect(other.namespaces().value?.contains("/state/netns/\(names[0])") == true)
    let crio = LeftoverReader(daemon: Self.daemon, runtime: "cri-o", paths: paths)
    #expect(crio.namespaces() == .known([]))
    // Another runtime's process is in the namespace.
    try node.shim(200, Self.web)
    try FileManager.default.createDirectory(
      atPath: node.directory.file("proc/200/ns"), withIntermediateDirectories: true)
    try FileManager.default.linkItem(
      atPath: node.directory.file("root/run/netns/\(names[0])"), toPath: node.directory.file("proc/200/ns/net"))
    #expect(reader.namespaces() == .known([]))
  }

  @Test func `the ranges and the directory of host-local come from the network's configuration`() throws {
    let plugins = try JSON.parse(
      #"""
      [{"type": "portmap"}, {"type": "bridge", "ipam": {"type": "host-local", "dataDir": "/leases", "ranges": [
        [{"subnet": "10.1.0.0/24", "rangeStart": "10.1.0.10", "rangeEnd": "10.1.0.19"}], [{"subnet": "fd00::/64"}]]}}]
      """#
    ).arrayValue
    let network = try #require(HostLocalNetwork(name: "pods", plugins: plugins ?? []))
    #expect(network.directory == "/leases")
    #expect(network.pools.map { "\($0.subnet)" } == ["10.1.0.0/24", "fd00::/64"])
    #expect(network.pools[0].first == IPAddress("10.1.0.10") && network.pools[1].last == nil)
    #expect(HostLocalNetwork(name: "pods", plugins: [["type": "calico", "ipam": ["type": "calico-ipam"]]]) == nil)
    #expect(HostLocalNetwork(name: "../x", plugins: plugins ?? []) == nil)
  }

  @Test func `leases of pods that may still be created are known as such`() throws {
    let node = try FakeNode()
    for name in ["10.1.0.2", "10.1.0.3", "lock"] {
      try node.write("\(Self.gone)\r\neth0", to: "cni/networks/pods/\(name)")
    }
    try FileManager.default.setAttributes(
      [.modificationDate: Date(timeIntervalSinceNow: -1000)],
      ofItemAtPath: node.directory.file("cni/networks/pods/10.1.0.2"))
    let directory = node.directory.file("cni/networks/pods")
    let leases = HostLocal.leases(in: directory, network: "pods", youngerThan: 300).value
    #expect(leases?.all.map(\.address) == ["10.1.0.2", "10.1.0.3"] && leases?.young == ["10.1.0.3"])
    #expect(
      leases?.all.first
        == HostLocalLease(network: "pods", address: "10.1.0.2", owner: Self.gone, interface: "eth0"))
    #expect(HostLocal.leases(in: directory + "2", network: "pods", youngerThan: 300).value?.all == [])
  }

  @Test func `hanging calls do not keep the other objects from being read`() async {
    let deadline = ContinuousClock.now + .seconds(2)
    let items = Array(0..<300)
    let sweep = StatusSweep(deadline: deadline, budget: ResponseBudget())
    let entries = await sweep.run(items) { (item) async throws(RPCError) -> Int? in
      if item < 200 { await pause(ContinuousClock.now.duration(to: deadline)) }
      return item
    }
    #expect(items.allSatisfy { (try? entries[$0]?.result.get()) == $0 })
    #expect(ContinuousClock.now < deadline + .seconds(1))
    #expect(items.suffix(100).allSatisfy { (entries[$0]?.duration ?? .seconds(9)) < .seconds(1) })
  }

  @Test func `nothing is read after the deadline`() async {
    let sweep = StatusSweep(deadline: .now, budget: ResponseBudget())
    let entries = await sweep.run([1, 2]) { (item) async throws(RPCError) -> Int? in item }
    #expect(entries.isEmpty)
  }

  @Test func `a runtime that fails all calls is not asked about every object`() async {
    let items = Array(0..<10_000)
    let sweep = StatusSweep(deadline: .now + .seconds(60), budget: ResponseBudget())
    let entries = await sweep.run(items) { (item) async throws(RPCError) -> Int? in
      throw .undecodable(method: "x", reason: "\(item)")
    }
    #expect(entries.count >= StatusSweep.maximumFailures && entries.count < StatusSweep.maximumFailures + 100)
  }

  @Test func `the last lines of a log are read from its end`() throws {
    let directory = try TemporaryDirectory()
    let lines = (0..<1000).map { "2026-01-01T00:00:00Z stdout F line \($0)\n" }.joined()
    try TestFile.write(lines + "no record\n", to: directory.file("log"))
    #expect(LogEnd.lines(at: directory.file("log")) == ["line 998", "line 999", "no record"])
    #expect(LogEnd.lines(at: directory.file("none")).isEmpty && LogEnd.lines(at: "/dev/zero").isEmpty)
  }

  @Test(arguments: [
    ("app", "u1", "/var/log/pods/default_web_u1/app/2.log"), ("..", "u1", nil), ("a/../../x", "u1", nil),
    (".", "u1", nil), ("", "u1", nil), ("app", "u/../../1", nil),
  ])
  func `the usual path of a log does not leave its directory`(name: String, uid: String, path: String?) {
    let status = ContainerStatus(
      metadata: ContainerMetadata(name: name), annotations: ["io.kubernetes.container.restartCount": "2"])
    let container = ContainerRecord(status: status, sandboxID: "s")
    #expect(container.usualLogPath(in: PodName(namespace: "default", name: "web", uid: uid)) == path)
  }
}
