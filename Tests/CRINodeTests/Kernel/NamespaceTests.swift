import CRINode
import CRISnapshot
import CRISystem
import Foundation
import TestSupport
import Testing

/// Reading network namespaces.
@Suite struct NamespaceTests {
  private let a = FakeNode.id("a")

  @Test func `a path that is not a namespace is reported as such`() throws {
    let node = try FakeNode()
    try node.write("", to: "left")
    let records = ["nowhere", "left", "left/below"].map {
      sandbox(FakeNode.id("a"), namespace: node.directory.file($0))
    }
    let observed = node.observed(node.snapshot(records)).sandboxes.compactMap(\.observed)
    #expect(observed.map(\.namespace) == [.known(.missing), .known(.notANamespace), .known(.missing)])
    #expect(observed.map(\.interfaces) == [nil, nil, nil])
    #expect(
      node.observed(node.snapshot([sandbox(a), sandbox(a, namespace: "/x", isHost: true)])).sandboxes.map(
        \.observed?.namespace) == [nil, nil])
  }

  @Test func `a path in an invisible directory is unknown`() throws {
    let node = try FakeNode()
    let path = node.directory.file("run/netns/cni-1")
    func read() -> ObservedSandbox? {
      node.observed(node.snapshot([sandbox(a, namespace: path)])).sandboxes[0].observed
    }
    #expect(read()?.namespace?.reason?.errno == ENOENT)
    #expect(read()?.interfaces?.reason?.errno == ENOENT)
    try node.makeDirectory("run/netns")
    #expect(read()?.namespace == .known(.missing))
    try node.remove("run")
    // The daemon has the same root as we do, so the path is known to be missing.
    try node.makeDirectory("proc/1")
    try FileManager.default.createSymbolicLink(
      atPath: node.directory.file("proc/1/root"), withDestinationPath: "/")
    #expect(read()?.namespace == .known(.missing))
  }

  @Test func `paths are resolved in the daemon's own root directory`() throws {
    let node = try FakeNode()
    try node.write("", to: "root/run/netns/cni-1")
    try node.link("proc/1/root", to: "root")
    try node.link("root/var/run", to: "nowhere")
    for (path, state) in [
      ("/run/netns/cni-1", ObservedNamespace.notANamespace), ("/var/run/netns/cni-1", .notANamespace),
      ("/cni-2", .missing),
    ] {
      let observed = node.observed(node.snapshot([sandbox(a, namespace: path)])).sandboxes[0].observed
      #expect(observed?.namespace == .known(state), "\(path)")
    }
  }

  @Test func `a pipe in place of a namespace does not block`() throws {
    let node = try FakeNode()
    #expect(mkfifo(node.directory.file("pipe"), 0o600) == 0)
    let observed = node.observed(node.snapshot([sandbox(a, namespace: node.directory.file("pipe"))]))
    #expect(observed.sandboxes[0].observed?.namespace == .known(.notANamespace))
  }

  @Test func `without root, only the existence of a namespace is known`() throws {
    let node = try FakeNode()
    let observed = node.observed(node.snapshot([sandbox(a, namespace: "/proc/self/ns/net")]))
    let own = try FileIdentity.read("/proc/self/ns/net")
    #expect(
      observed.sandboxes[0].observed?.namespace
        == .known(.alive(NamespaceID(device: own.device, inode: own.inode))))
    if geteuid() == 0 {
      #expect(observed.sandboxes[0].observed?.interfaces?.value?.contains { $0.name == "lo" } == true)
    } else {
      #expect(observed.sandboxes[0].observed?.interfaces?.reason?.errno == EPERM)
      #expect(observed.unchecked.contains { $0.subjectText == "interfaces of pods" })
    }
  }

  @Test(.enabled(if: RealNamespace.isPossible, "needs root, unshare, nsenter and ip"))
  func `the interfaces in a namespace are read`() async throws {
    let node = try FakeNode()
    let real = try RealNamespace(node.directory.file("netns"))
    defer { real.end() }
    try real.run("ip link set lo up")
    try real.run("ip link add eth0 type veth peer name peer0")
    try real.run("ip link set eth0 address 02:00:00:00:00:07 up")
    try real.run("ip addr add 10.11.12.13/20 dev eth0")
    let own = try FileIdentity.read("/proc/self/ns/net")
    let path = real.path
    func read() throws -> [ObservedInterface] {
      let observed = node.observed(node.snapshot([sandbox(a, namespace: path)])).sandboxes[0].observed
      guard case .known(.alive(let id)) = observed?.namespace else { throw Failed(reason: "not alive") }
      let identity = try FileIdentity.read(path)
      #expect(id == NamespaceID(device: identity.device, inode: identity.inode))
      #expect(identity != own)
      guard let interfaces = observed?.interfaces?.value else {
        throw Failed(reason: "\(String(describing: observed))")
      }
      return interfaces
    }
    let before = try #require(try read().first { $0.name == "eth0" })
    #expect(before.mac == "02:00:00:00:00:07")
    #expect(before.isUp && !before.hasCarrier)
    #expect(before.addresses.map(\.description).contains("10.11.12.13/20"))
    try real.run("ip link set peer0 up")
    let after = try #require(try read().first { $0.name == "eth0" })
    #expect(after.hasCarrier)
    #expect(after.index > 1)
    #expect(try read().first { $0.name == "lo" }?.addresses.map(\.description).contains("127.0.0.1/8") == true)
    try real.run("ip link del eth0")
    #expect(try read().map(\.name) == ["lo"])
    // After the reading thread has ended, none of our threads is in a different namespace.
    let isHome = await eventually {
      let threads = (try? Directory.names(at: "/proc/self/task")) ?? []
      // A thread that has just ended has no namespace.
      return threads.compactMap { FileIdentity(of: "/proc/self/task/\($0)/ns/net") }.allSatisfy { $0 == own }
    }
    #expect(isHome)
  }

  @Test func `a namespace that is not read in time is unknown`() throws {
    let node = try FakeNode()
    var snapshot = node.snapshot([
      sandbox(a, namespace: "/proc/self/ns/net"), sandbox(FakeNode.id("b"), namespace: "/tmp/no-such-namespace"),
    ])
    NodeObserver(paths: node.paths, timeLimit: .zero, includesNode: false)
      .addObservations(to: &snapshot, askedAt: 0, configuration: nil)
    // The thread may have been fast. A known result must be correct, and an unknown one must have a reason.
    for sandbox in snapshot.sandboxes {
      #expect(sandbox.observed?.namespace?.value != nil || sandbox.observed?.namespace?.reason?.errno == ETIMEDOUT)
    }
  }
}

struct Failed: Error { var reason: String }

/// A network namespace that is mounted on a file, as CNI does.
struct RealNamespace {
  let path: String

  static var isPossible: Bool {
    geteuid() == 0
      && ["unshare", "nsenter", "ip"].allSatisfy { (try? shell("command -v \($0)")) == 0 }
      && (try? shell("unshare --net true")) == 0
  }

  init(_ path: String) throws {
    self.path = path
    try Data().write(to: URL(filePath: path))
    guard try Self.shell("unshare --net='\(path)' true") == 0 else { throw Failed(reason: "unshare") }
  }

  func run(_ command: String) throws {
    guard try Self.shell("nsenter --net='\(path)' \(command)") == 0 else { throw Failed(reason: command) }
  }

  func end() { _ = try? Self.shell("umount '\(path)'") }

  static func shell(_ command: String) throws -> Int32 {
    let (ending, _) = try ChildProcess.capture(
      ["/bin/sh", "-c", command], environment: ["PATH=/usr/sbin:/usr/bin:/sbin:/bin"], timeout: .seconds(20))
    if case .exited(let code) = ending { return code }
    return -1
  }
}
