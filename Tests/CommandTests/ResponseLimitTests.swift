import CRIJSON
import CRIMessages
import CRIProtobuf
import CRISystem
import Foundation
import Glibc
import TestSupport
import Testing

/// Sends responses that are small on the wire and large in memory, or that take a long time, to the built command, and
/// measures its peak memory and its run time.
@Suite(.serialized, .timeLimit(.minutes(10))) struct ResponseLimitTests {
  /// Returns the memory that a response may take beyond an empty one, in bytes.
  private static func allowed(_ size: Int) -> Int {
    3 * size + 16 << 20
  }

  /// Encodes a field of messages or strings.
  private static func field(_ number: UInt64, _ content: [UInt8] = []) -> [UInt8] {
    varint(number << 3 | 2) + varint(UInt64(content.count)) + content
  }

  private static func varint(_ value: UInt64) -> [UInt8] {
    value < 0x80 ? [UInt8(value)] : [UInt8(value & 0x7F) | 0x80] + varint(value >> 7)
  }

  private static func repeated(_ part: [UInt8], upTo size: Int) -> [UInt8] {
    var bytes: [UInt8] = []
    bytes.reserveCapacity(size + part.count)
    while bytes.count < size { bytes += part }
    return bytes
  }

  struct Shape: Sendable, CustomTestStringConvertible {
    let name: String
    /// A list whose elements are field 1.
    let list: [UInt8]
    var testDescription: String { name }
  }

  private static let size = 4 << 20

  /// The field number of the labels in an element: 8 in `Container`, 5 in `PodSandbox`; the others use a number that
  /// neither has.
  static let shapes: [Shape] = [
    Shape(name: "empty elements", list: repeated([0x0A, 0x00], upTo: size)),
    Shape(name: "elements with an unknown field", list: repeated([0x0A, 3, 0xC8, 0x3E, 1], upTo: size)),
    Shape(name: "elements with short IDs", list: repeated([0x0A, 4, 0x0A, 2, 0x61, 0x62], upTo: size)),
    Shape(name: "one element with empty labels", list: field(1, repeated([0x2A, 0, 0x42, 0], upTo: size))),
    Shape(name: "one element with unknown fields", list: field(1, repeated([0xC8, 0x3E, 1], upTo: size))),
    Shape(name: "unknown fields", list: repeated([0xC8, 0x3E, 1], upTo: size)),
    Shape(name: "one element whose ID is repeated", list: field(1, repeated([0x0A, 0], upTo: size))),
    Shape(name: "one element with empty messages", list: field(1, repeated([0x12, 0], upTo: size))),
    Shape(name: "control characters", list: field(1, field(1, [UInt8](repeating: 1, count: size)))),
    Shape(name: "bytes that are not UTF-8", list: field(1, field(1, [UInt8](repeating: 0xFF, count: size)))),
    Shape(
      name: "one long ID beside many short ones",
      list: field(1, field(1, [UInt8](repeating: 0x61, count: 1 << 20)))
        + repeated([0x0A, 4, 0x0A, 2, 0x61, 0x62], upTo: 60_000)),
    Shape(
      name: "as many elements as are taken",
      list: repeated([0x0A, 4, 0x0A, 2, 0x61, 0x62], upTo: 6 * 10_000)),
    Shape(
      name: "distinct IDs", list: (10_000..<20_000).flatMap { number in field(1, field(1, Array("\(number)".utf8))) }),
    Shape(name: "one long ID", list: field(1, field(1, [UInt8](repeating: 0x61, count: size)))),
  ]

  static let lists: [(method: String, command: [String])] = [
    ("ListPodSandbox", ["pods", "-q"]), ("ListPodSandbox", ["pods"]), ("ListPodSandbox", ["pods", "-v"]),
    ("ListPodSandbox", ["pods", "-o", "json"]), ("ListPodSandbox", ["pods", "-o", "yaml"]),
    ("ListPodSandbox", ["pods", "-o", "wide"]), ("ListPodSandbox", ["pods", "-o", "name"]),
    ("ListPodSandbox", ["pods", "-o", "custom-columns=ID:.id,NAME:.metadata.name"]),
    ("ListPodSandbox", ["pods", "--sort-by", ".id"]),
    ("ListPodSandbox", ["pods", "-o", "jsonpath={.items}"]),
    ("ListContainers", ["ps", "-a", "-o", "jsonpath={range .containers[*]}{.id}{end}"]),
    ("ListContainers", ["ps", "-a", "-o", "go-template={{range .containers}}{{.}}{{end}}"]),
    ("ListImages", ["images", "-o", "go-template={{.}}"]),
    ("ListContainers", ["ps", "-a"]), ("ListContainers", ["ps", "-a", "-v"]),
    ("ListContainers", ["ps", "-a", "-o", "json"]),
    ("ListContainers", ["ps", "-a", "-o", "yaml"]), ("ListContainers", ["ps", "-a", "-o", "wide"]),
    ("ListImages", ["images"]), ("ListImages", ["images", "-o", "yaml"]), ("ListImages", ["images", "--digests"]),
    ("ListContainerStats", ["stats", "-a", "-s", "0"]), ("ListContainerStats", ["stats", "-a", "-o", "json"]),
    ("ListPodSandboxStats", ["statsp", "-s", "0"]), ("ListPodSandboxStats", ["statsp", "-o", "yaml"]),
    ("ListPodSandboxMetrics", ["metricsp"]), ("ListPodSandboxMetrics", ["metricsp", "-o", "yaml"]),
    ("ListMetricDescriptors", ["metricdescs"]),
    ("ListPodSandbox", ["snapshot"]), ("ListContainers", ["snapshot"]), ("ListImages", ["snapshot"]),
    ("ListPodSandbox", ["net"]), ("ListPodSandbox", ["net", "-o", "json"]),
    ("ListPodSandbox", ["inspectp"]), ("ListContainers", ["inspect", "-a"]), ("ListImages", ["inspecti"]),
    ("ListContainerStats", ["top", "--once"]), ("ListPodSandbox", ["top", "--pods", "--once"]),
    ("ListContainers", ["logs", "x"]), ("ListPodSandbox", ["preflight"]),
    ("ListPodSandbox", ["doctor"]), ("ListContainers", ["doctor"]),
  ]

  /// Responds to one method with these bytes, to the calls that precede it in the same way as an intact runtime, and to
  /// all others with an empty message.
  private func runtime(_ method: String, _ bytes: [UInt8]) throws -> TestRuntime { try runtime([method], bytes) }

  private func runtime(_ methods: [String], _ bytes: [UInt8]) throws -> TestRuntime {
    try TestRuntime { name, request in
      switch name {
      case let name where methods.contains(name): .message(bytes)
      case "Version":
        .message(VersionResponse(version: "0.1.0", runtimeName: "containerd", runtimeVersion: "v2.1.0"))
      case "Status":
        .message(
          StatusResponse(status: RuntimeStatus(conditions: [RuntimeCondition(type: "RuntimeReady", status: true)])))
      case "ContainerStatus":
        .message(
          ContainerStatusResponse(
            status: ContainerStatus(id: (try? ContainerStatusRequest.decode(request))?.containerID ?? "")))
      case "PodSandboxStatus":
        .message(
          PodSandboxStatusResponse(
            status: PodSandboxStatus(id: (try? PodSandboxStatusRequest.decode(request))?.podSandboxID ?? "")))
      case "ImageStatus": .message(ImageStatusResponse(image: Image(id: "x")))
      default: name.hasPrefix("Stream") ? nil : .message([])
      }
    }
  }

  /// The shapes with which every command is tested, because decoding does not depend on the command.
  private static let common = [
    "empty elements", "one long ID", "one long ID beside many short ones", "as many elements as are taken",
    "distinct IDs",
  ]

  @Test(arguments: lists.indices)
  func `hostile responses take at most three times their size and 16 MB of memory`(_ index: Int) async throws {
    let (method, command) = Self.lists[index]
    let isFirst = Self.lists.firstIndex { $0.method == method } == index
    try await compare(
      command, Self.shapes.filter { isFirst || Self.common.contains($0.name) },
      empty: try runtime(method, []), hostile: { shape in try self.runtime(method, shape.list) })
  }

  /// The lists of all objects are in memory at the same time.
  @Test(arguments: [["snapshot"], ["preflight"], ["doctor"], ["doctor", "--deep"]])
  func `three hostile lists together take no more memory than one`(_ command: [String]) async throws {
    let lists = ["ListPodSandbox", "ListContainers", "ListImages"]
    let shapes = Self.shapes.filter { Self.common.contains($0.name) }
    try await compare(
      command, shapes, empty: try runtime(lists, []), hostile: { shape in try self.runtime(lists, shape.list) })
  }

  private func compare(
    _ command: [String], _ shapes: [Shape], empty: TestRuntime, hostile: (Shape) throws -> TestRuntime
  ) async throws {
    let base = try await Tool.cri(["--timeout", "20s"] + command, on: empty).peakMemory
    for shape in shapes {
      let runtime = try hostile(shape)
      let run = try await Tool.cri(["--timeout", "20s"] + command, on: runtime)
      // The size includes the details that were requested, if the list was accepted.
      let size = max(shape.list.count, runtime.sentBytes)
      let taken = run.peakMemory - base
      if ProcessFacts.environment("CRI_TEST_REPORT") != nil {
        print(
          "\(command.joined(separator: " ")): \(shape.name): \(size) bytes, \(taken >> 10) KiB,",
          "\(run.duration), code \(run.code), \(run.errors.prefix(150))")
      }
      let words = "\(command) with \(shape.name): code \(run.code): \(run.errors.prefix(300))"
      #expect(taken <= Self.allowed(size), "\(words): \(taken) bytes of memory for \(size)")
      #expect(run.code >= 0 && run.code < 128, "\(words)")
      #expect(run.errors.count < 4000, "\(words)")
    }
  }

  /// The metrics of 500 pods with three containers each, with little text.
  @Test func `the metrics of a large node are printed and take no more memory`() async throws {
    let metrics = (0..<90).map { number in
      Metric(
        name: "container_network_transmit_total_\(number)", timestamp: Timestamp(nanoseconds: 1 << 60),
        metricType: .gauge, labelValues: ["a", "b", "c", "d", "e", "f"], value: UInt64Value(value: UInt64(number)))
    }
    let containers = (0..<3).map { ContainerMetrics(containerID: "\($0)", metrics: metrics) }
    let list = ListPodSandboxMetricsResponse(
      podMetrics: (0..<500).map { PodSandboxMetrics(podSandboxID: "\($0)", containerMetrics: containers) }
    ).encode()
    #expect(list.count > 9 << 20)
    let base = try await Tool.cri(["metricsp"], on: runtime("ListPodSandboxMetrics", [])).peakMemory
    let run = try await Tool.cri(["metricsp"], on: runtime("ListPodSandboxMetrics", list))
    #expect(run.code == 0, "\(run.errors.prefix(300))")
    let taken = run.peakMemory - base
    #expect(taken <= Self.allowed(list.count), "\(taken) bytes of memory for \(list.count)")
  }

  /// The highest memory of `events` within two seconds, in bytes. The command reads the lists each time that the stream has
  /// ended, and fails only if a list exceeds a limit.
  private func peakOfEvents(_ runtime: TestRuntime, _ command: String = "events") async throws -> Int {
    let state = try TemporaryDirectory()
    let process = try SpawnedProcess([
      "/usr/bin/env", "STATE_DIRECTORY=\(state.path)", Tool.path("cri"), "-r", runtime.path, "--timeout", "20s",
      command,
    ])
    let hasListed = await eventually(within: .seconds(60)) { runtime.called.contains("ListContainers") }
    var peak = 0
    for _ in 0..<40 {
      peak = max(peak, ProcessFacts.peakMemory(of: process.pid))
      try await Task.sleep(for: .milliseconds(50))
    }
    process.signal(SIGINT)
    let code = await process.end().code
    #expect(hasListed && (code == 0 || code == 11), "\(code ?? -1)")
    return peak
  }

  @Test func `following events takes no more memory`() async throws {
    let base = try await peakOfEvents(runtime("ListContainers", []))
    for shape in Self.shapes where Self.common.contains(shape.name) {
      let taken = try await peakOfEvents(runtime("ListContainers", shape.list)) - base
      #expect(taken <= Self.allowed(shape.list.count), "\(shape.name): \(taken) bytes")
    }
  }

  /// Each list has other containers of the same pod, so each event of a removed container could contain all others.
  @Test func `derived events take no more memory`() async throws {
    let base = try await peakOfEvents(runtime("ListContainers", []))
    let lists = [0, 5000].map { start in
      ListContainersResponse(containers: (start..<start + 5000).map { Container(id: "\($0)", podSandboxID: "p") })
        .encode()
    }
    let count = Locked(0)
    let runtime = try TestRuntime { name, _ in
      switch name {
      case "ListContainers":
        .message(
          lists[
            count.withLock { count in
              count += 1; return count % 2
            }])
      default: name.hasPrefix("Stream") ? nil : .message([])
      }
    }
    let taken = try await peakOfEvents(runtime) - base
    #expect(count.withLock { $0 } > 1)
    #expect(taken <= Self.allowed(lists[0].count), "\(taken) bytes")
  }

  static let eventShapes: [(count: Int, id: Int, text: Int)] = [(5000, 1, 10_000), (25_000, 128, 0), (25_000, 1000, 0)]

  /// The runtime sends events of ever new containers with much text, or with long IDs.
  @Test(arguments: ["events", "monitor"], Self.eventShapes)
  func `endless events take no more memory`(_ command: String, shape: (count: Int, id: Int, text: Int)) async throws {
    let base = try await peakOfEvents(runtime("ListContainers", []), command)
    let text = String(repeating: "x", count: shape.text)
    let events = (0..<shape.count).map { number in
      let id = String("\(String(repeating: "0", count: shape.id))\(number)".suffix(max(shape.id, 5)))
      return ContainerEventResponse(
        containerID: id, containerEventType: .started,
        containersStatuses: [ContainerStatus(id: id, annotations: ["a": text])]
      ).encode()
    }
    let runtime = try TestRuntime { name, _ in
      switch name {
      case "GetContainerEvents": .messages(events)
      default: name.hasPrefix("Stream") ? nil : .message([])
      }
    }
    let taken = try await peakOfEvents(runtime, command) - base
    #expect(runtime.called.contains("GetContainerEvents"))
    #expect(taken <= Self.allowed(max(shape.id, shape.text)), "\(taken) bytes")
  }

  /// A rotated file of which more than 32 MiB must be expanded to find the last lines.
  @Test(arguments: [50, 200]) func `the last lines of a compressed log take at most 48 MB`(megabytes: Int) async throws
  {
    let directory = try TemporaryDirectory()
    let log = directory.file("0.log")
    let runtime = try TestRuntime { name, _ in
      switch name {
      case "ListContainers": .message(ListContainersResponse(containers: [Container(id: "c")]))
      case "ContainerStatus":
        .message(ContainerStatusResponse(status: ContainerStatus(id: "c", state: .exited, logPath: log)))
      default: .message([])
      }
    }
    try TestFile.write("2024-01-31T12:00:00Z stdout F new\n", to: log)
    let base = try await Tool.cri(["logs", "--tail", "5", "c"], on: runtime).peakMemory
    let line = "2024-01-31T11:00:00Z stdout F \(String(repeating: "x", count: 970))"
    let file = directory.file("0.log.20240131-115500")
    let made = try await Tool.shell("yes '\(line)' | head -c \(megabytes)000000 >'\(file)'; gzip -1 '\(file)'")
    #expect(made.code == 0)
    for tail in ["5", "60000"] {
      let run = try await Tool.cri(["logs", "--tail", tail, "c"], on: runtime)
      #expect(run.code == 0 && run.output.hasSuffix("new\n"), "\(run.errors)")
      let taken = run.peakMemory - base
      #expect(taken <= 48 << 20, "--tail \(tail) of \(megabytes) MB: \(taken) bytes of memory")
    }
  }

  /// A truncated document must not be mistaken for a complete one.
  @Test(arguments: [["pods", "-o", "json"], ["inspectp", "x"]])
  func `JSON that was not completed in time is not valid JSON, and the exit code is not 0`(
    _ command: [String]
  ) async throws {
    let info = StringMap(
      (0..<3000).map { (key: "info\($0)", value: "{\"a\":[" + String(repeating: "0,", count: 4000) + "0]}") })
    let runtime = try TestRuntime { name, _ in
      switch name {
      case "ListPodSandbox": .message(Self.pods(60_000))
      case "PodSandboxStatus": .message(PodSandboxStatusResponse(status: PodSandboxStatus(id: "x"), info: info))
      default: name.hasPrefix("Stream") ? nil : .message([])
      }
    }
    let run = try await Tool.cri(["--timeout", "400ms"] + command, on: runtime)
    #expect(run.code == 10, "\(run.code) \(run.errors.prefix(300))")
    #expect(run.errors.filter { $0 == "\n" }.count == 1, "\(run.errors.prefix(300))")
    #expect(throws: JSONError.self) { try JSON.parse(Array(run.output.utf8)) }
  }

  private static func text(_ text: String) -> [UInt8] { Array(text.utf8) }

  /// Verbose info of 4 MB under `info` and `config`.
  private static let infos: [Shape] = [
    Shape(name: "no JSON", list: repeated(text("x"), upTo: size)),
    Shape(name: "numbers", list: text("{\"a\":[") + repeated(text("1,"), upTo: size) + text("1]}")),
    Shape(
      name: "members", list: text("{\"a\":0" + (0..<400_000).map { ",\"\($0)\":0" }.joined() + "}")),
    Shape(
      name: "numbers, deep",
      list: text(String(repeating: "{\"a\":[", count: 200)) + repeated(text("1,"), upTo: size)
        + text("1" + String(repeating: "]}", count: 200))),
    Shape(name: "arrays", list: text("{\"a\":[") + repeated(text("[],"), upTo: size) + text("[]]}")),
    Shape(name: "one text", list: text("{\"a\":\"") + repeated(text("x"), upTo: size) + text("\"}")),
    Shape(name: "line feeds", list: repeated([0x0A], upTo: size)),
  ]

  private func informed(_ info: [UInt8]) throws -> TestRuntime {
    let text = String(decoding: info, as: UTF8.self)
    let infos: StringMap = info.isEmpty ? [:] : ["info": text]
    return try TestRuntime { name, _ in
      switch name {
      case "Version":
        .message(VersionResponse(version: "0.1.0", runtimeName: "containerd", runtimeVersion: "v2.1.0"))
      case "Status":
        .message(StatusResponse(status: RuntimeStatus(), info: info.isEmpty ? [:] : ["config": text]))
      case "ListContainers": .message(ListContainersResponse(containers: [Container(id: "x")]))
      case "ListPodSandbox": .message(ListPodSandboxResponse(items: [PodSandbox(id: "x")]))
      case "ListImages": .message(ListImagesResponse(images: [Image(id: "x")]))
      case "ContainerStatus": .message(ContainerStatusResponse(status: ContainerStatus(id: "x"), info: infos))
      case "PodSandboxStatus": .message(PodSandboxStatusResponse(status: PodSandboxStatus(id: "x"), info: infos))
      case "ImageStatus": .message(ImageStatusResponse(image: Image(id: "x"), info: infos))
      default: name.hasPrefix("Stream") ? nil : .message([])
      }
    }
  }

  @Test(arguments: [
    ["info"], ["inspect", "x"], ["inspectp", "x"], ["inspecti", "x"], ["inspect", "-o", "yaml", "x"],
    ["inspect", "-o", "table", "x"], ["pods", "-o", "wide"], ["ps", "-a", "-o", "wide"], ["snapshot"], ["preflight"],
  ])
  func `verbose info takes no more memory`(_ command: [String]) async throws {
    try await compare(command, Self.infos, empty: try informed([]), hostile: { shape in try self.informed(shape.list) })
  }

  /// 40 `info` strings of 100 KB each, in one response or in the responses for 40 objects.
  @Test(arguments: [
    ["info"], ["inspectp", "x"], ["inspectp"], ["inspectp", "-o", "yaml"], ["inspectp", "-o", "jsonpath={.status.id}"],
    ["inspectp", "-o", "custom-columns=ID:.status.id"], ["inspectp", "-o", "go-template={{len .}}"], ["inspect", "-a"],
    ["inspecti"],
  ])
  func `many verbose infos take no more memory together`(_ command: [String]) async throws {
    let text = "{\"a\":[" + String(repeating: "{\"\":0},", count: 12_500) + "0]}"
    let isOfOne = command == ["info"] || command.last == "x"
    let infos = StringMap((0..<(isOfOne ? 40 : 1)).map { (key: "info\($0)", value: text) })
    func runtime(_ info: StringMap) throws -> TestRuntime {
      try TestRuntime { name, request in
        switch name {
        case "Version":
          .message(VersionResponse(version: "0.1.0", runtimeName: "containerd", runtimeVersion: "v2.1.0"))
        case "Status": .message(StatusResponse(status: RuntimeStatus(), info: info))
        case "ListContainers": .message(ListContainersResponse(containers: (0..<40).map { Container(id: "\($0)") }))
        case "ListPodSandbox": .message(ListPodSandboxResponse(items: (0..<40).map { PodSandbox(id: "\($0)") }))
        case "ListImages": .message(ListImagesResponse(images: (0..<40).map { Image(id: "\($0)") }))
        case "ContainerStatus": .message(ContainerStatusResponse(status: ContainerStatus(id: "x"), info: info))
        case "PodSandboxStatus": .message(PodSandboxStatusResponse(status: PodSandboxStatus(id: "x"), info: info))
        case "ImageStatus": .message(ImageStatusResponse(image: Image(id: "x"), info: info))
        default: name.hasPrefix("Stream") ? nil : .message([])
        }
      }
    }
    try await compare(
      command, [Shape(name: "40 infos", list: [])], empty: try runtime([:]), hostile: { _ in try runtime(infos) })
  }

  @Test(
    arguments: [
      ("ListContainers", ["ps", "-a"], 11), ("ListPodSandbox", ["pods", "-q"], 11), ("ListImages", ["images"], 11),
      ("ListPodSandbox", ["snapshot"], 3), ("Status", ["info"], 11), ("ListContainers", ["inspect", "-a"], 11),
    ] as [(String, [String], Int32)])
  func `responses over a limit are refused with one line and a reason`(
    _ method: String, _ command: [String], _ code: Int32
  )
    async throws
  {
    let list = method == "Status" ? Self.repeated([0x12, 0], upTo: Self.size) : Self.shapes[0].list
    let run = try await Tool.cri(command, on: runtime(method, list))
    #expect(run.code == code && run.output.isEmpty)
    #expect(run.errors.hasPrefix("cri: \(method): the response exceeds a limit: "), "\(run.errors)")
    #expect(run.errors.contains("of memory; "))
    #expect(run.errors.filter { $0 == "\n" }.count == 1)
    #expect(run.duration < .seconds(20))
  }

  /// Thousands of elements in a few bytes must not cause as many calls.
  @Test func `hostile lists do not cause endless calls`() async throws {
    let elements = (0..<9000).flatMap { index in
      Self.field(1, Self.field(1, Array(String(index).utf8)))
    }
    let runtime = try runtime("ListContainers", elements)
    let run = try await Tool.cri(["snapshot"], on: runtime)
    #expect(run.code == 3, "\(run.errors)")
    #expect(run.errors.contains("ContainerStatus: the response exceeds a limit"), "\(run.errors)")
    #expect(runtime.called.count { $0 == "ContainerStatus" } < 3000)
  }

  @Test func `slow details end after ten timeouts`() async throws {
    let list = (0..<1000).flatMap { index in Self.field(1, Self.field(1, Array(String(index).utf8))) }
    let runtime = try TestRuntime { name, _ in
      if name == "ContainerStatus" {
        try await Task.sleep(for: .milliseconds(250))
        return .message(ContainerStatusResponse(status: ContainerStatus(id: "x")))
      }
      return name == "ListContainers" ? .message(list) : .message([])
    }
    // 1000 details, 64 at a time, 250 ms each, would take four seconds, of which three are allowed.
    let run = try await Tool.cri(["--timeout", "300ms", "ps", "-a", "-o", "wide"], on: runtime)
    #expect(run.code == 10, "\(run.code) \(run.errors.prefix(300))")
    #expect(run.duration < .seconds(8))
    #expect(runtime.called.count { $0 == "ContainerStatus" } < 1000)
  }

  private static func pods(_ count: Int) -> [UInt8] {
    let id = String(repeating: "0123456789abcdef", count: 4)
    return ListPodSandboxResponse(
      items: (0..<count).map { index in
        PodSandbox(
          id: id, metadata: PodSandboxMetadata(name: "web-\(index)", uid: id, namespace: "default"),
          labels: ["app": "web"], annotations: ["note": String(repeating: "x", count: 500)])
      }
    ).encode()
  }

  @Test(arguments: [["-o", "yaml"], ["--sort-by", ".metadata.name"], ["-v"]])
  func `responses that take long to decode and print end at the timeout`(_ options: [String]) async throws {
    let run = try await Tool.cri(
      ["--timeout", "300ms", "pods"] + options, on: runtime("ListPodSandbox", Self.pods(60_000)))
    #expect(run.code == 10, "\(run.code) \(run.errors.prefix(300))")
    #expect(run.errors.filter { $0 == "\n" }.count == 1)
    #expect(run.duration < .seconds(5), "\(run.duration)")
  }

  /// Runs `cri` with a limit on its address space, in KiB.
  /// - Returns: nil if the dynamic linker could not even load the program.
  private func limited(
    _ limit: Int, _ runtime: TestRuntime, _ words: String = "pods -o yaml"
  ) async throws -> Tool? {
    let run = try await Tool.run(
      ["/bin/sh", "-c", "ulimit -s 8192; ulimit -v \(limit); exec '\(Tool.path("cri"))' \(words)"],
      environment: ["CONTAINER_RUNTIME_ENDPOINT": runtime.path])
    return run.code == 127 && run.errors.contains("error while loading shared libraries") ? nil : run
  }

  private func expectOutOfMemory(_ run: Tool, _ limit: Int) {
    #expect(run.code == 11, "ulimit -v \(limit): \(run.code) \(run.errors.prefix(300))")
    // With a certain limit, Swift's runtime prints a line of its own before the command begins.
    let errors = run.errors.replacing(
      "swift runtime: crash handler installation failed; disabling backtracing.\n", with: "")
    #expect(errors.hasPrefix("cri: out of memory"), "ulimit -v \(limit): \(run.errors.prefix(300))")
    #expect(errors.filter { $0 == "\n" }.count == 1, "ulimit -v \(limit): \(run.errors.prefix(300))")
  }

  @Test func `running out of memory is reported in one line with exit code 11`() async throws {
    // Below the smallest limit with which the command can read an empty list, every run must run out of memory or
    // threads. With the lowest limits, the kernel cannot even start the dynamic linker, and kills the program itself.
    let empty = try runtime("ListPodSandbox", [])
    var least: Int?
    var (failures, threads) = (0, 0)
    var hasLinker = false
    for limit in stride(from: 20_000, through: 600_000, by: 2_000) {
      guard let run = try await limited(limit, empty) else {
        hasLinker = true
        continue
      }
      if !hasLinker && run.code == 128 + SIGSEGV && run.errors.isEmpty { continue }
      if run.code == 0 {
        least = limit
        break
      }
      failures += 1
      if run.errors.contains("cannot start a thread") { threads += 1 }
      expectOutOfMemory(run, limit)
    }
    let enough = try #require(least)
    #expect(hasLinker)
    #expect(failures > 0, "no limit was too small for the command, but large enough to load it")
    #expect(threads > 0, "no limit was too small for the stack of a thread only")
    // If the memory above that limit is less than the size of the list, no run can have room for the list.
    let pods = Self.pods(40_000)
    #expect(pods.count > 25 << 20)
    let full = try runtime("ListPodSandbox", pods)
    for more in stride(from: 0, through: 24_000, by: 3_000) {
      expectOutOfMemory(try #require(try await limited(enough + more, full)), enough + more)
    }
    // With plenty of memory, the list is printed.
    #expect(try await limited(enough + 1_000_000, full)?.code == 0)
  }

  @Test func `running out of memory is not reported as the exit code of a command`() async throws {
    // The pods are listed first, to find the container's name.
    let runtime = try runtime("ListPodSandbox", Self.pods(40_000))
    var failures = 0
    for limit in stride(from: 60_000, through: 120_000, by: 10_000) {
      guard let run = try await limited(limit, runtime, "exec default/web true"),
        run.errors.hasPrefix("cri: out of memory;")
      else { continue }
      failures += 1
      #expect(run.code == 125, "ulimit -v \(limit): \(run.code) \(run.errors)")
    }
    #expect(failures > 0, "no limit was too small for the list of pods only")
  }
}
