import CRISnapshot
import TestSupport
import Testing

/// CNI's records for each pod.
@Suite struct CNITests {
  private let a = FakeNode.id("a")
  private let b = FakeNode.id("b")

  private func observed(_ node: FakeNode, _ records: SandboxRecord...) -> [ObservedSandbox] {
    node.observed(node.snapshot(records)).sandboxes.compactMap(\.observed)
  }

  @Test func `a result and its leases are read`() throws {
    let node = try FakeNode()
    try node.cache(a, ["10.1.0.2/24", "fd00::2/64"])
    try node.cache(a, ["127.0.0.1/8"], network: "cni-loopback", interface: "lo")
    try node.cache(b, ["10.1.0.3/24"])
    try node.lease("10.1.0.2", a)
    try node.lease("fd00::2", a)
    try node.lease("10.1.0.3", b)
    try node.write("10.1.0.3", to: "cni/networks/pods/last_reserved_ip.0")
    try node.write("", to: "cni/networks/pods/lock")
    let observed = observed(
      node, sandbox(a), sandbox(b), sandbox(FakeNode.id("c")), sandbox(FakeNode.id("d"), isHost: true))
    #expect(
      observed[0].cache
        == .known([
          CNICacheEntry(
            network: "pods", interface: "eth0", addresses: ["10.1.0.2", "fd00::2"], ipam: "host-local")
        ]))
    #expect(
      observed[0].leases
        == .known([
          HostLocalLease(network: "pods", address: "10.1.0.2", owner: a, interface: "eth0"),
          HostLocalLease(network: "pods", address: "fd00::2", owner: a, interface: "eth0"),
        ]))
    #expect(observed[1].cache?.value?.map(\.addresses) == [["10.1.0.3"]])
    // For a pod without a result, the cache is known to be empty; for a pod on the host's network, no cache is read.
    #expect(observed[2].cache == .known([]) && observed[2].leases == nil)
    #expect(observed[3].cache == nil && observed[3].leases == nil)
  }

  @Test func `networks and interfaces may contain hyphens`() throws {
    let node = try FakeNode()
    try node.cache(a, ["10.1.0.2/24"], network: "my-net-1", interface: "net-1")
    try node.cache(a, ["10.2.0.2/24"], network: "x", interface: "eth0", ipam: "calico-ipam")
    let entries = try #require(observed(node, sandbox(a))[0].cache?.value)
    #expect(entries.map(\.network) == ["my-net-1", "x"])
    #expect(entries.map(\.interface) == ["net-1", "eth0"])
    #expect(entries.map(\.ipam) == ["host-local", "calico-ipam"])
  }

  @Test func `old forms of the cache are read`() throws {
    let node = try FakeNode()
    try node.write(
      #"{"cniVersion": "0.3.1", "ips": [{"version": "4", "address": "10.1.0.2/24"}]}"#,
      to: "cni/results/my-net-\(a)-eth0")
    try node.write(
      #"{"cniVersion": "0.2.0", "ip4": {"ip": "10.1.0.3/24"}, "ip6": {"ip": "fd00::3/64"}}"#,
      to: "cni/results/net-\(b)-eth0")
    let observed = observed(node, sandbox(a), sandbox(b))
    #expect(observed[0].cache == .known([CNICacheEntry(network: "my-net", interface: "eth0", addresses: ["10.1.0.2"])]))
    #expect(observed[1].cache?.value?[0].addresses == ["10.1.0.3", "fd00::3"])
  }

  @Test(arguments: ["", "{", "[]", "\u{0}"])
  func `a damaged result is unknown for its pod only`(text: String) throws {
    let node = try FakeNode()
    try node.write(text, to: "cni/results/net-\(a)-eth0")
    try node.cache(b, ["10.1.0.3/24"])
    let observed = observed(node, sandbox(a), sandbox(b))
    #expect(observed[0].cache?.reason != nil)
    #expect(observed[1].cache?.value?.count == 1)
  }

  @Test func `a missing directory makes everything unknown`() throws {
    let node = try FakeNode()
    try node.remove("cni")
    let observed = node.observed(node.snapshot([sandbox(a), sandbox(b)]))
    #expect(observed.sandboxes[0].observed?.cache?.reason?.errno == 2)
    #expect(observed.sandboxes[0].observed?.leases == nil)
    #expect(observed.unchecked.count { $0.subjectText == "CNI results of pods" } == 1)
    #expect(
      observed.unchecked.first { $0.subjectText == "CNI results of pods" }?.reasonText.hasSuffix("(2 times)") == true)
  }

  @Test func `leases are read from the network's own directory`() throws {
    let node = try FakeNode()
    try node.cache(a, ["10.1.0.2/24"], leases: node.directory.file("ipam"))
    try node.lease("10.1.0.2", b, in: "ipam")
    try node.cache(b, ["10.9.0.2/24"], network: "other", leases: node.directory.file("nowhere"))
    let observed = observed(node, sandbox(a), sandbox(b))
    #expect(observed[0].leases?.value?.map(\.owner) == [b])
    #expect(observed[1].leases?.reason?.errno == 2)
  }

  @Test func `a pod's leases are read once, however often it is attached to their network`() throws {
    let node = try FakeNode()
    try node.cache(a, ["10.1.0.2/24"])
    try node.cache(a, ["10.1.0.3/24"], interface: "net1")
    for address in ["10.1.0.2", "10.1.0.3"] { try node.lease(address, a) }
    let leases = observed(node, sandbox(a))[0].leases?.value
    #expect(leases?.map(\.address) == ["10.1.0.2", "10.1.0.3"])
  }

  @Test func `host-local's leases are found behind another plugin, and without the cache`() throws {
    let node = try FakeNode()
    try node.cache(a, ["10.1.0.2/24"], network: "cbr0", ipam: nil)
    try node.lease("10.1.0.2", a, network: "cbr0")
    try node.lease("10.1.0.3", b, network: "cbr0")
    try node.lease("10.7.0.1", "somebody", network: "old")
    let observed = observed(
      node, sandbox(a, ip: "10.1.0.2"), sandbox(b, ip: "10.1.0.3"), sandbox(FakeNode.id("c"), ip: "10.7.0.1"))
    #expect(observed[0].leases?.value?.map(\.address) == ["10.1.0.2"])
    #expect(observed[1].leases?.value?.map(\.address) == ["10.1.0.3"])
    // A lease in another plugin's network says nothing about this pod.
    #expect(observed[2].leases == nil)
  }
}
