import CRIState
import TestSupport
import Testing

@testable import CRIGroundTruth

/// What CNI's plugins would find wrong with a pod's network.
@Suite struct CNICheckTests {
  struct Case: Sendable, CustomStringConvertible {
    let description: String
    var fault: String?
    var plugin = "bridge"
    var version = "0.4.0"
    var isOff = false
    var change: @Sendable (inout [InterfaceTruth], inout [InterfaceTruth]) -> Void = { _, _ in }
  }

  static let cases: [Case] = [
    Case(description: "all is as it was made"),
    Case(description: "the pod's interface is gone", fault: "there is no eth0 in the pod any more") { inside, _ in
      inside.removeAll { $0.name == "eth0" }
    },
    Case(description: "its address is gone", fault: "eth0 has no 10.1.0.2 any more") { inside, _ in
      inside[1].addresses = []
    },
    Case(
      description: "its hardware address is another",
      fault: "eth0 has the address 02:00:00:00:00:09, it was made with 02:00:00:00:00:03"
    ) { inside, _ in inside[1].mac = "02:00:00:00:00:09" },
    Case(
      description: "the bridge took another port's address",
      fault: "br0 has the address 02:00:00:00:00:09, it was made with 02:00:00:00:00:01"
    ) { _, outside in outside[0].mac = "02:00:00:00:00:09" },
    Case(description: "the other end is gone", fault: "there is no veth1 on the node any more") { _, outside in
      outside.removeAll { $0.name == "veth1" }
    },
    Case(description: "one that does not look at the node's side", plugin: "ptp") { _, outside in outside = [] },
    Case(description: "one that does look at the pod's", fault: "there is no eth0 in the pod any more", plugin: "ptp") {
      inside, _ in inside = []
    },
    Case(description: "another interface of the pod's", plugin: "macvlan") { inside, _ in inside[0].mac = "x" },
  ]

  static let unasked: [Case] = [
    Case(description: "another project's plugin", plugin: "calico") { inside, _ in inside = [] },
    Case(description: "before plugins could be asked", version: "0.3.1") { inside, _ in inside = [] },
    Case(description: "told not to ask", isOff: true) { inside, _ in inside = [] },
  ]

  private static let interfaces = """
    [{"name": "br0", "mac": "02:00:00:00:00:01"}, {"name": "veth1", "mac": "02:00:00:00:00:02"},
    {"name": "eth0", "mac": "02:00:00:00:00:03", "sandbox": "/run/netns/x"}]
    """

  private func entry(_ a: Case) throws -> CNICache.Entry {
    let id = FakeNode.id("a")
    let node = try FakeNode()
    try node.cache(
      id, ["10.1.0.2/24"], plugin: a.plugin, version: a.version, isOff: a.isOff, interfaces: Self.interfaces)
    let cache = CNICache(folder: node.directory.file("cni/results"), ids: [id])
    return try #require(cache.entries(of: id).value?.first)
  }

  @Test(arguments: cases) func `compared with what was made`(_ a: Case) throws {
    let address = try #require(IPAddress("10.1.0.2"))
    var inside = [
      InterfaceTruth(name: "lo", index: 1),
      InterfaceTruth(
        name: "eth0", index: 2, mac: "02:00:00:00:00:03", addresses: [InterfaceAddress(address, prefixLength: 24)]),
    ]
    var outside = [
      InterfaceTruth(name: "br0", index: 3, mac: "02:00:00:00:00:01"),
      InterfaceTruth(name: "veth1", index: 4, mac: "02:00:00:00:00:02"),
    ]
    a.change(&inside, &outside)
    let entry = try entry(a)
    #expect(entry.hasCheck)
    #expect(CNICheck.fault(entry, inside, outside) == a.fault)
  }

  @Test(arguments: unasked) func `nothing is claimed of what is not asked`(_ a: Case) throws {
    let id = FakeNode.id("a")
    let node = try FakeNode()
    try node.cache(
      id, ["10.1.0.2/24"], plugin: a.plugin, version: a.version, isOff: a.isOff, interfaces: Self.interfaces)
    let pods = node.snapshot([sandbox(id, ip: "10.1.0.2", namespace: "/proc/self/ns/net")], pid: nil)
    #expect(CNICheck(places: node.places).faults(of: pods) == .read([:]))
  }

  @Test(.enabled(if: RealNamespace.isPossible, "needs root, unshare, nsenter and ip"))
  func `a real namespace`() throws {
    let id = FakeNode.id("a")
    let node = try FakeNode()
    let real = try RealNamespace(node.directory.file("netns"))
    defer { real.end() }
    try node.cache(id, ["10.1.0.2/24"], plugin: "ptp", interfaces: Self.interfaces)
    let pods = node.snapshot([sandbox(id, ip: "10.1.0.2", namespace: real.path)], pid: nil)
    var check = CNICheck(places: node.places)
    check.places.proc = "/proc"
    #expect(check.faults(of: pods) == .read([id: "there is no eth0 in the pod any more"]))
    try real.run("ip link add eth0 type veth peer name peer0")
    try real.run("ip link set eth0 address 02:00:00:00:00:03")
    try real.run("ip addr add 10.1.0.2/24 dev eth0")
    #expect(check.faults(of: pods) == .read([:]))
  }
}
