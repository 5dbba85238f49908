import CRIPreflight
import CRISnapshot
import TestSupport
import Testing

@testable import CRINode

/// The network that CRI-O chooses, and the cases in which its plugins cannot be called.
@Suite struct CNINetworkTests {
  struct Case: Sendable, CustomStringConvertible {
    let description: String
    /// The name of the chosen network; nil if no network is valid.
    let taken: String?
    var words = ""
    let change: @Sendable (CNINode) throws -> Void
  }

  static let cases: [Case] = [
    Case(description: "the only one", taken: "pods") { _ in },
    Case(description: "the first by name", taken: "a") { node in
      try node.configure("20-b.conflist", CNINode.list("b"))
      try node.configure("05-a.conflist", CNINode.list("a"))
    },
    Case(description: "entries that are not configuration files", taken: "pods") { node in
      try node.configure("05-a.conflist.bak", CNINode.list("a"))
      try node.node.makeDirectory("conf/00-folder.conf")
    },
    Case(description: "the first configurations are invalid", taken: "pods") { node in
      try node.configure("05-a.conflist", "{")
      try node.configure("06-a.conf", #"{"name": "a"}"#)
      try node.configure("07-a.conflist", #"{"name": "a", "plugins": []}"#)
      try node.configure("08-a.conflist", #"{"plugins": [{"type": "first"}]}"#)
      try node.configure("09-a.conflist", #"{"name": "a", "plugins": [{"x": "first"}]}"#)
    },
    Case(description: "the first network's plugin is missing", taken: "pods") { node in
      try node.configure("05-a.conflist", CNINode.list("a", plugins: #"{"type": "first"}, {"type": "third"}"#))
    },
    Case(description: "a plugin of the first network does not support its version", taken: "pods") { node in
      try node.plugin("third", "exit 0", versions: #""1.0.0""#)
      try node.configure("05-a.conflist", CNINode.list("a", plugins: #"{"type": "third"}"#))
    },
    Case(description: "a single plugin", taken: "a") { node in
      try node.configure("05-a.conf", #"{"name": "a", "cniVersion": "0.4.0", "type": "first"}"#)
    },
    Case(description: "a single plugin without a name", taken: "05-a.conf") { node in
      try node.configure("05-a.conf", #"{"cniVersion": "0.4.0", "type": "first"}"#)
    },
    Case(description: "plugin configurations in a subdirectory", taken: "a") { node in
      try node.configure("05-a.conflist", #"{"name": "a", "cniVersion": "0.4.0"}"#)
      try node.configure("a/1.conf", #"{"type": "first"}"#)
    },
    Case(description: "no configuration directory", taken: nil, words: "no usable CNI configuration in ") { node in
      try node.node.remove("conf")
    },
    Case(description: "the only network's plugin is missing", taken: nil, words: "plugin first is not in") { node in
      try node.node.remove("bin/first")
    },
  ]

  @Test(arguments: cases) func `the network is chosen in the same way as by CRI-O`(_ a: Case) throws {
    let node = try CNINode()
    try a.change(node)
    switch node.check.choose(node.plugins()) {
    case .success(let network): #expect(network.name == a.taken)
    case .failure(.fault(let fault)): #expect(a.taken == nil && fault.text.contains(a.words), "\(fault)")
    case .failure(let other): Issue.record("\(other)")
    }
  }

  @Test func `plugins are not called if CRI-O has a different root directory or is not trusted`() async throws {
    let node = try CNINode()
    try node.plugin("first", "exit 1")
    let pods = [sandbox(CNINode.id, ip: "10.1.0.2", namespace: "/proc/self/ns/net")]
    func unknown(_ pid: Int32?, root: String = "") async -> [UnknownReason.Code] {
      var check = node.check
      check.paths.root = root
      let found = await check.run(node.node.snapshot(pods, pid: pid))
      #expect(found.faults.isEmpty)
      return found.unknown.map(\.code)
    }
    #expect(await unknown(nil) == [.daemonNotVisible])
    // The environment of process 1 cannot be read.
    #expect(await unknown(1) == [.cniEnvironment])
    try node.node.write("PATH=/usr/bin:/bin\0", to: "proc/1/environ")
    #expect(await unknown(1, root: "/mnt") == [.cniElsewhere])
    try node.node.process(1, "init", parent: 0, user: 64_001)
    #expect(await unknown(1) == [.daemonNotTrusted])
    try node.node.process(1, "init", parent: 0)
    try node.node.link("proc/1/ns/net", to: "conf")
    try node.node.link("proc/self/ns/net", to: "bin")
    #expect(await unknown(1) == [.cniElsewhere])
    #expect(await node.check.run(node.node.snapshot([], pid: nil)) == NetworkCheck())
  }

  @Test(.enabled(if: RealNamespace.isPossible, "needs root, unshare, nsenter and ip"))
  func `more pods than are checked concurrently are all checked in real namespaces`() async throws {
    let node = try CNINode()
    let real = try RealNamespace(node.node.directory.file("netns"))
    defer { real.end() }
    try node.node.write("PATH=/usr/bin:/bin\0", to: "proc/1/environ")
    let text = try node.text(CNICheckTests.file)
    let ids = "0123456789abcdef".map(FakeNode.id)
    for id in ids { try node.node.write(text, to: "cni/results/pods-\(id)-eth0") }
    let pods = node.node.snapshot(ids.map { sandbox($0, ip: "10.1.0.2", namespace: real.path) })
    let down = await node.check.run(pods)
    #expect(Set(down.faults.keys) == Set(ids) && Set(down.faults.values) == [.loopbackDown])
    try real.run("ip link set lo up")
    try node.plugin("second", "case $CNI_CONTAINERID in 7*) exit 5;; 9*) sleep 1000;; esac")
    var check = node.check
    check.timeout = .seconds(2)
    let found = await check.run(pods)
    #expect(found.faults == [FakeNode.id("7"): .pluginExited("second", code: 5)])
    #expect(found.unknown == [UnknownReason(.cniPluginTimedOut, path: "second")])
  }
}
