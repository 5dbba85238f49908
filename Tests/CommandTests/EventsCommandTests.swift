import CRIGRPC
import CRIJSON
import CRIMessages
import CRIProtobuf
import CRISystem
import Glibc
import TestSupport
import Testing

@testable import CRICommands

/// Runs `cri events` as users run it.
@Suite(.timeLimit(.minutes(10))) struct EventsCommandTests {
  private let directory: TemporaryDirectory

  init() throws { directory = try TemporaryDirectory() }

  /// Starts the command with its errors in its output, as on a terminal.
  private func events(_ socket: String, _ arguments: [String] = []) throws -> SpawnedProcess {
    try SpawnedProcess(
      ["/bin/sh", "-c", "TZ=UTC exec \"$0\" \"$@\" 2>&1", Tool.path("cri"), "-r", socket, "events"] + arguments)
  }

  /// Returns the words of a line of the table, without its time.
  private func words(_ line: String?) -> [String] { (line ?? "").split(separator: " ").dropFirst().map(String.init) }

  private static func pod(_ id: String, _ name: String, _ state: PodSandboxState = .ready) -> PodSandbox {
    PodSandbox(id: id, metadata: PodSandboxMetadata(name: name, namespace: "ns"), state: state)
  }

  private static func container(_ id: String, _ pod: String, _ state: ContainerState = .running) -> Container {
    Container(id: id, podSandboxID: pod, metadata: ContainerMetadata(name: "n-\(id)"), state: state)
  }

  @Test func `documents follow each other as crictl writes them`() async throws {
    let event = ContainerEventResponse(
      containerID: "c", containerEventType: .deleted, createdAt: Timestamp(nanoseconds: -6_795_364_578_871_345_152),
      podSandboxStatus: PodSandboxStatus(id: "p", createdAt: Timestamp(nanoseconds: .min)))
    let unknown = ContainerEventResponse(containerID: "\u{1b}[2J\n", containerEventType: .init(rawValue: 77))
    for (format, expected) in [
      ("json", [event, unknown].map { $0.json().text(pretty: true) + "\n" }.joined()),
      ("yaml", [event, unknown].map { OutputFormat.yaml.text(of: $0.json()) ?? "" }.joined(separator: "---\n")),
      ("jsonpath={.createdAt}", "-6795364578871345152\n0\n"),
      ("go-template={{.containerEventType}}", "CONTAINER_DELETED_EVENT\n77\n"),
      (
        "table",
        """
        TIME                          TYPE     ID             POD                                     CONTAINER
        1754-08-30T22:43:41.129Z      DELETED  c              -                                       ?
        1970-01-01T00:00:00Z          77       \\x1b[2J\\n      -                                       ?

        """
      ),
    ] {
      let runtime = try EventRuntime(.init(events: [event, unknown]))
      let process = try events(runtime.path, ["-o", format])
      var text = ""
      for _ in expected.split(separator: "\n", omittingEmptySubsequences: false).dropLast() {
        text += (await process.line() ?? "(none)") + "\n"
      }
      #expect(text == expected, "\(format)")
      process.signal(SIGINT)
      #expect(await process.end().code == 0)
    }
  }

  /// The lists before and after, and the events for the differences.
  @Test func `changes during a restart are printed as events`() async throws {
    let before = EventRuntime.Content(
      pods: [Self.pod("p1", "stays"), Self.pod("p2", "ends"), Self.pod("p3", "goes")],
      containers: [
        Self.container("c1", "p1"), Self.container("c2", "p1", .created), Self.container("c3", "p2"),
        Self.container("c4", "p3", .exited), Self.container("c5", "p3"), Self.container("c6", "p1"),
      ])
    let after = EventRuntime.Content(
      pods: [Self.pod("p1", "stays"), Self.pod("p2", "ends", .notReady), Self.pod("p4", "comes")],
      containers: [
        Self.container("c1", "p1"), Self.container("c2", "p1"), Self.container("c3", "p2", .exited),
        // A change to an unknown state is not an event.
        Self.container("c6", "p1", .unknown), Self.container("c7", "p4", .exited), Self.container("c8", "p4", .created),
        Self.container("c9", "p4"),
      ],
      events: [
        // The lists already contained this change, so it has been printed.
        ContainerEventResponse(containerID: "c9", containerEventType: .started, createdAt: Timestamp(seconds: 5)),
        ContainerEventResponse(containerID: "c9", containerEventType: .stopped, createdAt: Timestamp(seconds: 6)),
      ])
    let first = try EventRuntime(before)
    let process = try events(first.path, ["-o", "table"])
    #expect(await eventually { first.listenerCount == 1 })
    // Both lists have already been read when the runtime exits.
    await pause(.milliseconds(300))
    first.stop()
    let lost = await process.line()
    #expect(lost?.hasPrefix("cri: ") == true && lost?.contains("events may be missed") == true, "\(lost ?? "")")
    let second = try EventRuntime(after, at: first.path)
    let back = await process.line()
    #expect(
      back?.contains("the runtime responds again; 15 events are derived from its current lists") == true,
      "\(back ?? "")")
    #expect(await process.line()?.hasPrefix("TIME ") == true)
    var lines: [[String]] = []
    for _ in 0..<15 { lines.append(words(await process.line())) }
    #expect(
      lines == [
        ["CREATED", "p4", "ns/comes", "-"], ["STARTED", "p4", "ns/comes", "-"], ["STARTED", "c2", "ns/stays", "n-c2"],
        ["STOPPED", "c3", "ns/ends", "n-c3"], ["DELETED", "c4", "ns/goes", "n-c4"],
        ["STOPPED", "c5", "ns/goes", "n-c5"],
        ["DELETED", "c5", "ns/goes", "n-c5"], ["CREATED", "c7", "ns/comes", "n-c7"],
        ["STOPPED", "c7", "ns/comes", "n-c7"],
        ["CREATED", "c8", "ns/comes", "n-c8"], ["CREATED", "c9", "ns/comes", "n-c9"],
        ["STARTED", "c9", "ns/comes", "n-c9"],
        ["STOPPED", "p2", "ns/ends", "-"], ["STOPPED", "p3", "ns/goes", "-"], ["DELETED", "p3", "ns/goes", "-"],
      ])
    #expect(words(await process.line()) == ["STOPPED", "c9", "-", "?"])
    withExtendedLifetime(second) {}
  }

  @Test func `a reader of documents sees no notices`() async throws {
    let first = try EventRuntime(.init(containers: [Self.container("c1", "p1")]))
    let process = try SpawnedProcess([
      "/bin/sh", "-c", "exec \"$0\" \"$@\" 2>\"$ERRORS\"".replacing("$ERRORS", with: directory.file("errors")),
      Tool.path("cri"), "-r", first.path, "event", "-o", "go-template={{.containerEventType}} {{.containerId}}",
    ])
    #expect(await eventually { first.listenerCount == 1 })
    await pause(.milliseconds(300))
    first.stop()
    let second = try EventRuntime(.init(), at: first.path)
    #expect(await process.line() == "CONTAINER_STOPPED_EVENT c1")
    #expect(await process.line() == "CONTAINER_DELETED_EVENT c1")
    process.signal(SIGINT)
    #expect(await process.end().code == 0)
    #expect(TestFile.read(directory.file("errors")).split(separator: "\n").count == 2)
    withExtendedLifetime(second) {}
  }

  @Test func `the stream continues after a simulated restart`() async throws {
    let simulator = try await SimulatorProcess(in: directory, ["--pods", "1", "--containers", "8"])
    let process = try events(simulator.socket, ["-o", "table"])
    // Events before the stream is open are lost.
    let ids = try await Tool.cri(["ps", "-q"], on: simulator.socket).output.split(separator: "\n").map(String.init)
    let hasReceivedEvent = Locked(false)
    async let header = process.line()
    let stopping = Task {
      for id in ids where !hasReceivedEvent.withLock({ $0 }) {
        _ = try? await Tool.cri(["stop", "-t", "0", id], on: simulator.socket)
        await pause(.milliseconds(300))
      }
    }
    #expect(await header?.hasPrefix("TIME ") == true)
    hasReceivedEvent.withLock { $0 = true }
    #expect(words(await process.line()).first == "STOPPED")
    await stopping.value
    try await simulator.restart(["--on-restart", "lose-pods"], signal: SIGKILL)
    var line = ""
    repeat { line = await process.line() ?? "(none)" } while line.contains("STOPPED")
    #expect(line.contains("events may be missed"), "\(line)")
    #expect(await process.line()?.contains("from its current lists") == true)
    process.signal(SIGINT)
    let end = await process.end()
    #expect(
      end.code == 0 && end.text.split(separator: "\n").allSatisfy { $0.contains("DELETED") || $0.contains("STOPPED") })
  }

  @Test(
    arguments: [
      ([], 1, "the runtime does not implement GetContainerEvents; containerd 1.7 and later do"),
      (["-o", "xml"], 2, "xml"), (["-o", "wide"], 2, "specify one of json, yaml, table"),
      (["-o", "json", "--template", "{{.}}"], 2, "--template is allowed only with -o go-template"), (["x"], 2, "'x'"),
    ] as [([String], Int32, String)])
  func `an impossible request is reported in one line`(arguments: [String], code: Int32, words: String) async throws {
    // The runtime behaves like containerd 1.6.
    let runtime = try TestRuntime { name, _ in name.hasPrefix("List") ? .message([]) : nil }
    let run = try await Tool.cri(["events"] + arguments, on: runtime)
    #expect(run.code == code && run.output.isEmpty, "\(run)")
    #expect(run.errors.contains(words) && run.errors.split(separator: "\n").count == 1, "\(run.errors)")
  }

  /// CRI-O does this unless `enable_pod_events` is set.
  @Test func `a runtime that ends every stream immediately is reported once`() async throws {
    let runtime = try EventRuntime(.init(containers: [Self.container("c1", "p1")]), end: .ok)
    let run = try await Tool.cri(["events"], on: runtime.path)
    #expect(run.code == 1 && run.output.isEmpty)
    #expect(run.errors.contains("enable_pod_events = true") && run.errors.split(separator: "\n").count == 1, "\(run)")
    #expect(runtime.listenerCount == 3)
  }

  @Test func `an error that is not a lost connection ends the command, as does a missing runtime`() async throws {
    let runtime = try EventRuntime(.init(), end: .permissionDenied)
    let denied = try await Tool.cri(["events"], on: runtime.path)
    #expect(denied.code == 9 && denied.errors.contains("PERMISSION_DENIED: the end"), "\(denied)")
    runtime.stop()
    #expect(try await Tool.cri(["events"], on: runtime.path).code == 3)
  }
}
