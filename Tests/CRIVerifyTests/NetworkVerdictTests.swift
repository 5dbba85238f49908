import CRIMessages
import CRISnapshot
import CRIVerify
import TestSupport
import Testing

/// All verdicts about a pod's network, each for an intact pod with one change.
@Suite struct NetworkVerdictTests {
  struct Case: Sendable, CustomTestStringConvertible {
    let testDescription: String
    let kind: NetworkVerdict.Kind
    let reason: String
    let change: @Sendable (inout SandboxRecord) -> Void

    init(
      _ description: String, _ kind: NetworkVerdict.Kind, _ reason: String = "",
      change: @escaping @Sendable (inout SandboxRecord) -> Void
    ) {
      (testDescription, self.kind, self.reason, self.change) = (description, kind, reason, change)
    }
  }

  private static let no = UnknownReason(.systemError, errno: 13, message: "Permission denied")
  private static let id = NamespaceID(device: 4, inode: 77)

  private static func interface(
    _ name: String = "eth0", _ addresses: [String] = ["10.0.0.2/24", "fd00::2/64", "fe80::1/64"], isUp: Bool = true,
    hasCarrier: Bool = true
  ) -> ObservedInterface {
    ObservedInterface(
      name: name, index: 2, isUp: isUp, hasCarrier: hasCarrier,
      addresses: addresses.compactMap { text in
        IPAddress(text).map { InterfaceAddress($0, prefixLength: 24) }
      })
  }

  private static func process(_ pid: Int32, in namespace: NamespaceID = id) -> Observation<ObservedProcess> {
    .known(.there(ObservedProcess.Facts(pid: pid, startTime: 1, parent: 1, networkNamespace: .known(namespace))))
  }

  private static func lease(_ address: String, _ owner: String = "sandbox-web", network: String = "n") -> HostLocalLease
  {
    HostLocalLease(network: network, address: address, owner: owner)
  }

  static let good: SandboxRecord = {
    var record = Snapshot.sandbox("web", "10.0.0.2", ["fd00::2"])
    record.observed = ObservedSandbox(
      namespace: .known(.alive(id)), interfaces: .known([interface("lo", ["127.0.0.1/8", "::1/128"]), interface()]),
      process: process(1001),
      cache: .known([
        CNICacheEntry(network: "n", interface: "eth0", addresses: ["10.0.0.2", "fd00::2"], ipam: "host-local")
      ]), leases: .known([lease("10.0.0.2"), lease("fd00::2")]))
    return record
  }()

