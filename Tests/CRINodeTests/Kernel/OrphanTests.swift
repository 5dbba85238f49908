import CRIMessages
import CRINode
import CRISnapshot
import Foundation
import TestSupport
import Testing

/// Tests which processes are orphans of this runtime and which do not belong to it.
@Suite struct OrphanTests {
  private let a = FakeNode.id("a")
  private let b = FakeNode.id("b")
  private let c = FakeNode.id("c")

  private func orphans(
    _ node: FakeNode, _ sandboxes: [String], _ containers: [String] = [], of runtime: String = "containerd"
  ) -> [Orphan]? {
    node.observed(
      node.snapshot(
        sandboxes.map { sandbox($0) }, containers: containers.map { container($0, in: a, pid: nil) },
        runtime: runtime),
      includesNode: true
    ).observed?.orphans?.value
  }

  @Test func `an unlisted shim is an orphan, with its processes`() throws {
    let node = try FakeNode()
    try node.shim(50, a)
    try node.shim(60, b, startTime: 2000)
    try node.process(61, "pause", parent: 60, startTime: 2001, cgroup: "0::/k8s.io/\(b)\n")
    try node.process(62, "main", parent: 60, startTime: 2002, cgroup: "0::/k8s.io/\(c)\n")
    try node.process(63, "dead", parent: 60, state: "Z")
    #expect(
      orphans(node, [a]) == [Orphan(kind: .shim, id: b, pid: 60, startTime: 2000, processes: [61, 62])])
    #expect(orphans(node, [a, b], [c]) == [])
  }

  @Test(arguments: [
    ("/kubepods/burstable/pod1b2c-3d/ID", "1b2c-3d"), ("/kubepods.slice/kubepods-pod1b2c_3d.slice/ID.scope", "1b2c-3d"),
    ("/machine/pods/poduid-web/ID", "uid-web"),
    (
      "/kubepods.slice/kubepods-burstable.slice/kubepods-burstable-pod0123abcd.slice/cri-containerd-ID.scope/x",
      "0123abcd"
    ),
  ])
  func `the cgroup of an orphan shows its pod`(_ path: String, _ uid: String) throws {
    let node = try FakeNode()
    try node.shim(50, a)
    try node.shim(60, b, startTime: 2000)
    try node.process(61, "pause", parent: 60, startTime: 2001, cgroup: "0::\(path.replacing("ID", with: b))\n")
    #expect(orphans(node, [a])?.map(\.podUID) == [uid])
  }

  @Test func `the mounts of an orphan show its container`() throws {
    let node = try FakeNode()
    let (pod, other) = ("/kubepods/burstable/pod1b2c-3d", "/kubepods/burstable/podother")
    try node.conmon(60, b)
    try node.process(61, "main", parent: 60, cgroup: "0::\(pod)/crio-\(b)\n")
    #expect(orphans(node, [a], of: "cri-o")?.map(\.container) == [nil])
    let mounts = """
      600 500 0:30 / / rw - overlay overlay rw
      601 600 254:0 /var/lib/kubelet/pods/other/containers/sidecar/0a1b2c3d /x rw - ext4 /dev/vda rw
      602 600 254:0 /var/lib/kubelet/pods/1b2c-3d/etc-hosts /etc/hosts rw - ext4 /dev/vda rw
      603 600 254:0 /var/lib/kubelet/pods/1b2c-3d/containers/web/0a1b2c3d /dev/termination-log rw - ext4 /dev/vda rw

      """
    try node.write(mounts, to: "proc/61/mountinfo")
    #expect(orphans(node, [a], of: "cri-o")?.map(\.container) == ["web"])
    // Another pod's directory says nothing.
    try node.process(61, "main", parent: 60, cgroup: "0::\(other)/crio-\(b)\n")
    try node.write(mounts.replacing("pods/other", with: "pods/x"), to: "proc/61/mountinfo")
    #expect(orphans(node, [a], of: "cri-o")?.map(\.container) == [nil])
  }

  @Test func `a process of another user does not belong to the runtime, whatever its name`() throws {
    let node = try FakeNode()
    try node.conmon(60, b)
    #expect(orphans(node, [a], of: "cri-o")?.map(\.id) == [b])
    try node.conmon(60, b, user: 64_001)
    #expect(orphans(node, [a], of: "cri-o") == [])
  }

  @Test func `an unlisted container under a listed shim is an orphan`() throws {
    let node = try FakeNode()
    try node.shim(50, a)
    try node.process(51, "pause", parent: 50, cgroup: "0::/kubepods.slice/cri-containerd-\(a).scope\n")
    try node.process(
      52, "main", parent: 50, startTime: 1500, cgroup: "0::/kubepods.slice/cri-containerd-\(b).scope/x\n")
    try node.process(53, "exec", parent: 50, startTime: 1600, cgroup: "0::/kubepods.slice/cri-containerd-\(b).scope\n")
    // The shim's helpers are in the shim's cgroup, which contains no ID.
    try node.process(54, "runc", parent: 50, cgroup: "0::/system.slice/containerd.service\n")
    #expect(
      orphans(node, [a])
        == [Orphan(kind: .container, id: b, pid: 52, startTime: 1500, processes: [52, 53])])
    #expect(orphans(node, [a], [b]) == [])
  }

  @Test func `a process of a container or sandbox that has ended according to containerd is an orphan`() throws {
    let node = try FakeNode()
    try node.shim(50, a)
    try node.process(51, "pause", parent: 50, startTime: 1400, cgroup: "0::/k8s.io/\(a)\n")
    try node.process(52, "main", parent: 50, startTime: 1500, cgroup: "0::/k8s.io/\(b)\n")
    func orphans(_ sandboxState: PodSandboxState, _ containerState: ContainerState) -> [String]? {
      var (pod, main) = (sandbox(a), container(b, in: a, pid: nil))
      pod.status.state = sandboxState
      main.status.state = containerState
      return node.observed(node.snapshot([pod], containers: [main]), includesNode: true).observed?.orphans?.value?.map(
        \.id)
    }
    #expect(orphans(.ready, .running) == [])
    #expect(orphans(.ready, .exited) == [b])
    #expect(orphans(.notReady, .exited) == [a, b])
  }

  @Test func `on a node that is a container, the outer ID does not count`() throws {
    let node = try FakeNode()
    let outer = "/docker/\(FakeNode.id("d"))"
    try node.shim(50, a)
    try node.write("0::\(outer)/system.slice\n", to: "proc/50/cgroup")
    try node.process(51, "runc", parent: 50, cgroup: "0::\(outer)/system.slice\n")
    try node.process(52, "pause", parent: 50, cgroup: "0::\(outer)/kubelet/\(a)\n")
    #expect(orphans(node, [a]) == [])
  }

  @Test(arguments: [
    ("moby", "/run/containerd/containerd.sock"), ("k8s.io", "/run/k3s/containerd/containerd.sock"),
    ("default", "/run/containerd/containerd.sock"),
  ])
  func `shims of other runtimes do not count`(namespace: String, address: String) throws {
    let node = try FakeNode()
    try node.shim(60, b, namespace: namespace, address: address)
    #expect(orphans(node, [a]) == [])
  }

  @Test func `the runtime's address is known from the shims of listed pods`() throws {
    let node = try FakeNode()
    try node.shim(50, a, address: "/host/containerd.sock")
    try node.shim(60, b, address: "/host/containerd.sock")
    #expect(orphans(node, [a])?.map(\.id) == [b])
    #expect(orphans(node, []) == [])
  }

  @Test func `a link to the socket is the same socket`() throws {
    let node = try FakeNode()
    try node.write("", to: "run/real.sock")
    try node.link("other.sock", to: "run/real.sock")
    try node.shim(60, b, address: node.directory.file("other.sock"))
    let observed = node.observed(
      node.snapshot([], socket: node.directory.file("run/real.sock")), includesNode: true)
    #expect(observed.observed?.orphans?.value?.map(\.id) == [b])
  }

  @Test(arguments: ["start", "delete"])
  func `a shim's short-lived helpers do not count`(action: String) throws {
    let node = try FakeNode()
    try node.shim(60, b, action: action)
    #expect(orphans(node, [a]) == [])
  }

  @Test func `a process that has just started does not count`() throws {
    let node = try FakeNode()
    try node.shim(60, b, startTime: 999_500)
    try node.shim(61, c, startTime: 998_900)
    #expect(orphans(node, [a])?.map(\.id) == [c])
    // A process that is older than the daemon does not belong to an object that is being created now.
    var snapshot = node.snapshot([sandbox(a)], containers: [])
    snapshot.daemon.startTime = 999_600
    #expect(node.observed(snapshot, includesNode: true).observed?.orphans?.value?.map(\.id) == [c, b])
  }

  @Test func `a dead shim does not count`() throws {
    let node = try FakeNode()
    try node.shim(60, b, state: "Z")
    #expect(orphans(node, []) == [])
  }

  @Test func `conmons of CRI-O's containers count; those of Podman and of exec sessions do not`() throws {
    let node = try FakeNode()
    try node.conmon(70, a)
    try node.conmon(71, b)
    try node.process(72, "main", parent: 71)
    try node.conmon(73, c, exits: "/run/libpod/exits")
    try node.conmon(74, c, isExec: true)
    let orphan = Orphan(kind: .conmon, id: b, pid: 71, startTime: 1000, processes: [72])
    #expect(orphans(node, [], [a], of: "cri-o") == [orphan])
  }

  @Test(arguments: [(false, true), (true, false)])
  func `a live container that CRI-O believes has ended is an orphan`(isRunning: Bool, isOrphan: Bool) throws {
    let node = try FakeNode()
    try node.conmon(70, a)
    try node.process(72, "main", parent: 70)
    // Its process has exited, and its conmon is about to exit.
    try node.conmon(71, b)
    let containers = [
      container(a, in: c, pid: nil, isRunning: isRunning), container(b, in: c, pid: nil, isRunning: false),
    ]
    let snapshot = node.snapshot([sandbox(c)], containers: containers, runtime: "cri-o")
    let found = node.observed(snapshot, includesNode: true).observed?.orphans
    let orphan = Orphan(kind: .conmon, id: a, pid: 70, startTime: 1000, processes: [72])
    #expect(found == .known(isOrphan ? [orphan] : []))
  }

  @Test func `CRI-O's exit directory is configurable`() throws {
    let node = try FakeNode()
    try node.conmon(70, a, exits: "/srv/exits")
    try node.conmon(71, b, exits: "/srv/exits")
    #expect(orphans(node, [], [a], of: "cri-o")?.map(\.id) == [b])
    #expect(orphans(node, [], [], of: "cri-o") == [])
  }

  /// A second CRI-O may use the default directory.
  @Test(arguments: ["/srv/exits", "/run/crio/exits", nil])
  func `the running CRI-O's exit directory decides which conmons belong to it`(configured: String?) throws {
    let node = try FakeNode()
    var paths = node.paths
    paths.root = node.directory.file("root")
    try node.write("", to: "proc/1/environ")
    try node.write(
      configured.map { "[crio.runtime]\ncontainer_exits_dir = \"\($0)\"\n" } ?? "[crio]\n",
      to: "root/etc/crio/crio.conf")
    try node.conmon(70, a, exits: "/srv/exits")
    try node.conmon(71, b, exits: "/var/run/crio/exits")
    var snapshot = node.snapshot([sandbox(c)], runtime: "cri-o")
    NodeObserver(paths: paths).addObservations(to: &snapshot, askedAt: 100_000, configuration: nil)
    #expect(snapshot.observed?.orphans?.value?.map(\.id) == [configured == "/srv/exits" ? a : b])
  }

  @Test func `a conmon whose exit directory is another directory belongs to another CRI-O`() throws {
    let node = try FakeNode()
    var paths = node.paths
    paths.root = node.directory.file("root")
    try node.conmon(70, a)
    try node.conmon(71, b)
    for root in ["root", "proc/70/root", "proc/71/root"] {
      try node.makeDirectory("\(root)/run/crio/exits")
      try node.makeDirectory("\(root)/var")
      try FileManager.default.createSymbolicLink(
        atPath: node.directory.file("\(root)/var/run"), withDestinationPath: "/run")
    }
    try node.remove("proc/70/root")
    try node.link("proc/70/root", to: "root")
    var snapshot = node.snapshot([sandbox(c)], runtime: "cri-o")
    NodeObserver(paths: paths).addObservations(to: &snapshot, askedAt: 100_000, configuration: nil)
    #expect(snapshot.observed?.orphans?.value?.map(\.id) == [a])
  }

  @Test(arguments: [("host", true), ("inner", false)])
  func `a process in another PID namespace belongs to another node`(namespace: String, isOrphan: Bool) throws {
    let node = try FakeNode()
    try node.shim(50, a)
    for (pid, name) in [(1, "host"), (50, namespace)] {
      try node.write("", to: "namespaces/\(name)")
      try node.link("proc/\(pid)/ns/pid", to: "namespaces/\(name)")
    }
    #expect(orphans(node, [])?.map(\.id) == (isOrphan ? [a] : []))
  }

  /// A node may have both runtimes, and each has its own processes.
  @Test func `a process counts only for the runtime that starts such processes`() throws {
    let node = try FakeNode()
    try node.shim(50, a)
    try node.conmon(60, b)
    try node.process(61, "main", parent: 60)
    try node.shim(70, c)
    #expect(orphans(node, [a])?.map(\.id) == [c])
    #expect(orphans(node, [a], of: "cri-o")?.map(\.id) == [b])
  }

  @Test func `a v1 shim is identified by its work directory`() throws {
    let node = try FakeNode()
    try node.process(
      60, "containerd-shim", parent: 1,
      arguments: [
        "containerd-shim", "-namespace", "k8s.io", "-workdir",
        "/var/lib/containerd/io.containerd.runtime.v1.linux/k8s.io/\(b)", "-address=/run/containerd/containerd.sock",
        "-debug",
      ])
    #expect(orphans(node, [a])?.map(\.id) == [b])
  }

  @Test func `an object that is listed but unreadable is not an orphan`() throws {
    let node = try FakeNode()
    try node.shim(60, b)
    var snapshot = node.snapshot()
    snapshot.unchecked = [Unchecked.details(ObjectName(.pod, id: b), "")]
    #expect(node.observed(snapshot, includesNode: true).observed?.orphans == .known([]))
  }
}
