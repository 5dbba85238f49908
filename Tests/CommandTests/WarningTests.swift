import CRIMessages
import CRIProtobuf
import TestSupport
import Testing

/// A file or a runtime can cause any number of warnings or failures.
@Suite(.timeLimit(.minutes(10))) struct WarningTests {
  /// A file, or a log's directory, can cause any number of warnings.
  @Test(arguments: [19, 20, 21, 100_000]) func `only the first ignored fields are printed`(count: Int) async throws {
    let runtime = try TestRuntime { name, _ in
      name == "RunPodSandbox" ? .message(RunPodSandboxResponse(podSandboxID: "pod1")) : .message([])
    }
    let files = try LifeFiles()
    let fields = (0..<count).map { "\"unknown\($0)\": 1" }.joined(separator: ", ")
    try files.write(pod: "{\"metadata\": {\"name\": \"a\", \"namespace\": \"b\"}, \(fields)}")
    let run = try await Tool.cri(["runp", files.pod], on: runtime)
    #expect(run.code == 0, "\(run.errors.prefix(500))")
    let lines = run.errors.split(separator: "\n")
    #expect(lines.count == min(count, 20) + (count > 20 ? 1 : 0))
    #expect(lines.prefix(20).allSatisfy { $0.contains(": ignored unknown") })
    if count > 20 { #expect(lines.last == "cri: \(count - 20) more such warnings") }
  }

  @Test func `only the first failures of rm --all are printed`() async throws {
    let runtime = try TestRuntime { name, request in
      switch name {
      case "ListContainers":
        return .message(ListContainersResponse(containers: (0..<500).map { Container(id: "c\($0)") }))
      case "ContainerStatus":
        let id = try ContainerStatusRequest.decode(request).containerID
        return .message(ContainerStatusResponse(status: ContainerStatus(id: id, state: .running)))
      default: return .message([])
      }
    }
    let run = try await Tool.cri(["rm", "-a"], on: runtime)
    let lines = run.errors.split(separator: "\n")
    #expect(run.code == 1 && lines.count == 21 && lines.last == "cri: 480 more failed", "\(run.errors)")
    // Objects that the user names are all reported.
    let named = try await Tool.cri(["rm"] + (0..<30).map { "c\($0)" }, on: runtime)
    #expect(named.code == 1 && named.errors.split(separator: "\n").count == 30, "\(named.errors)")
  }

  @Test func `only the first logs that rm keeps are printed`() async throws {
    let runtime = try TestRuntime { name, request in
      switch name {
      case "ListContainers":
        return .message(ListContainersResponse(containers: (0..<100).map { Container(id: "c\($0)") }))
      case "ContainerStatus":
        let id = try ContainerStatusRequest.decode(request).containerID
        return .message(
          ContainerStatusResponse(status: ContainerStatus(id: id, state: .exited, logPath: "/etc/\(id)")))
      default: return .message([])
      }
    }
    let run = try await Tool.cri(["rm", "-a"], on: runtime)
    let lines = run.errors.split(separator: "\n")
    #expect(run.code == 0 && lines.count == 21 && lines.last == "cri: 80 more such warnings", "\(run.errors)")
  }
}