  static let cases: [Case] = [
    Case("all sources agree", .ok) { _ in },
    Case("a different spelling of an address", .ok) { $0.status.network?.additionalIPs = [PodIP(ip: "FD00:0::0002")] },
    Case("no pause process", .ok) { $0.observed?.process = nil },
    Case("an additional address on the interface", .ok) {
      $0.observed?.interfaces = .known([interface("eth0", ["10.0.0.2/24", "fd00::2/64", "10.0.0.200/32"])])
    },
    Case("a bridge in the pod", .ok) {
      $0.observed?.interfaces = .known([interface(), interface("docker0", ["172.17.0.1"])])
    },
    Case("no cache", .ok, "the CNI cache lacks the pod's entry") { $0.observed?.cache = .known([]) },
    Case("the cache could not be read", .ok) { $0.observed?.cache = .unknown(no) },
    Case("the leases could not be read", .ok) { $0.observed?.leases = .unknown(no) },
    Case("no host-local", .ok) {
      $0.observed?.leases = nil
      $0.observed?.cache = .known([CNICacheEntry(network: "n", interface: "eth0", addresses: ["10.0.0.2", "fd00::2"])])
    },
    Case("host-local only for the second network", .ok) {
      $0.observed?.interfaces = .known([interface(), interface("net1", ["192.168.0.2/24"])])
      $0.observed?.cache = .known([
        CNICacheEntry(network: "n", interface: "eth0", addresses: ["10.0.0.2", "fd00::2"], ipam: "calico-ipam"),
        CNICacheEntry(network: "m", interface: "net1", addresses: ["192.168.0.2"], ipam: "host-local"),
      ])
      $0.observed?.leases = .known([lease("192.168.0.2", network: "m")])
    },
    Case("not ready", .notReady) { $0.status.state = .notReady },
    Case("not ready and lost", .notReady) {
      $0.status.state = .notReady
      $0.status.network = nil
      $0.observed = nil
    },
    Case("host network", .hostNetwork) {
      $0.status.linux?.namespaces?.options?.network = .node
      $0.status.network?.ip = ""
      $0.observed = ObservedSandbox()
    },

    Case(
      "lost, but all other sources have the addresses", .lost,
      "the network namespace, the CNI cache and host-local have 10.0.0.2, fd00::2"
    ) {
      $0.status.network = PodSandboxNetworkStatus()
    },
    Case("lost, and the response has no network", .lost) { $0.status.network = nil },
    Case("lost, and only the cache has the addresses", .lost, "the CNI cache has 10.0.0.2, fd00::2") {
      $0.status.network?.ip = ""
      $0.status.network?.additionalIPs = []
      $0.observed?.namespace = .known(.missing)
      $0.observed?.interfaces = nil
      $0.observed?.leases = nil
      $0.facts.isNetworkNamespaceClosed = false
    },
    Case("lost, and only the leases have the addresses", .lost, "host-local has 10.0.0.2, fd00::2") {
      $0.status.network = nil
      $0.observed?.interfaces = .known([])
      $0.observed?.cache = .unknown(no)
    },
    Case(
      "lost, and the interface is gone", .lost,
      "the CNI cache and host-local have 10.0.0.2, fd00::2; eth0 does not exist"
    ) {
      $0.status.network = nil
      $0.observed?.interfaces = .known([interface("lo", ["127.0.0.1/8"])])
    },
    Case(
      "lost, and the interface has no address", .lost,
      "the CNI cache and host-local have 10.0.0.2, fd00::2; eth0 has no address"
    ) {
      $0.status.network = nil
      $0.observed?.interfaces = .known([interface("eth0", ["fe80::1/64"])])
    },
    Case("lost, and the other sources could not be read", .lost, "the runtime has no address") {
      $0.status.network = nil
      $0.observed = ObservedSandbox(namespace: .unknown(no), interfaces: .unknown(no), cache: .unknown(no))
    },
    Case("lost, and no other source was read", .lost) {
      $0.status.network = nil
      $0.observed = nil
    },

    Case(
      "only the primary address is lost", .lost,
      "the runtime has no primary address; the network namespace, the CNI cache and host-local have 10.0.0.2"
    ) {
      $0.status.network?.ip = ""
    },
    Case("only the primary address is lost, and no other source was read", .lost, "the runtime has no primary address")
    {
      $0.status.network?.ip = ""
      $0.observed = nil
    },
    Case("the runtime has lost the second address", .mismatch, "the runtime does not report fd00::2") {
      $0.status.network?.additionalIPs = []
    },
    Case("the second address is lost, and only the cache and the leases have it", .mismatch, "fd00::2") {
      $0.status.network?.additionalIPs = []
      $0.observed?.interfaces = .unknown(no)
    },
    Case("only the cache has a second address, which is stale", .ok) {
      $0.status.network?.additionalIPs = []
      $0.observed?.interfaces = .known([interface("eth0", ["10.0.0.2/24"])])
      $0.observed?.leases = .known([lease("10.0.0.2")])
    },
    Case("a second network, which runtimes do not report", .ok) {
      $0.observed?.interfaces = .known([interface(), interface("net1", ["192.168.0.2/24"])])
      $0.observed?.cache = .known([
        CNICacheEntry(network: "n", interface: "eth0", addresses: ["10.0.0.2", "fd00::2"], ipam: "host-local"),
        CNICacheEntry(network: "m", interface: "net1", addresses: ["192.168.0.2"], ipam: "host-local"),
      ])
      $0.observed?.leases = .known([lease("10.0.0.2"), lease("fd00::2"), lease("192.168.0.2", network: "m")])
    },

    Case("gone, the interface of a second network", .gone, "net1 does not exist") {
      $0.observed?.cache = .known([
        CNICacheEntry(network: "n", interface: "eth0", addresses: ["10.0.0.2", "fd00::2"], ipam: "host-local"),
        CNICacheEntry(network: "m", interface: "net1", addresses: ["192.168.0.2"]),
      ])
    },
    Case("gone, the address of a second network", .gone, "net1 does not have 192.168.0.2, which CNI assigned to it") {
      $0.observed?.interfaces = .known([interface(), interface("net1", ["192.168.0.9/24"])])
      $0.observed?.cache = .known([
        CNICacheEntry(network: "n", interface: "eth0", addresses: ["10.0.0.2", "fd00::2"], ipam: "host-local"),
        CNICacheEntry(network: "m", interface: "net1", addresses: ["192.168.0.2"]),
      ])
    },
    Case("gone, the interface of a second network is down", .gone, "net1 is down") {
      $0.observed?.interfaces = .known([interface(), interface("net1", ["192.168.0.2/24"], isUp: false)])
      $0.observed?.cache = .known([
        CNICacheEntry(network: "n", interface: "eth0", addresses: ["10.0.0.2", "fd00::2"], ipam: "host-local"),
        CNICacheEntry(network: "m", interface: "net1", addresses: ["192.168.0.2"]),
      ])
    },
    Case("a second network without an address or an interface", .ok) {
      $0.observed?.cache = .known([
        CNICacheEntry(network: "n", interface: "eth0", addresses: ["10.0.0.2", "fd00::2"], ipam: "host-local"),
        CNICacheEntry(network: "dpdk", interface: "net1", addresses: []),
      ])
    },
    Case(
      "the lease of a second network belongs to another pod", .mismatch,
      "host-local has leased 192.168.0.2 to sandbox-other"
    ) {
      $0.observed?.interfaces = .known([interface(), interface("net1", ["192.168.0.2/24"])])
      $0.observed?.cache = .known([
        CNICacheEntry(network: "n", interface: "eth0", addresses: ["10.0.0.2", "fd00::2"], ipam: "host-local"),
        CNICacheEntry(network: "m", interface: "net1", addresses: ["192.168.0.2"], ipam: "host-local"),
      ])
      $0.observed?.leases = .known([
        lease("10.0.0.2"), lease("fd00::2"), lease("192.168.0.2", "sandbox-other", network: "m"),
      ])
    },
    Case("gone, the interface does not exist", .gone, "eth0 does not exist, but the runtime reports 10.0.0.2, fd00::2")
    {
      $0.observed?.interfaces = .known([interface("lo", ["127.0.0.1/8"])])
    },
    Case("gone, the interface has no address", .gone, "eth0 has no address") {
      $0.observed?.interfaces = .known([interface("eth0", ["fe80::1/64"])])
    },
    Case("gone, the interface is down", .gone, "eth0 is down") {
      $0.observed?.interfaces = .known([interface(isUp: false)])
    },
    Case("gone, the other end of the interface is down", .gone, "eth0 has no carrier") {
      $0.observed?.interfaces = .known([interface(hasCarrier: false)])
    },
    Case("gone, the namespace does not exist", .gone, "/run/netns/web does not exist") {
      $0.observed?.namespace = .known(.missing)
      $0.observed?.interfaces = nil
    },
    Case(
      "gone, the namespace is unmounted", .gone, "is no longer a network namespace; its processes still have 10.0.0.2"
    ) {
      $0.observed?.namespace = .known(.notANamespace)
    },
    Case("gone, and the runtime has noticed it", .gone, "does not exist") {
      $0.status.network?.ip = ""
      $0.status.network?.additionalIPs = []
      $0.facts.isNetworkNamespaceClosed = true
      $0.observed?.namespace = .known(.missing)
      $0.observed?.interfaces = nil
    },
    Case("gone everywhere", .gone, "neither the runtime nor") {
      $0.status.network = nil
      $0.observed?.interfaces = .known([interface("lo", ["127.0.0.1/8"])])
      $0.observed?.cache = .known([])
      $0.observed?.leases = nil
    },

    Case("a different address", .mismatch, "eth0 has 10.0.0.7, but the runtime reports 10.0.0.2, fd00::2") {
      $0.observed?.interfaces = .known([interface("eth0", ["10.0.0.7/24"])])
    },
    Case(
      "the address of one of two families is gone", .mismatch, "eth0 does not have fd00::2, which the runtime reports"
    ) {
      $0.observed?.interfaces = .known([interface("eth0", ["10.0.0.2/24"])])
    },
    Case("an invalid address", .mismatch, "10.0.0.2.9\", which is not an address") {
      $0.status.network?.ip = "10.0.0.2.9"
    },
    Case(
      "the cache has a different address", .mismatch,
      "the CNI cache has 10.0.0.8, but the runtime reports 10.0.0.2, fd00::2"
    ) {
      $0.observed?.cache = .known([CNICacheEntry(network: "n", interface: "eth0", addresses: ["10.0.0.8"])])
    },
    Case("no lease", .mismatch, "host-local has no lease for fd00::2") {
      $0.observed?.leases = .known([lease("10.0.0.2")])
    },
    Case("the lease belongs to another pod", .mismatch, "host-local has leased 10.0.0.2 to sandbox-other") {
      $0.observed?.leases = .known([lease("10.0.0.2", "sandbox-other"), lease("fd00::2")])
    },
    Case("the pause process is in a different namespace", .mismatch, "process 1001 is in network namespace 78") {
      $0.observed?.process = process(1001, in: NamespaceID(device: 4, inode: 78))
    },

    Case("the path points to a new namespace", .mismatch, "process 1001 is in network namespace 78") {
      $0.observed?.process = process(1001, in: NamespaceID(device: 4, inode: 78))
      $0.observed?.interfaces = .known([interface("lo", ["127.0.0.1/8"])])
    },
    Case(
      "the path points to a different namespace, and the address is lost", .lost,
      "the CNI cache and host-local have 10.0.0.2, fd00::2"
    ) {
      $0.status.network = nil
      $0.observed?.process = process(1001, in: NamespaceID(device: 4, inode: 78))
      $0.observed?.interfaces = .known([interface("eth0", ["10.0.0.9/24"])])
    },

    Case("no path", .unknown, "the runtime reports no network namespace") { $0.facts.networkNamespace = nil },
    Case("nothing was read", .unknown, "was not read") { $0.observed = nil },
    Case("the namespace could not be read", .unknown, "network namespace: Permission denied") {
      $0.observed?.namespace = .unknown(no)
      $0.observed?.interfaces = .unknown(no)
    },
    Case("the interfaces could not be read", .unknown, "interfaces: Permission denied") {
      $0.observed?.interfaces = .unknown(no)
    },
    Case(
      "the interfaces could not be read, but the cache has a different address", .mismatch, "the CNI cache has 10.0.0.8"
    ) {
      $0.observed?.interfaces = .unknown(no)
      $0.observed?.cache = .known([CNICacheEntry(network: "n", interface: "eth0", addresses: ["10.0.0.8"])])
    },
  ]

