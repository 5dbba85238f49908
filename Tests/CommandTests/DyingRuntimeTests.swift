import CRIMessages
import CRIProtobuf
import CRISystem
import Foundation
import Glibc
import TestSupport
import Testing

/// A runtime dies, or stops responding, after a command has done part of its work; the command must not succeed.
@Suite(.timeLimit(.minutes(10))) struct DyingRuntimeTests {
  enum End: String, Sendable, CaseIterable {
    /// The runtime closes the connection.
    case dies
    /// The runtime keeps the connection open but never responds.
    case stalls
  }

  /// A command, and the method that the runtime is serving when it stops responding.
  struct Case: Sendable, CustomTestStringConvertible {
    let command: [String]
    let method: String
    var testDescription: String { "\(command.joined(separator: " ")) during \(method)" }
  }

  static let cases: [Case] = [
    Case(command: ["rmi", "-a"], method: "RemoveImage"), Case(command: ["rmi", "--prune"], method: "RemoveImage"),
    Case(command: ["rmi", "-a"], method: "ImageStatus"), Case(command: ["rmi", "--prune"], method: "ImageStatus"),
    Case(command: ["rmi", "i1", "i2", "i3", "i4"], method: "RemoveImage"),
    Case(command: ["rm", "-a"], method: "RemoveContainer"), Case(command: ["rm", "-af"], method: "RemoveContainer"),
    Case(command: ["rm", "-a"], method: "ContainerStatus"),
    Case(command: ["rmp", "-a"], method: "RemovePodSandbox"),
    Case(command: ["rmp", "-af"], method: "RemovePodSandbox"),
    Case(command: ["stop", "-a"], method: "StopContainer"),
    Case(command: ["stopp", "p1", "p2", "p3", "p4"], method: "StopPodSandbox"),
    Case(command: ["start", "c1", "c2", "c3", "c4"], method: "StartContainer"),
  ]

  private static let count = 20
  private static let numbers = 1...count

  /// Responds to `method` twice, and ends during the third call.
  private func runtime(_ method: String, _ end: End) throws -> TestRuntime {
    let calls = Locked(0)
    let removed = Locked<Set<String>>([])
    let itself = Locked<TestRuntime?>(nil)
    let runtime = try TestRuntime { name, request in
      if name == method {
        let number = calls.withLock { calls in
          calls += 1
          return calls
        }
        if number > 2 {
          if end == .dies { itself.withLock { $0 }?.stop() }
          try await Task.sleep(for: .seconds(60))
        }
      }
      switch name {
      case "ListImages":
        return .message(ListImagesResponse(images: Self.numbers.map { Image(id: "i\($0)", repoTags: ["r/i\($0):1"]) }))
      case "ImageStatus":
        let id = try ImageStatusRequest.decode(request).image?.image ?? ""
        let isRemoved = removed.withLock { $0.contains(id) }
        return .message(ImageStatusResponse(image: isRemoved ? nil : Image(id: id, repoTags: [id])))
      case "RemoveImage":
        let id = try RemoveImageRequest.decode(request).image?.image ?? ""
        removed.withLock { _ = $0.insert(id) }
        return .message([])
      case "ListContainers":
        // For rmi --prune, no image is in use.
        return .message(
          ListContainersResponse(
            containers: Self.numbers.map { Container(id: "c\($0)", podSandboxID: "p\($0)", state: .exited) }))
      case "ContainerStatus":
        let id = try ContainerStatusRequest.decode(request).containerID
        return .message(ContainerStatusResponse(status: ContainerStatus(id: id, state: .exited)))
      case "ListPodSandbox":
        return .message(
          ListPodSandboxResponse(items: Self.numbers.map { PodSandbox(id: "p\($0)", state: .notReady) }))
      case "PodSandboxStatus":
        let id = try PodSandboxStatusRequest.decode(request).podSandboxID
        return .message(PodSandboxStatusResponse(status: PodSandboxStatus(id: id, state: .notReady)))
      default: return .message([])
      }
    }
    itself.withLock { $0 = runtime }
    return runtime
  }

  @Test(arguments: cases, End.allCases)
  func `a command whose runtime ends in the middle fails`(_ test: Case, _ end: End) async throws {
    let runtime = try runtime(test.method, end)
    let run = try await Tool.cri(["--timeout", "1s"] + test.command, on: runtime)
    #expect(run.code == (end == .stalls ? 10 : 3), "\(run.code) \(run.output) \(run.errors)")
    #expect(run.errors.hasPrefix("cri: "), "\(run.errors)")
    #expect(runtime.called.contains(test.method))
    runtime.stop()
  }

  /// containerd's records are read after the snapshot, one list after another.
  @Test func `preflight ends soon if the runtime stops after the snapshot`() async throws {
    let runtime = try await SimulatorProcess(in: directory, ["--pods", "3", "--delay", "RuntimeConfig=2s"])
    let pid = try #require(runtime.pid)
    async let reply = Tool.cri(["--timeout", "4s", "preflight"], on: runtime.socket)
    // The snapshot is complete, and the call after it is in progress.
    try await Task.sleep(for: .seconds(1))
    kill(pid, SIGSTOP)
    let run = try await reply
    kill(pid, SIGCONT)
    #expect(run.code == 3, "\(run)")
    #expect(run.output.contains("timed out"), "\(run.output)")
    // Each of the calls after the snapshot would be allowed four seconds, and was once allowed thirty.
    #expect(run.duration < .seconds(9), "\(run.duration)")
  }

  @Test func `the probes of all containers end after ten timeouts`() async throws {
    let ids = (0..<300).map { "c\($0)" }
    let runtime = try TestRuntime { name, request in
      switch name {
      case "Version":
        return .message(VersionResponse(version: "0.1.0", runtimeName: "containerd", runtimeVersion: "v2.1.0"))
      case "Status":
        return .message(
          StatusResponse(status: RuntimeStatus(conditions: [RuntimeCondition(type: "RuntimeReady", status: true)])))
      case "ListPodSandbox": return .message(ListPodSandboxResponse(items: [PodSandbox(id: "p", state: .ready)]))
      case "PodSandboxStatus":
        return .message(PodSandboxStatusResponse(status: PodSandboxStatus(id: "p", state: .ready)))
      case "ListContainers":
        return .message(
          ListContainersResponse(containers: ids.map { Container(id: $0, podSandboxID: "p", state: .running) }))
      case "ContainerStatus":
        let id = try ContainerStatusRequest.decode(request).containerID
        return .message(ContainerStatusResponse(status: ContainerStatus(id: id, state: .running)))
      case "ExecSync":
        #expect(try ExecSyncRequest.decode(request).timeout == 1)
        try await Task.sleep(for: .seconds(60))
        return nil
      default: return .message([])
      }
    }
    let file = directory.file("before.json")
    #expect(try await Tool.cri(["snapshot", "-o", file], on: runtime).code == 0)
    let run = try await Tool.cri(["--timeout", "500ms", "verify", "--before", file, "--probe"], on: runtime)
    #expect(run.code != 0, "\(run)")
    // One after another, they would take 38 times two and a half seconds.
    #expect(run.duration < .seconds(30), "\(run.duration)")
    #expect(runtime.called.count { $0 == "ExecSync" } < 100)
    runtime.stop()
  }

  private let directory: TemporaryDirectory

  init() throws { directory = try TemporaryDirectory() }
}
