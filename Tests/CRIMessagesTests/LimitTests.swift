import CRIMessages
import CRIProtobuf
import Testing

@Suite("Limits on responses")
struct LimitTests {
  private static func varint(_ value: UInt64) -> [UInt8] { WireField.varint(value) }

  private static func field(_ number: UInt64, _ content: [UInt8]) -> [UInt8] {
    varint(number << 3 | 2) + varint(UInt64(content.count)) + content
  }

  private static func many(_ part: [UInt8], _ count: Int) -> [UInt8] {
    var bytes: [UInt8] = []
    bytes.reserveCapacity(part.count * count)
    for _ in 0..<count { bytes += part }
    return bytes
  }

  private func excess<M: CMessage>(_ type: M.Type, _ bytes: [UInt8]) -> DecodeExcess? {
    do throws(DecodeError) {
      _ = try M.decode(bytes)
      return nil
    } catch {
      guard case .overLimit(let excess) = error.reason else { return nil }
      #expect(error.messageName.hasPrefix("runtime.v1."))
      return excess
    }
  }

  @Test("responses that would take too much memory are rejected, and the error contains the numbers")
  func refused() throws {
    let empty = Self.many([0x0A, 0], 1_000_000)
    let lists = try #require(excess(ListContainersResponse.self, empty))
    #expect(lists.limit == .decodedSize && lists.size == empty.count)
    #expect((1000...50_000).contains(lists.elements) && lists.count > lists.allowed)
    #expect(lists.description.contains("\(lists.elements) elements or more in 2000000 bytes"))

    // The memory of one element: its labels, strings and messages.
    let labels = Self.field(1, Self.many([0x42, 0], 1_000_000))
    #expect(excess(ListContainersResponse.self, labels) != nil)
    #expect(excess(ListImagesResponse.self, Self.field(1, Self.many([0x12, 0], 1_000_000))) != nil)
    #expect(excess(PodSandboxStatusResponse.self, Self.many([0x1A, 0], 1_000_000)) != nil)
    // A message that is not a list.
    #expect(excess(StatusResponse.self, Self.many([0x12, 0], 1_000_000)) != nil)
    // Unknown fields, at the top and inside.
    let unknown = Self.many([0xC8, 0x3E, 1], 1_000_000)
    #expect(excess(StatusResponse.self, unknown) != nil)
    #expect(excess(ListContainersResponse.self, Self.field(1, unknown)) != nil)
    #expect(excess(ListContainersResponse.self, unknown) != nil)
    // A singular field that occurs repeatedly.
    #expect(excess(ListContainersResponse.self, Self.field(1, Self.many([0x0A, 0], 2_000_000))) != nil)
    // Entries of a map with many unknown fields.
    let entry = Self.field(8, Self.many([0xC8, 0x3E, 1], 1_000_000))
    #expect(excess(ListContainersResponse.self, Self.field(1, entry)) != nil)
    // Text that grows when it is printed.
    #expect(excess(VersionResponse.self, Self.field(1, [UInt8](repeating: 1, count: 4 << 20))) != nil)
    #expect(excess(VersionResponse.self, Self.field(1, [UInt8](repeating: 0xFF, count: 4 << 20))) != nil)
  }

  @Test("text of any size is accepted", arguments: [100, 1 << 20, 32 << 20])
  func text(size: Int) throws {
    let letters = [UInt8](repeating: 0x61, count: size)
    #expect(try VersionResponse.decode(Self.field(1, letters)).version.utf8.count == size)
    let list = Self.field(1, Self.field(1, letters)) + Self.field(1, Self.field(1, [0x62]))
    #expect(try ListContainersResponse.decode(list).containers.count == 2)
    // Non-Latin text with line feeds.
    let other = Array(String(repeating: "Zeile äöü 漢字\\n", count: size / 24).utf8)
    #expect(try VersionResponse.decode(Self.field(1, other)).version.utf8.count == other.count)
  }

  private static func labels(_ count: Int) -> StringMap {
    StringMap((0..<count).map { (key: "k\($0)", value: "v\($0)") })
  }

