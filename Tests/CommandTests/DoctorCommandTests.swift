import CRIJSON
import CRIMessages
import CRIProtobuf
import CRISystem
import Foundation
import TestSupport
import Testing

@Suite struct DoctorCommandTests {
  private func labels(_ tool: Tool) throws -> Set<String> {
    let document = try JSON.parse(tool.output)
    #expect(document["kind"] == "cri-doctor" && document["exitCode"]?.intValue == Int64(tool.code), "\(tool)")
    return Set((document["findings"]?.arrayValue ?? []).compactMap { $0["rule"]?.stringValue })
  }

  @Test func `a runtime that does not listen is a finding`() async throws {
    let tool = try await Tool.cri(["doctor", "-o", "json"], on: "/nonexistent/cri.sock")
    #expect(try labels(tool) == ["D1"] && tool.code == 1)
  }

  @Test func `calls that hang delay the report by one deadline, and the other objects are still examined`() async throws
  {
    let hanging: Set<String> = Set((0..<200).map { "pod-\($0)" })
    let items = (0..<260).map { number in
      PodSandbox(
        id: "pod-\(number)", metadata: PodSandboxMetadata(name: "pod-\(number)", uid: "\(number)", namespace: "a"),
        state: .ready, createdAt: Timestamp(seconds: 1_700_000_000))
    }
    let asked = Locked<Set<String>>([])
    let runtime = try TestRuntime { name, bytes in
      switch name {
      case "Version": return .message(VersionResponse(runtimeName: "test", runtimeVersion: "1.0.0"))
      case "Status":
        return .message(
          StatusResponse(
            status: RuntimeStatus(
              conditions: ["RuntimeReady", "NetworkReady"].map { RuntimeCondition(type: $0, status: true) })))
      case "ListPodSandbox": return .message(ListPodSandboxResponse(items: items))
      case "ListContainers": return .message(ListContainersResponse())
      case "ListImages": return .message(ListImagesResponse())
      case "PodSandboxStatus":
        let id = try PodSandboxStatusRequest.decode(bytes).podSandboxID
        asked.withLock { _ = $0.insert(id) }
        if hanging.contains(id) {
          try await Task.sleep(for: .seconds(30))
          return nil
        }
        return .message(
          PodSandboxStatusResponse(
            status: PodSandboxStatus(
              id: id, metadata: PodSandboxMetadata(name: id, uid: id, namespace: "a"), state: .ready,
              createdAt: Timestamp(seconds: 1_700_000_000))))
      default: return nil
      }
    }
    let start = ContinuousClock.now
    let tool = try await Tool.cri(["-t", "2s", "doctor", "-o", "json"], on: runtime)
    let duration = start.duration(to: .now)
    #expect(try labels(tool).contains("D16") && tool.code == 1)
    let document = try JSON.parse(tool.output)
    let findings = (document["findings"]?.arrayValue ?? []).filter { $0["rule"] == "D16" }
    #expect(findings.count == hanging.count)
    // Every object was asked for, although more of them hang than calls are made at the same time.
    #expect(asked.withLock { $0.count } == items.count)
    #expect(duration < .seconds(4), "\(duration)")
  }

