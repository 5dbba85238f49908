import CRIJSON
import CRIPreflight
import CRISnapshot
import TestSupport
import Testing

@testable import CRINode

/// The findings about a pod's network from CNI plugins, which are called as libcni calls them.
@Suite struct CNICheckTests {
  enum Outcome: Sendable {
    case good
    /// A substring of the fault's text.
    case fault(String)
    case unknown(String)
  }

  struct Case: Sendable, CustomStringConvertible {
    let description: String
    let outcome: Outcome
    var network = ""
    let change: @Sendable (CNINode, inout [ObservedInterface]) throws -> Void

    init(
      _ description: String, _ outcome: Outcome, network: String = "",
      _ change: @escaping @Sendable (CNINode, inout [ObservedInterface]) throws -> Void
    ) {
      self.description = description
      self.outcome = outcome
      self.network = network
      self.change = change
    }
  }

  static let file = "cni/results/pods-\(CNINode.id)-eth0"

  static let cases: [Case] = [
    Case("all is well", .good) { _, _ in },
    Case("a plugin reports a fault", .fault("the CNI plugin second failed: no route; ask the router")) { node, _ in
      try node.plugin("second", #"printf %s '{"code": 9, "msg": "no\nroute", "details": "ask the router"}'; exit 1"#)
    },
    Case("a plugin fails without an error message", .fault("the CNI plugin first exited with 3")) { node, _ in
      try node.plugin("first", "echo not json; exit 3")
    },
    Case("a signal kills a plugin", .fault("the CNI plugin first was killed by signal 9")) { node, _ in
      try node.plugin("first", "kill -KILL $$")
    },
    Case("a plugin that does not read a large configuration", .good) { node, _ in
      try node.plugin("first", "exit 0")
      let large = String(repeating: "x", count: 200_000)
      try node.cache(CNINode.list(plugins: #"{"type": "first", "x": "\#(large)"}"#))
    },
    Case("a plugin that only the pod's cached configuration names is missing", .fault("plugin third is not in")) {
      node, _ in
      try node.cache(CNINode.list(plugins: #"{"type": "third"}"#))
    },
    Case("a plugin that is not executable", .fault("Permission denied")) { node, _ in
      try node.node.write("x", to: "bin/third")
      try node.permit(0o644, "bin/third")
      try node.cache(CNINode.list(plugins: #"{"type": "third"}"#))
    },
    Case("a plugin's name is a path outside of the plugin directory", .fault("plugin ../bin/first is not in")) {
      node, _ in
      try node.cache(CNINode.list(plugins: #"{"type": "../bin/first"}"#))
    },
    Case("a plugin is in two directories, and the first one is used", .fault("exited with 4")) { node, _ in
      try node.plugin("second", "exit 4", directory: "other")
    },
    Case("a plugin that takes too long", .unknown("the CNI plugin first did not respond in time")) { node, _ in
      try node.plugin("first", "exec sleep 1000")
    },

    Case("the cache has no entry", .fault("no result from network pods")) { node, _ in try node.node.remove(file) },
    Case("the cache has only an entry for a different network", .fault("no result from network new")) { node, _ in
      try node.configure("10-pods.conflist", CNINode.list("new"))
    },
    Case("a configuration of another network comes first by name", .fault("no result from network new")) { node, _ in
      try node.configure("00-new.conf", #"{"name": "new", "cniVersion": "0.4.0", "type": "first"}"#)
    },
    Case("a different configuration comes first, but CRI-O's configuration names the network", .good, network: "pods") {
      node, _ in
      try node.configure("00-new.conf", #"{"name": "new", "cniVersion": "0.4.0", "type": "first"}"#)
    },
    Case("the configured network is only in the cache", .good, network: "pods") { node, _ in
      try node.node.remove("conf/10-pods.conflist")
    },
    Case("the configured network does not exist", .fault("no usable CNI configuration for network new"), network: "new")
    {
      _, _ in
    },
    Case("garbage in the cache", .fault("the CNI cache is damaged")) { node, _ in
      try node.node.write("garbage", to: file)
    },
    Case("an empty file in the cache", .fault("the CNI cache is damaged")) { node, _ in
      try node.node.write("", to: file)
    },
    Case("a cache entry of a different kind", .unknown("is not in the format of libcni")) { node, _ in
      try node.cache(CNINode.list(), kind: "x")
    },
    Case("no address in the cache", .fault("no address")) { node, _ in
      try node.cache(CNINode.list(), result: #"{"cniVersion": "0.4.0"}"#)
    },
    Case("no configuration in the cache, so the one on disk is used", .good) { node, _ in try node.cache(nil) },
    Case("no configuration in the cache, and a fault", .fault("exited with 4")) { node, _ in
      try node.cache(nil)
      try node.plugin("second", "exit 4")
    },
    Case("a result in a format older than 0.3.0", .unknown("result of version \"0.2.0\"")) { node, _ in
      try node.cache(CNINode.list(), result: #"{"cniVersion": "0.2.0", "ip4": {"ip": "10.1.0.2/24"}}"#)
    },

    Case("a CNI version without CHECK", .good) { node, _ in
      try node.cache(CNINode.list(version: "0.3.1"))
      try node.plugin("first", "exit 1")
    },
    Case("disableCheck is true", .good) { node, _ in
      try node.cache(CNINode.list(more: #", "disableCheck": true"#))
      try node.plugin("first", "exit 1")
    },
    Case("disableCheck is the string true", .good) { node, _ in
      try node.cache(CNINode.list(more: #", "disableCheck": "True""#))
      try node.plugin("first", "exit 1")
    },
    Case("disableCheck is false", .fault("exited with 1")) { node, _ in
      try node.cache(CNINode.list(more: #", "disableCheck": false"#))
      try node.plugin("first", "exit 1")
    },
    Case("several CNI versions, of which the newest known one has CHECK", .fault("exited with 1")) { node, _ in
      try node.cache(CNINode.list(version: "0.3.1", more: #", "cniVersions": ["0.3.1", "1.0.0", "9.0.0"]"#))
      try node.plugin("first", "exit 1")
    },
    Case("a CNI version without CHECK and no cache entry, so the pod's interface is checked", .good) { node, _ in
      try node.configure("10-pods.conflist", CNINode.list(version: "0.3.1"))
      try node.node.remove(file)
    },
    Case("a CNI version without CHECK, no cache entry and no address", .fault("no result from network pods")) {
      try $0.configure("10-pods.conflist", CNINode.list(version: "0.3.1"))
      try $0.node.remove(file)
      $1.removeAll { $0.name == "eth0" }
    },
    Case("the loopback interface is down", .fault("lo is down in the pod")) { _, interfaces in
      interfaces[0].isUp = false
    },
  ]

  @Test(arguments: cases) func `plugins are called as libcni calls them`(_ a: Case) throws {
    let node = try CNINode()
    let address = try #require(IPAddress("10.1.0.2"))
    var interfaces = [
      ObservedInterface(name: "lo", index: 1),
      ObservedInterface(name: "eth0", index: 2, addresses: [InterfaceAddress(address, prefixLength: 24)]),
    ]
    try a.change(node, &interfaces)
    var plugins = node.plugins()
    if case .unknown = a.outcome { plugins = node.plugins(timeout: .milliseconds(300)) }
    let found = try node.found(interfaces, network: a.network, plugins: plugins)
    switch a.outcome {
    case .good: #expect(found == NetworkCheck())
    case .fault(let words):
      #expect(found.faults[CNINode.id]?.text.contains(words) == true, "\(found)")
      #expect(found.unknown.isEmpty)
    case .unknown(let words):
      #expect(found.faults.isEmpty)
      #expect(found.unknown.count == 1 && found.unknown[0].text.contains(words), "\(found)")
    }
  }

  @Test func `a plugin gets the input that libcni gives it`() throws {
    let node = try CNINode()
    try node.cache(
      CNINode.list(), result: CNINode.result.replacing("0.4.0", with: "1.0.0").replacing(#""version": "4", "#, with: "")
    )
    #expect(try node.found([ObservedInterface(name: "lo", index: 1)]) == NetworkCheck())
    let input = try JSON.parse(try node.text("bin/first.input"))
    #expect(
      input.sortedKeys()
        == (try JSON.parse(
          #"""
          {"type": "first", "capabilities": {"given": true, "off": false, "absent": true}, "own": [1], "name": "pods",
          "cniVersion": "0.4.0", "prevResult": \#(CNINode.result), "runtimeConfig": {"given": {"a": 1}}}
          """#)).sortedKeys())
    let environment = Set(try node.text("bin/first.environment").split(separator: "\n").map(String.init))
    let directories = node.check.pluginDirectories.joined(separator: ":")
    #expect(
      environment.isSuperset(of: [
        "CNI_COMMAND=CHECK", "CNI_CONTAINERID=\(CNINode.id)", "CNI_NETNS=/run/netns/a", "CNI_IFNAME=eth0",
        "CNI_ARGS=IgnoreUnknown=1;K8S_POD_NAME=web", "CNI_PATH=\(directories)", "PATH=/usr/bin:/bin", "X=y",
      ]))
  }

  @Test func `a pod whose plugin was not called in time is unchecked`() throws {
    let node = try CNINode()
    let attachment = try CNIAttachment(Array(try node.text(Self.file).utf8), Self.file)
    #expect(throws: CNIFailure.unknown(UnknownReason(.cniTooSlow))) {
      try node.plugins(limit: .zero).check(
        try #require(attachment.network), attachment, id: CNINode.id, namespace: "/x", interface: "eth0")
    }
  }
}