  @Test(arguments: cases) func `a verdict can be about one pod`(example: Case) throws {
    var record = Self.good
    example.change(&record)
    let verdict = NetworkVerdict(of: record)
    #expect(verdict.kind == example.kind, "\(verdict.reasonTexts)")
    #expect(
      example.reason.isEmpty && [.ok, .notReady, .hostNetwork].contains(verdict.kind)
        ? verdict.reasonTexts.isEmpty : true)
    if !example.reason.isEmpty {
      #expect(verdict.reasonTexts.first?.contains(example.reason) == true, "\(verdict.reasonTexts)")
    }
  }

  @Test func `a container in another namespace is detected`() {
    var container = Snapshot.container("nginx", in: "web", pid: 5)
    container.observed = ObservedContainer(process: Self.process(5, in: NamespaceID(device: 4, inode: 9)))
    #expect(NetworkVerdict(of: Self.good, containers: [container]).kind == .mismatch)
    container.observed = ObservedContainer(process: Self.process(5))
    #expect(NetworkVerdict(of: Self.good, containers: [container]).kind == .ok)
  }

  /// Returns a second pod, which is intact.
  private static func other(_ ip: String, real: [String], isReady: Bool = true) -> SandboxRecord {
    var record = Snapshot.sandbox("other", ip, isReady: isReady)
    record.observed = ObservedSandbox(namespace: .known(.alive(id)), interfaces: .known([interface("eth0", real)]))
    return record
  }

  @Test(arguments: [
    // According to the runtime, one address is a duplicate; according to the kernel, the other one is.
    (other("10.0.0.2", real: ["10.0.0.2/24"]), true), (other("10.0.0.3", real: ["10.0.0.3/24", "fd00::2/64"]), true),
    (other("10.0.0.3", real: ["10.0.0.3/24", "fe80::1/64"]), false),
    (other("10.0.0.2", real: ["10.0.0.2/24"], isReady: false), false),
  ])
  func `two pods with one address are duplicates`(other: SandboxRecord, isDuplicate: Bool) {
    let book = AddressBook([Self.good, other])
    #expect(NetworkVerdict(of: Self.good, book: book).kind == (isDuplicate ? .duplicate : .ok))
    #expect((NetworkVerdict(of: other, book: book).kind == .duplicate) == isDuplicate)
    if isDuplicate {
      #expect(NetworkVerdict(of: Self.good, book: book).reasonTexts[0].hasPrefix("default/other also has "))
    }
  }

  @Test func `of many pods with one address, each is a duplicate, and only some are named`() {
    var pods = (0..<100).map { Snapshot.sandbox("pod-\($0)", "10.0.0.2") }
    pods.append(Self.good)
    let book = AddressBook(pods)
    for pod in pods {
      let others = book.conflicts(of: pod)
      #expect(others.count == 8 && others.allSatisfy { $0.pod != pod.pod })
      #expect(NetworkVerdict(of: pod, book: book).reasons.count <= 8 + 2)
    }
  }

  @Test(arguments: [true, false])
  func `a pod whose path points to another pod's namespace does not affect that pod's verdict`(hasPause: Bool) {
    // These are the other pod's addresses, because they were read through the path.
    var diverted = Snapshot.sandbox("other", "10.0.0.3")
    let process = Self.process(1001, in: NamespaceID(device: 4, inode: 78))
    diverted.observed = ObservedSandbox(
      namespace: .known(.alive(Self.id)), interfaces: Self.good.observed?.interfaces, process: hasPause ? process : nil)
    var container = Snapshot.container("main", in: "other", pid: 1001)
    container.observed = ObservedContainer(process: process)
    let book = AddressBook([Self.good, diverted], [container])
    let unaffected = NetworkVerdict(of: Self.good, book: book)
    #expect(unaffected.kind == .ok, "\(unaffected.reasonTexts)")
    let verdict = NetworkVerdict(of: diverted, containers: [container], book: book)
    #expect(verdict.kind == .mismatch)
    #expect(verdict.reasonTexts.first == "process 1001 is in network namespace 78, but the runtime's path points to 77")
    #expect(!verdict.reasonTexts.contains { $0.contains("also") || $0.contains("eth0") })
  }

  @Test func `an address of a pod's own bridge does not count`() {
    var (one, two) = (Self.good, Self.other("10.0.0.3", real: ["10.0.0.3/24"]))
    one.observed?.interfaces = .known([Self.interface(), Self.interface("docker0", ["172.17.0.1/16"])])
    two.observed?.interfaces = .known([
      Self.interface("eth0", ["10.0.0.3/24"]), Self.interface("docker0", ["172.17.0.1/16"]),
    ])
    #expect(NetworkVerdict(of: one, book: AddressBook([one, two])).kind == .ok)
  }

  @Test func `the worst fault is the verdict, and the others are reported too`() {
    var lost = Self.good
    lost.status.network = nil
    let other = Self.other("10.0.0.2", real: ["10.0.0.2/24"])
    let verdict = NetworkVerdict(of: lost, book: AddressBook([lost, other]))
    #expect(verdict.kind == .lost)
    #expect(verdict.reasonTexts.count == 2 && verdict.reasonTexts[1] == "default/other also has 10.0.0.2")
  }

  @Test func `only four verdicts are bad`() {
    #expect(NetworkVerdict.Kind.allCases.filter(\.isBad) == [.mismatch, .duplicate, .gone, .lost])
  }
}
