import CRIGRPC
import CRIJSON
import CRIMessages
import CRIProtobuf
import CRISystem
import TestSupport
import Testing

/// Tests `cri stats` and similar commands with runtimes that send unusual values.
@Suite("Statistics") struct StatsCommandTests {
  private static func container(
    _ id: String, _ name: String, cpu: UInt64?, at time: Int64 = 0, nanoCores: UInt64? = nil, memory: UInt64 = 0,
    disk: UInt64 = 0, inodes: UInt64 = 0, swap: UInt64? = nil, pod: String? = nil
  ) -> ContainerStats {
    ContainerStats(
      attributes: ContainerAttributes(
        id: id, metadata: ContainerMetadata(name: name),
        labels: pod.map { ["io.kubernetes.pod.name": $0, "io.kubernetes.pod.namespace": "ns"] } ?? [:]),
      cpu: cpu.map {
        CpuUsage(
          timestamp: Timestamp(nanoseconds: time), usageCoreNanoSeconds: UInt64Value(value: $0),
          usageNanoCores: nanoCores.map { UInt64Value(value: $0) })
      },
      memory: MemoryUsage(workingSetBytes: UInt64Value(value: memory)),
      writableLayer: FilesystemUsage(
        usedBytes: UInt64Value(value: disk), inodesUsed: UInt64Value(value: inodes)),
      swap: swap.map { SwapUsage(swapUsageBytes: UInt64Value(value: $0)) })
  }

  /// Responds with one list after another, and then always with the last one.
  private static func runtime(_ replies: [[ContainerStats]]) throws -> TestRuntime {
    let count = Locked(0)
    return try TestRuntime { name, request in
      guard name == "ListContainerStats" else { return nil }
      let index = count.withLock { count in
        defer { count += 1 }
        return min(count, replies.count - 1)
      }
      let filter = try ListContainerStatsRequest.decode(request).filter
      let chosen = replies[index].filter { $0.attributes?.id.hasPrefix(filter?.id ?? "") ?? true }
      return .message(ListContainerStatsResponse(stats: chosen))
    }
  }

  private static let second: Int64 = 1_000_000_000