  /// Lists that are larger than those of any real node, with as little text as a well-behaved runtime can send.
  @Test("the largest lists from a well-behaved runtime are accepted")
  func honest() throws {
    let id = String(repeating: "0123456789abcdef", count: 4)
    let annotated = PodSandbox(
      id: id, metadata: PodSandboxMetadata(name: "web-0", uid: id, namespace: "default"), labels: Self.labels(5),
      annotations: ["kubectl.kubernetes.io/last-applied-configuration": String(repeating: "{\"a\": 1}\\n", count: 600)])
    try pass(ListPodSandboxResponse(items: Array(repeating: annotated, count: 10_000)))
    let container = Container(
      id: id, podSandboxID: id, metadata: ContainerMetadata(name: "c"), image: ImageSpec(image: id), imageRef: id,
      state: .running, labels: Self.labels(60))
    try pass(ListContainersResponse(containers: Array(repeating: container, count: 5_000)))
    let bare = Container(id: id, podSandboxID: id, metadata: ContainerMetadata(name: "c"), imageRef: id)
    try pass(ListContainersResponse(containers: Array(repeating: bare, count: 10_000)))
    let image = Image(id: id, repoTags: (0..<100).map { "registry.example/a:v\($0)" }, repoDigests: ["a@sha256:\(id)"])
    try pass(ListImagesResponse(images: Array(repeating: image, count: 1_000)))
    let untagged = Image(id: id, size: 1)
    try pass(ListImagesResponse(images: Array(repeating: untagged, count: 10_000)))
    let stats = ContainerStats(
      // kubelet's labels, which every container has.
      attributes: ContainerAttributes(
        id: id, metadata: ContainerMetadata(name: "c"),
        labels: [
          "io.kubernetes.container.name": "c", "io.kubernetes.pod.name": "web-0",
          "io.kubernetes.pod.namespace": "default", "io.kubernetes.pod.uid": String(id.prefix(36)),
        ]),
      cpu: CpuUsage(timestamp: Timestamp(nanoseconds: 1 << 60), usageCoreNanoSeconds: 1_000_000_000))
    try pass(ListContainerStatsResponse(stats: Array(repeating: stats, count: 10_000)))
    try pass(ListPodSandboxMetricsResponse(podMetrics: (0..<500).map(Self.metrics)))
  }

  /// The metrics of a pod with three containers: 90 for each, as in cAdvisor, with six labels.
  private static func metrics(_ pod: Int) -> PodSandboxMetrics {
    let metrics = (0..<90).map { number in
      Metric(
        name: "container_network_transmit_total_\(number)", timestamp: Timestamp(nanoseconds: 1 << 60),
        metricType: .gauge, labelValues: ["a", "b", "c", "d", "e", "f"], value: UInt64Value(value: UInt64(number)))
    }
    return PodSandboxMetrics(
      podSandboxID: "\(pod)", containerMetrics: (0..<3).map { ContainerMetrics(containerID: "\($0)", metrics: metrics) }
    )
  }

  /// The storage of equal keys is counted once. Here every key is equal to the one before it on the wire, but not if
  /// the keys are in the order of the fields, in which all labels precede all annotations. Both keys use the same slot
  /// of the decoder, so each replaces the other.
  @Test("keys that are equal to the previous key only in the order of the wire are rejected")
  func unsharedKeys() throws {
    let keys = Self.collidingKeys()
    // Labels are field 8, annotations field 9.
    let entries = keys.map { Self.field(1, Array($0.utf8)) }
    let both = entries.flatMap { Self.field(8, $0) + Self.field(9, $0) }
    let bytes = Self.many(Self.field(1, Self.many(both, 50)), 4_000)
    let refusal = try #require(excess(ListContainersResponse.self, bytes))
    #expect(refusal.limit == .decodedSize && (1000...4000).contains(refusal.elements), "\(refusal)")
  }

  /// Two keys of 28 bytes that the decoder keeps in the same slot.
  private static func collidingKeys() -> [String] {
    var found: [Int: String] = [:]
    for number in 0... {
      let key = "abcdefghijklmnopqrst\(10_000_000 + number)"
      let slot = CDecoder.keySlot(key)
      if let other = found[slot] { return [other, key] }
      found[slot] = key
    }
    return []
  }

  private func pass<M: CMessage>(_ message: M) throws {
    let bytes = message.encode()
    #expect(try M.decode(bytes) == message, "\(M.protoName), \(bytes.count) bytes")
    let half = ResponseLimits().allowance(forBytes: bytes.count)
    #expect(try M.decode(bytes, half).decodedSize <= half.decodedSize)
  }

  @Test("decoding ends at the deadline")
  func deadline() throws {
    let bytes = ListContainersResponse(
      containers: (0..<3000).map { Container(id: "\($0)", annotations: ["a": String(repeating: "x", count: 300)]) }
    ).encode()
    let late = ResponseLimits().allowance(forBytes: bytes.count, deadline: .now)
    let error = #expect(throws: DecodeError.self) { try ListContainersResponse.decode(bytes, late) }
    #expect(error?.reason == .deadlineExceeded)
    let timely = ResponseLimits().allowance(forBytes: bytes.count, deadline: .now + .seconds(60))
    #expect(try ListContainersResponse.decode(bytes, timely).message.containers.count == 3000)
  }

  @Test("messages that are nested too deeply are rejected")
  func depth() throws {
    var allowance = ResponseLimits().allowance(forBytes: 100)
    allowance.depth = 2
    let status = Self.field(1, Self.field(2, Self.field(1, [0x61])))
    let error = #expect(throws: DecodeError.self) { try PodSandboxStatusResponse.decode(status, allowance) }
    guard case .overLimit(let excess) = error?.reason else {
      Issue.record("\(String(describing: error))")
      return
    }
    #expect(excess.limit == .depth && excess.allowed == 2)
  }
}
