import CRIGRPC
import CRIMessages
import CRIProtobuf
import CRISystem
import Glibc
import TestSupport
import Testing

@testable import CRICommands

/// Tests `cri top` in a pipe and on a terminal.
@Suite(.timeLimit(.minutes(10))) struct TopCommandTests {
  private static let pods = [
    PodSandbox(id: "p1", metadata: PodSandboxMetadata(name: "web", namespace: "shop"), state: .ready),
    PodSandbox(id: "p2", metadata: PodSandboxMetadata(name: "db", namespace: "shop"), state: .ready),
    PodSandbox(id: "p3", metadata: PodSandboxMetadata(name: "old", namespace: "shop"), state: .notReady),
  ]

  private static func container(_ id: String, _ pod: String, _ name: String, _ state: ContainerState) -> Container {
    Container(id: id, podSandboxID: pod, metadata: ContainerMetadata(name: name), state: state)
  }

  private static let containers = [
    container("0123456789abcdef", "p1", "nginx", .running), container("c2", "p1", "log", .running),
    container("c3", "p2", "postgres", .running), container("c4", "p3", "job", .exited),
    // This is a container of a pod that is not listed and has no measurements.
    container("c5", "p9", "new", .running),
  ]

  /// Each measurement is one second after the one before.
  private static func runtime() throws -> TestRuntime {
    let polls = Locked<Int64>(0)
    return try TestRuntime { name, _ in
      switch name {
      case "ListPodSandbox": return .message(ListPodSandboxResponse(items: pods))
      case "ListContainers": return .message(ListContainersResponse(containers: containers))
      case "ListContainerStats":
        let time = polls.withLock { polls in
          polls += 1
          return polls
        }
        let stats = [("0123456789abcdef", 12, 3_000_000), ("c2", 5, 1_000), ("c3", 250, 2_000), ("c4", 0, 0)].map {
          ContainerStats(
            attributes: ContainerAttributes(id: $0.0),
            cpu: CpuUsage(
              timestamp: Timestamp(seconds: time),
              usageCoreNanoSeconds: UInt64Value(value: UInt64(time) * $0.1 * 10_000_000)),
            memory: MemoryUsage(workingSetBytes: UInt64Value(value: $0.2)))
        }
        return .message(ListContainerStatsResponse(stats: stats))
      default: return nil
      }
    }
  }

  @Test(
    arguments: [
      (
        [],
        """
        CONTAINER      STATE     CPU %  MEM  NAME      POD      NAMESPACE
        c3             Running  250.00  2kB  postgres  db       shop
        0123456789abc  Running   12.00  3MB  nginx     web      shop
        c2             Running    5.00  1kB  log       web      shop
        c5             Running       -    -  new       unknown  unknown

        """
      ),
      (
        ["--pods", "--sort-by", "mem"],
        """
        POD ID  STATE   CPU %      MEM  CONTAINERS  POD  NAMESPACE
        p1      Ready   17.00  3.001MB           2  web  shop
        p2      Ready  250.00      2kB           1  db   shop

        """
      ),
      (
        ["-a", "-p", "--sort-by=-name"],
        """
        POD ID  STATE      CPU %      MEM  CONTAINERS  POD  NAMESPACE
        p1      Ready      17.00  3.001MB           2  web  shop
        p3      NotReady       -        -           1  old  shop
        p2      Ready     250.00      2kB           1  db   shop

        """
      ),
      (
        ["--all", "--sort-by", "name"],
        """
        CONTAINER      STATE     CPU %  MEM  NAME      POD      NAMESPACE
        c4             Exited        -    -  job       old      shop
        c2             Running    5.00  1kB  log       web      shop
        c5             Running       -    -  new       unknown  unknown
        0123456789abc  Running   12.00  3MB  nginx     web      shop
        c3             Running  250.00  2kB  postgres  db       shop

        """
      ),
    ])
  func `one table takes two measurements`(arguments: [String], output: String) async throws {
    let runtime = try Self.runtime()
    let run = try await Tool.cri(["top", "--once", "-s", "100ms"] + arguments, on: runtime)
    #expect(run.output == output, "\(run)")
    #expect(run.code == 0 && run.errors.isEmpty)
    #expect(runtime.called.count == 4)
  }

  @Test func `a pipe gets one table for each measurement`() async throws {
    let run = try await Tool.cri(["top", "-n", "3", "-s", "0"], on: try Self.runtime())
    let tables = run.output.split(separator: "\n\n").map { $0.split(separator: "\n").count }
    #expect(tables == [5, 5, 5] && run.code == 0, "\(run)")
    #expect(!run.output.contains("\u{1b}"))
  }

  @Test func `hostile names stay in their rows`() async throws {
    let runtime = try TestRuntime { name, _ in
      switch name {
      case "ListPodSandbox":
        return .message(ListPodSandboxResponse(items: [PodSandbox(id: "\n"), PodSandbox(id: "\n")]))
      case "ListContainers":
        return .message(
          ListContainersResponse(containers: [
            Container(), Container(id: "\u{1b}[2J", podSandboxID: "\n", state: .init(rawValue: 77)),
            Container(id: "a", podSandboxID: "\n", metadata: ContainerMetadata(name: "x\ny"), state: .running),
          ]))
      default:
        let memory = MemoryUsage(workingSetBytes: UInt64Value(value: .max))
        return .message(
          ListContainerStatsResponse(stats: [
            ContainerStats(), ContainerStats(attributes: ContainerAttributes(id: "a"), memory: memory),
            ContainerStats(attributes: ContainerAttributes(id: "\u{1b}[2J"), memory: memory),
          ]))
      }
    }
    for arguments in [["-a"], ["-ap"]] {
      let run = try await Tool.cri(["top", "--once", "-s", "0"] + arguments, on: runtime)
      #expect(run.code == 0 && run.output.split(separator: "\n").count == (arguments == ["-a"] ? 4 : 3), "\(run)")
      #expect(!run.output.contains("\u{1b}"))
    }
  }

  @Test func `the command continues after a restart`() async throws {
    let directory = try TemporaryDirectory()
    let simulator = try await SimulatorProcess(in: directory, ["--pods", "1", "--containers", "1"])
    let process = try SpawnedProcess([
      "/bin/sh", "-c", "exec \"$0\" \"$@\" 2>&1", Tool.path("cri"), "-r", simulator.socket, "top", "-s", "100ms",
    ])
    #expect(await process.line()?.hasPrefix("CONTAINER ") == true)
    await simulator.end(SIGKILL)
    var line = ""
    repeat { line = await process.line() ?? "(none)" } while !line.hasPrefix("cri: ") && line != "(none)"
    #expect(line.hasPrefix("cri: "), "\(line)")
    try await simulator.start()
    repeat { line = await process.line() ?? "(none)" } while line.hasPrefix("cri: ") || line.isEmpty
    #expect(line.hasPrefix("CONTAINER "), "\(line)")
    process.signal(SIGINT)
    #expect(await process.end().code == 0)
  }

  /// `script` gives the command its own terminal.
  private func onTerminal(_ keys: String, _ arguments: String = "") async throws -> Tool {
    let runtime = try Self.runtime()
    defer { withExtendedLifetime(runtime) {} }
    let cri = "'\(Tool.path("cri"))' -r '\(runtime.path)' top \(arguments)"
    let command = "stty rows 7 cols 80; stty -g; \(cri); echo code $?; stty -g"
    return try await Tool.shell("(\(keys)) | TERM=xterm script -qec \"\(command)\" /dev/null")
  }

  @Test(
    .enabled(if: access("/usr/bin/script", X_OK) == 0, "needs script, of bsdutils"),
    arguments: [
      ("sleep 2; printf p; sleep 1; printf q; sleep 1", ""),
      ("sleep 2; printf p; sleep 1; printf '\\003'; sleep 1", ""),
      ("sleep 4", "-n 2 -p -s 500ms"),
    ])
  func `a terminal is restored at the end`(keys: String, arguments: String) async throws {
    let run = try await onTerminal(keys, arguments)
    let text = run.output.replacing("\r\n", with: "\n")
    let parts = text.split(separator: "\u{1b}[?1049")
    #expect(parts.count == 3, "\(text)")
    guard parts.count == 3 else { return }
    #expect(parts[1].hasPrefix("h\u{1b}[?25l") && parts[1].hasSuffix("\u{1b}[?25h"), "\(text)")
    #expect(parts[1].contains("POD ID") && parts[1].contains("cri top  "), "\(text)")
    #expect(parts[1].contains("2 pods, 4 containers, CPU ") && parts[1].contains("q quit"))
    // There are no more lines than the terminal has.
    let screens = parts[1].split(separator: "\u{1b}[H").dropFirst()
    #expect(screens.allSatisfy { $0.filter { $0 == "\n" }.count == ($0.contains("POD ID") ? 5 : 6) }, "\(text)")
    // The terminal is restored.
    let lines = parts[2].split(separator: "\n")
    #expect(lines.first == "lcode 0" && lines.last == parts[0].split(separator: "\n").first, "\(text)")
  }

  @Test(
    arguments: [
      (["top", "--sort-by", "size"], 2, "--sort-by size: unknown key; specify one of cpu, mem, name, pod, namespace"),
      (["top", "-n", "0"], 2, "--count 0"), (["top", "-s", "x"], 2, "--seconds x: specify a duration"),
      (["top", "x"], 2, "'x'"), (["top", "--once"], 1, "does not implement ListContainerStats; see cri ps --watch"),
    ] as [([String], Int32, String)])
  func `an impossible request is reported in one line`(arguments: [String], code: Int32, words: String) async throws {
    let run = try await Tool.cri(arguments, on: try TestRuntime { _, _ in nil })
    #expect(run.code == code && run.output.isEmpty, "\(run)")
    #expect(run.errors.contains(words) && run.errors.split(separator: "\n").count == 1, "\(run.errors)")
  }
}