  /// crictl's rows have truncated IDs, sizes with four digits, and no spaces after the last column.
  @Test func `two measurements make crictl's table`() async throws {
    let long = "bdacea0123456789abcdef"
    let runtime = try Self.runtime([
      [
        Self.container("cc", "gone", cpu: 5, at: Self.second, memory: 1),
        Self.container(long, "main", cpu: 1_000, at: Self.second),
        Self.container("aa", "idle", cpu: 7, at: Self.second),
      ],
      [
        Self.container(
          long, "main", cpu: 12_346_000, at: 2 * Self.second, memory: 577_536, disk: 8192, inodes: 5, swap: 12_345_678),
        Self.container("aa", "idle", cpu: 7, at: 2 * Self.second, memory: 1_000_000_000),
        Self.container("dd", "exited", cpu: nil),
      ],
    ])
    let run = try await Tool.cri(["stats", "-s", "0"], on: runtime)
    #expect(
      run.output == """
        CONTAINER           NAME                CPU %               MEM                 DISK                INODES              SWAP
        aa                  idle                0.00                1GB                 0B                  0                   0B
        bdacea0123456       main                1.23                577.5kB             8.192kB             5                   12.35MB

        """)
    #expect(run.code == 0 && run.errors.isEmpty, "\(run)")
    #expect(runtime.called == ["ListContainerStats", "ListContainerStats"])
  }

  /// The time and usage in the second measurement, the runtime's own figure, and the output.
  @Test(
    arguments: [
      (Self.second, 1_500_000_000, nil, "-"),  // no new measurement
      (Self.second, 1_500_000_000, 250_000_000, "25.00"),  // the runtime's figure
      (2 * Self.second, 2_500_000_000, 1, "150.00"),  // of one core
      (2 * Self.second, 999_999_999, nil, "-"),  // counter was reset
      (0, 2_000_000_000, nil, "-"), (-Self.second, 2_000_000_000, nil, "-"),
      (.min, 2_000_000_000, nil, "-"), (2 * Self.second, 0, nil, "0.00"),
    ] as [(Int64, UInt64, UInt64?, String)])
  func `a clock that does not advance is not an error`(
    time: Int64, used: UInt64, nanoCores: UInt64?, text: String
  ) async throws {
    let runtime = try Self.runtime([
      [Self.container("a", "n", cpu: 1_000_000_000, at: Self.second)],
      [Self.container("a", "n", cpu: used, at: time, nanoCores: nanoCores, memory: 1)],
    ])
    let run = try await Tool.cri(["stats", "-s", "0"], on: runtime)
    let cells = run.output.split(separator: "\n").last?.split(separator: " ").map(String.init)
    #expect(cells == ["a", "n", text, "1B", "0B", "0", "0B"], "\(run)")
    #expect(run.code == 0 && run.errors.isEmpty)
  }

  @Test func `objects that appear between measurements are printed, and removed ones are not`() async throws {
    let runtime = try Self.runtime([
      [Self.container("old", "n", cpu: 5, memory: 1)], [Self.container("new", "n", cpu: 5, memory: 1)],
    ])
    let run = try await Tool.cri(["stats", "-s", "0"], on: runtime)
    #expect(run.output.split(separator: "\n").count == 2 && run.output.contains("\nnew"), "\(run)")
  }

  private static let mixed = [
    Self.container("c", "web", cpu: 9, at: 1, memory: 20, pod: "front"), Self.container("b", "db", cpu: nil, disk: 7),
    Self.container("a", "log", cpu: 3, at: 1, memory: 30),
  ]

  @Test(
    arguments: [
      (["-o", "jsonpath={.stats[*].attributes.id}"], "a c\n"),
      (["-a", "-o", "jsonpath={.stats[*].attributes.id}"], "a b c\n"),
      (["-o", "name"], "unknown/unknown/log\nns/front/web\n"),
      (["-o", "go-template={{len .stats}}"], "2\n"),
      (["-o", "custom-columns=ID:.attributes.id,MEM:.memory.workingSetBytes.value"], "ID  MEM\na   30\nc   20\n"),
      // The largest comes first, as in top.
      (["-o", "name", "--sort-by=mem"], "unknown/unknown/log\nns/front/web\n"),
      (["-o", "name", "--sort-by=-mem"], "ns/front/web\nunknown/unknown/log\n"),
      (["-ao", "name", "--sort-by=disk"], "unknown/unknown/db\nunknown/unknown/log\nns/front/web\n"),
      (["-o", "name", "--sort-by=-name"], "ns/front/web\nunknown/unknown/log\n"),
      (
        ["-ao", "name", "--sort-by", ".attributes.metadata.name"],
        "unknown/unknown/db\nunknown/unknown/log\nns/front/web\n"
      ),
      (["-o", "name", "--label", "io.kubernetes.pod.name"], "ns/front/web\n"), (["-o", "name", "--id", "none"], ""),
      (["-o", "name", "c"], "ns/front/web\n"),
      (["--id", "a", "-o", "name", "c"], "unknown/unknown/log\n"),
    ])
  func `a document takes one measurement`(arguments: [String], output: String) async throws {
    let runtime = try Self.runtime([Self.mixed])
    let run = try await Tool.cri(["stats"] + arguments, on: runtime)
    #expect(run.output == output, "\(run)")
    #expect(run.code == 0 && runtime.called.count == 1)
  }

  @Test func `a document is the runtime's response`() async throws {
    let runtime = try Self.runtime([[Self.mixed[0]]])
    let run = try await Tool.cri(["stats", "-o", "json"], on: runtime)
    #expect(try ListContainerStatsResponse(json: JSON.parse(run.output)).stats == [Self.mixed[0]])
    let yaml = try await Tool.cri(["stats", "-o", "yaml"], on: runtime)
    #expect(yaml.output.hasPrefix("stats:\n- attributes:\n") && yaml.output.hasSuffix("\n\n"))
  }

  @Test func `the runtime applies the filter`() async throws {
    let runtime = try TestRuntime { name, request in
      let expected = ContainerStatsFilter(id: "ab", podSandboxID: "cd", labelSelector: ["a": "b=c", "d": "e"])
      guard name == "ListContainerStats", try ListContainerStatsRequest.decode(request).filter == expected else {
        return nil
      }
      return .message(ListContainerStatsResponse(stats: [Self.container("ab", "n", cpu: 1, memory: 1)]))
    }
    let run = try await Tool.cri(
      ["stats", "ab", "-p", "cd", "--label", "a=b=c", "--label=d=e", "-o", "wide", "-s", "0"], on: runtime)
    #expect(run.code == 0 && run.output.contains("unknown"), "\(run)")
  }

  /// Names that would clear the screen or forge a row, impossible figures, and empty objects.
  @Test(arguments: [[], ["-o", "wide"], ["-o", "name"], ["-o", "json"]])
  func `hostile responses stay in their rows`(arguments: [String]) async throws {
    let hostile = [
      ContainerStats(), ContainerStats(attributes: ContainerAttributes(id: "x")),
      Self.container(
        "\u{1b}[2J", "a\nb\u{202e}", cpu: .max, at: .max, nanoCores: .max, memory: .max, disk: .max, inodes: .max,
        swap: .max, pod: "\t\u{7}"),
    ]
    let runtime = try Self.runtime([[Self.container("\u{1b}[2J", "n", cpu: 1, at: .min)], hostile])
    let run = try await Tool.cri(["stats", "-a", "-s", "0"] + arguments, on: runtime)
    #expect(run.code == 0, "\(run)")
    for scalar in run.output.unicodeScalars where scalar != "\n" {
      #expect(scalar.properties.generalCategory != .control && scalar != "\u{202e}", "\(scalar.value)")
    }
    if arguments != ["-o", "json"] {
      #expect(run.output.split(separator: "\n").count == (arguments == ["-o", "name"] ? 1 : 4), "\(run.output)")
    }
  }

  @Test func `a watch takes one measurement each time, and writes no escape sequences to a pipe`() async throws {
    let count = Locked<Int64>(0)
    let runtime = try TestRuntime { _, _ in
      let time = count.withLock { count in
        count += 1
        return count
      }
      let used = UInt64(time * time) * 10_000_000
      return .message(
        ListContainerStatsResponse(stats: [Self.container("a", "n", cpu: used, at: time * Self.second, memory: 1)]))
    }
    let process = try SpawnedProcess([Tool.path("cri"), "-r", runtime.path, "stats", "-w", "-s", "100ms"])
    // (2² - 1²) % of one core, and so on.
    for share in ["3.00", "5.00", "7.00"] {
      #expect(await process.line()?.hasPrefix("CONTAINER ") == true)
      #expect(await process.line()?.split(separator: " ").dropFirst(2).first.map(String.init) == share)
      #expect(await process.line()?.isEmpty == true)
    }
    runtime.stop()
  }

  private static let pod = PodSandboxStats(
    attributes: PodSandboxAttributes(
      id: "p1234567890abcdef", metadata: PodSandboxMetadata(name: "web", namespace: "shop")),
    linux: LinuxPodSandboxStats(
      cpu: CpuUsage(timestamp: Timestamp(seconds: 1), usageCoreNanoSeconds: UInt64Value(value: 1)),
      memory: MemoryUsage(workingSetBytes: UInt64Value(value: 1_234_567)),
      network: NetworkUsage(
        defaultInterface: NetworkInterfaceUsage(
          name: "eth0", rxBytes: UInt64Value(value: 1796), txBytes: UInt64Value(value: 0))),
      process: ProcessUsage(processCount: UInt64Value(value: 3)),
      containers: [ContainerStats(), ContainerStats()]))

  private static let windowsPod = PodSandboxStats(
    attributes: PodSandboxAttributes(id: "w", metadata: PodSandboxMetadata(name: "win")),
    windows: WindowsPodSandboxStats(memory: WindowsMemoryUsage(workingSetBytes: UInt64Value(value: 5))))

  @Test(
    arguments: [
      (
        ["-s", "0"],
        """
        POD                 POD ID              CPU %               MEM
        web                 p1234567890ab       -                   1.235MB
        win                 w                   0.00                5B

        """
      ),
      (
        ["-s", "0", "-o", "wide", "p1", "--no-trunc"],
        """
        POD                 POD ID              CPU %               MEM                 NAMESPACE           RSS                 RECEIVED            SENT                PROCESSES           CONTAINERS
        web                 p1234567890abcdef   -                   1.235MB             shop                -                   1.796kB             0B                  3                   2

        """
      ),
      (["-o", "name"], "shop/web\n/win\n"), (["-o", "jsonpath={.stats[*].attributes.id}"], "p1234567890abcdef w z\n"),
    ])
  func `pods are printed as crictl prints them`(arguments: [String], output: String) async throws {
    let empty = PodSandboxStats(attributes: PodSandboxAttributes(id: "z"))
    let runtime = try TestRuntime { name, request in
      guard name == "ListPodSandboxStats" else { return nil }
      let filter = try ListPodSandboxStatsRequest.decode(request).filter
      return .message(
        ListPodSandboxStatsResponse(stats: filter == nil ? [empty, Self.windowsPod, Self.pod] : [Self.pod]))
    }
    let run = try await Tool.cri(["statsp"] + arguments, on: runtime)
    #expect(run.output == output, "\(run)")
    #expect(run.code == 0)
  }

  @Test func `metrics are documents`() async throws {
    let metric = Metric(name: "m", timestamp: Timestamp(nanoseconds: -5), value: UInt64Value(value: 1 << 60))
    let metrics = ListPodSandboxMetricsResponse(podMetrics: [PodSandboxMetrics(podSandboxID: "p", metrics: [metric])])
    let descriptors = ListMetricDescriptorsResponse(descriptors: [MetricDescriptor(name: "m", help: "<&>")])
    let runtime = try TestRuntime { name, _ in
      name == "ListPodSandboxMetrics" ? .message(metrics) : .message(descriptors)
    }
    let first = try await Tool.cri(["metricsp"], on: runtime)
    #expect(try ListPodSandboxMetricsResponse(json: JSON.parse(first.output)) == metrics)
    #expect(first.output.contains("\"\(1 << 60)\""))
    let second = try await Tool.cri(["metricdescs"], on: runtime)
    #expect(try ListMetricDescriptorsResponse(json: JSON.parse(second.output)) == descriptors)
    for (arguments, output) in [
      (["metricdescs", "-o", "yaml"], "descriptors:\n- help: <&>\n  labelKeys: []\n  name: m\n\n"),
      (["metricdescs", "-o", "custom-columns=NAME:.name"], "NAME\nm\n"),
      (["metricsp", "-o", "jsonpath={.podMetrics[0].metrics[0].timestamp}"], "-5\n"),
    ] {
      #expect(try await Tool.cri(arguments, on: runtime).output == output)
    }
    #expect(
      runtime.called == ["ListPodSandboxMetrics"] + Array(repeating: "ListMetricDescriptors", count: 3) + [
        "ListPodSandboxMetrics"
      ])
  }

  @Test(
    arguments: [
      (["stats"], 1, "does not implement ListContainerStats; see cri ps"),
      (["statsp"], 1, "does not implement ListPodSandboxStats; cri top --pods adds up"),
      (["metricsp"], 1, "does not implement ListPodSandboxMetrics; newer"),
      (["metricdescs"], 1, "does not implement ListMetricDescriptors; newer"), (["imagefsinfo"], 1, "unknown method"),
      (["stats", "-s", "x"], 2, "--seconds x: specify a duration"), (["stats", "-o", "xml"], 2, "xml"),
      (["stats", "--sort-by", "size"], 2, "specify one of cpu, disk, faults, id, inodes, mem, name"),
      (["metricsp", "-o", "table"], 2, "specify one of json, yaml, go-template="),
      (["metricsp", "x"], 2, "'x'"), (["imagefsinfo", "-o", "wide"], 2, "specify one of json, yaml, table"),
      (["stats", "a", "b"], 2, "'b'"), (["stats", "--label", "=x"], 2, "--label =x: specify key=value, or key"),
    ] as [([String], Int32, String)])
  func `an impossible request is reported in one line`(arguments: [String], code: Int32, words: String) async throws {
    let runtime = try TestRuntime { _, _ in nil }
    let run = try await Tool.cri(arguments, on: runtime)
    #expect(run.code == code && run.output.isEmpty, "\(run)")
    #expect(run.errors.contains(words) && run.errors.split(separator: "\n").count == 1, "\(run.errors)")
  }

  @Test func `a pod that cannot be measured is reported in one line with a remedy`() async throws {
    let runtime = try TestRuntime { name, _ in
      name == "ListPodSandboxStats" ? .failure(.unknown, "failed for \"a\": no cgroup\nfailed for \"b\"") : nil
    }
    let run = try await Tool.cri(["statsp"], on: runtime)
    #expect(run.code == 1 && run.output.isEmpty)
    #expect(
      run.errors
        == "cri: no statistics of any pod: failed for \"a\": no cgroup, and 1 more; use cri statsp ID for one pod, "
        + "cri top --pods adds up the usage of containers\n")
  }

  /// containerd responds in this way if a container is removed while it is listing the others.
  @Test(arguments: [("stats", "container"), ("statsp", "pod")])
  func `a list that fails for one object is not reported as an unknown ID`(command: String, noun: String) async throws {
    let message = "2 errors occurred:\n\t* failed for \"a\": not found\n\t* failed for \"b\": not found\n\n"
    let runtime = try TestRuntime { _, _ in .failure(.notFound, message) }
    let run = try await Tool.cri([command], on: runtime)
    #expect(run.code == 1 && run.output.isEmpty)
    #expect(
      run.errors.hasPrefix(
        "cri: no statistics of any \(noun): failed for \"a\": not found, and 1 more; use cri \(command) ID"),
      "\(run)")
    #expect(!run.errors.contains("\\n") && !run.errors.contains("\\t"), "\(run)")
    let named = try await Tool.cri([command, "zz"], on: runtime)
    #expect(named.code == 7 && named.errors.contains("\(noun) zz not found"), "\(named)")
  }

  @Test func `a missing container is reported`() async throws {
    for command in ["stats", "statsp"] {
      let runtime = try TestRuntime { _, _ in .message([]) }
      let run = try await Tool.cri([command, "zz"], on: runtime)
      #expect(run.code == 7 && run.errors.contains("zz not found, or the ID is ambiguous; see cri p"), "\(run)")
    }
  }

  /// CRI-O has no statistics of a container that is not running.
  @Test func `a container without statistics is not missing`() async throws {
    let runtime = try TestRuntime { name, _ in
      name == "ListContainers"
        ? .message(ListContainersResponse(containers: [Container(id: "zzz", state: .exited)])) : .message([])
    }
    let run = try await Tool.cri(["stats", "zz", "-o", "json"], on: runtime)
    #expect(run.code == 0 && run.errors.isEmpty && run.output.contains(#""stats": []"#), "\(run)")
  }
}