  @Test func `a container that keeps failing is shown with the last line of its log`() async throws {
    let directory = try TemporaryDirectory()
    try TestFile.write(
      "2026-01-01T00:00:00Z stderr F starting\n2026-01-01T00:00:00Z stderr F no such database\u{1B}[2J\n",
      to: directory.file("5.log"))
    let now = Timestamp(nanoseconds: Kernel.now)
    let sandbox = PodSandbox(
      id: "sandbox", metadata: PodSandboxMetadata(name: "web", uid: "u", namespace: "a"), state: .ready,
      createdAt: now - .seconds(900))
    let status = ContainerStatus(
      id: "container", metadata: ContainerMetadata(name: "app", attempt: 5), state: .exited,
      createdAt: now - .seconds(12), startedAt: now - .seconds(11), finishedAt: now - .seconds(10), exitCode: 3,
      reason: "Error", logPath: directory.file("5.log"))
    let runtime = try TestRuntime { name, _ in
      switch name {
      case "Version": .message(VersionResponse(runtimeName: "test", runtimeVersion: "1.0.0"))
      case "ListPodSandbox": .message(ListPodSandboxResponse(items: [sandbox]))
      case "ListContainers":
        .message(
          ListContainersResponse(containers: [
            Container(
              id: status.id, podSandboxID: sandbox.id, metadata: status.metadata, state: status.state,
              createdAt: status.createdAt)
          ]))
      case "PodSandboxStatus":
        .message(
          PodSandboxStatusResponse(
            status: PodSandboxStatus(
              id: sandbox.id, metadata: sandbox.metadata, state: .ready, createdAt: sandbox.createdAt)))
      case "ContainerStatus": .message(ContainerStatusResponse(status: status))
      default: nil
      }
    }
    let tool = try await Tool.cri(["doctor"], on: runtime)
    #expect(
      tool.output.contains("5 restarts, the last one after exit code 3 (Error), 10 s ago; its log ends with: no such"),
      "\(tool)")
    #expect(!tool.output.contains("\u{1B}"))
  }

  @Test func `a runtime that does not respond is one finding, and delays the report by one deadline`() async throws {
    let directory = try TemporaryDirectory()
    let simulator = try await SimulatorProcess(in: directory, ["--pods", "3", "--hang", "all"])
    let start = ContinuousClock.now
    let tool = try await Tool.cri(["-t", "1s", "doctor", "-o", "json"], on: simulator.socket)
    #expect(try labels(tool).contains("D2") && start.duration(to: .now) < .seconds(3), "\(tool)")
    #expect(try JSON.parse(tool.output)["findings"]?.arrayValue?.count { $0["rule"] == "D2" } == 1)
    await simulator.end()
  }

  @Test func `slow and failing calls are separate findings`() async throws {
    let directory = try TemporaryDirectory()
    let simulator = try await SimulatorProcess(
      in: directory,
      [
        "--pods", "3", "--containers", "3", "--delay", "ListImages=1.2s", "--fail", "ImageFsInfo=INTERNAL:broken",
        "--hang", "Status",
      ])
    let tool = try await Tool.cri(["-t", "2s", "doctor", "-o", "json"], on: simulator.socket)
    let found = try labels(tool)
    #expect(found.isSuperset(of: ["D2", "D3", "D4"]) && found.isDisjoint(with: ["D1", "D5", "D15"]), "\(tool)")
    await simulator.end()
  }

  @Test func `the exit code depends on the threshold and on the ignored rules`() async throws {
    let directory = try TemporaryDirectory()
    try TestFile.write(
      """
      pods:
      - {name: web, uid: u1, hostNetwork: true, containers: [{name: app, state: unknown}]}
      """, to: directory.file("pods.yaml"))
    let simulator = try await SimulatorProcess(in: directory, ["--description", directory.file("pods.yaml")])
    let tool = try await Tool.cri(["doctor", "-o", "json", "--fail-on", "critical"], on: simulator.socket)
    #expect(try labels(tool).contains("D26") && tool.code == 1)
    let ignored = try await Tool.cri(
      ["doctor", "-o", "json", "--fail-on", "critical", "--ignore", "D26", "--ignore", "image.no-pause"],
      on: simulator.socket)
    #expect(try !labels(ignored).contains("D26"))
    let wrong = try await Tool.cri(["doctor", "--ignore", "P1"], on: simulator.socket)
    #expect(wrong.code == 2 && wrong.errors.contains("doctor has no such rule"))
    await simulator.end()
  }

  @Test func `a story lists what happened to one pod`() async throws {
    let directory = try TemporaryDirectory()
    try TestFile.write(
      """
      pods:
      - {name: web, uid: u1, ips: [10.9.0.2], containers: [{name: app}, {name: job, state: exited, exitCode: 3}]}
      - {name: web, namespace: other, uid: u2}
      """, to: directory.file("pods.yaml"))
    let simulator = try await SimulatorProcess(in: directory, ["--description", directory.file("pods.yaml")])
    let tool = try await Tool.cri(["doctor", "default/web"], on: simulator.socket)
    #expect(tool.code == 0 && tool.output.contains("exited with 3") && tool.output.contains("has 10.9.0.2"), "\(tool)")
    let document = try JSON.parse(try await Tool.cri(["doctor", "u1", "-o", "json"], on: simulator.socket).output)
    #expect(document["kind"] == "cri-pod-story" && document["pod"] == "web")
    let ambiguous = try await Tool.cri(["doctor", "web"], on: simulator.socket)
    #expect(ambiguous.code == 8 && ambiguous.errors.contains("several pods have the name web"))
    let missing = try await Tool.cri(["doctor", "nothing"], on: simulator.socket)
    #expect(missing.code == 7)
    for arguments in [["--deep"], ["-o", "junit"], ["--report", "json=/tmp/x"]] {
      #expect(try await Tool.cri(["doctor", "web"] + arguments, on: simulator.socket).code == 2)
    }
    await simulator.end()
  }

  @Test func `a pod whose status hangs still has a story`() async throws {
    let directory = try TemporaryDirectory()
    try TestFile.write(
      "pods:\n- {name: web, uid: u1, ips: [10.9.0.2], containers: [{name: app}]}\n", to: directory.file("pods.yaml"))
    let simulator = try await SimulatorProcess(
      in: directory,
      ["--description", directory.file("pods.yaml"), "--hang", "PodSandboxStatus", "--hang", "ContainerStatus"])
    let tool = try await Tool.cri(["-t", "1s", "doctor", "default/web"], on: simulator.socket)
    #expect(tool.output.contains("app                     running"), "\(tool)")
    #expect(tool.output.contains("its details could not be read: ContainerStatus: timed out"), "\(tool)")
    await simulator.end()
  }

  /// The runtime ends during one of the calls for the details, which come after the lists.
  @Test(arguments: 7...13) func `a runtime that ends is reported, and not its objects`(call: Int) async throws {
    let directory = try TemporaryDirectory()
    let simulator = try await SimulatorProcess(
      in: directory, ["--pods", "3", "--containers", "5", "--kill-after", "\(call)"])
    let tool = try await Tool.cri(["doctor", "-o", "json", "--fail-on", "minor"], on: simulator.socket)
    let rules = try JSON.parse(tool.output)["findings"]?.arrayValue?.compactMap { $0["rule"]?.stringValue } ?? []
    #expect(!rules.contains("D17") && !rules.contains("D16"), "\(rules)")
    await simulator.end()
  }

  @Test func `doctor of a pod exits with 3 if the pods cannot be listed`() async throws {
    let directory = try TemporaryDirectory()
    let simulator = try await SimulatorProcess(
      in: directory, ["--pods", "1", "--fail", "ListPodSandbox=INTERNAL:broken"])
    #expect(try await Tool.cri(["doctor", "x"], on: simulator.socket).code == 3)
    await simulator.end()
  }
}
