import CRIMessages
import CRIProtobuf
import Testing

/// Commands that take IDs also take the names that `-o name` prints.
@Suite("A name in place of an ID") struct ObjectNameTests {
  private static let pods = [
    ("p1", "web", "default", PodSandboxState.notReady, 1), ("p2", "web", "default", .ready, 2),
    ("p3", "web", "default", .notReady, 3), ("p4", "web", "other", .notReady, 4), ("p5", "web", "other", .notReady, 5),
  ].map { id, name, namespace, state, time in
    PodSandbox(
      id: id, metadata: PodSandboxMetadata(name: name, uid: id, namespace: namespace), state: state,
      createdAt: .init(nanoseconds: time))
  }

  private static let containers = [("c1", "p1"), ("c2", "p2"), ("c4", "p4")].map { id, pod in
    Container(id: id, podSandboxID: pod, metadata: ContainerMetadata(name: "main"), createdAt: .init(nanoseconds: 7))
  }

  private static func runtime() throws -> TestRuntime {
    try TestRuntime { name, request in
      switch name {
      case "ListPodSandbox": .message(ListPodSandboxResponse(items: pods))
      case "ListContainers": .message(ListContainersResponse(containers: containers))
      case "PodSandboxStatus":
        .message(
          PodSandboxStatusResponse(
            status: PodSandboxStatus(id: try PodSandboxStatusRequest.decode(request).podSandboxID, state: .notReady)))
      case "ContainerStatus":
        .message(
          ContainerStatusResponse(
            status: ContainerStatus(id: try ContainerStatusRequest.decode(request).containerID, state: .exited)))
      default: .message([])
      }
    }
  }

  @Test(
    "a name is resolved to an ID",
    arguments: [
      // The ready pod, or else the most recent one.
      (["stopp", "default/web"], "Stopped sandbox p2\n"), (["rmp", "other/web"], "Removed sandbox p5\n"),
      (["rmp", "p1", "default/web"], "Removed sandbox p1\nRemoved sandbox p2\n"),
      (["stop", "-t", "1", "other/web/main"], "c4\n"), (["rm", "default/web/main", "c4"], "c1\nc4\n"),
      (["inspectp", "default/web", "-o", "jsonpath={.status.id}"], "p2\n"),
      (["inspect", "other/web/main", "-o", "jsonpath={.status.id}"], "c4\n"),
    ])
  func found(words: [String], output: String) async throws {
    let run = try await Tool.cri(words, on: Self.runtime())
    #expect(run.code == 0 && run.output == output, "\(run)")
  }

  @Test(
    "a name means the live object even if another is newer, and is ambiguous if several are live", arguments: [1, 2])
  func alive(count: Int) async throws {
    let pods = (1...3).map { number in
      PodSandbox(
        id: "p\(number)", metadata: PodSandboxMetadata(name: "web", uid: "\(number)", namespace: "t"),
        state: number <= count ? .ready : .notReady, createdAt: .init(nanoseconds: Int64(number)))
    }
    let containers = pods.map { pod in
      Container(
        id: "c\(pod.id)", podSandboxID: pod.id, metadata: ContainerMetadata(name: "main"),
        state: pod.state == .ready ? .running : .exited, createdAt: pod.createdAt)
    }
    let runtime = try TestRuntime { name, _ in
      switch name {
      case "ListPodSandbox": .message(ListPodSandboxResponse(items: pods))
      case "ListContainers": .message(ListContainersResponse(containers: containers))
      default: .message([])
      }
    }
    for (words, output) in [
      (["stopp", "t/web"], "Stopped sandbox p1\n"), (["stop", "-t", "1", "t/web/main"], "cp1\n"),
    ] {
      let run = try await Tool.cri(words, on: runtime)
      #expect(run.output == (count == 1 ? output : "") && run.code == (count == 1 ? 0 : 8), "\(run)")
      if count > 1 { #expect(run.errors.contains("p1, ") && run.errors.contains("several"), "\(run)") }
    }
  }

  @Test(
    "a name that cannot be resolved is reported, and the other objects are processed",
    arguments: [
      (["stopp", "a/web", "p1"], 7, "pod a/web not found", "Stopped sandbox p1\n"),
      (["stop", "-t", "1", "web/x", "c1"], 7, "container web/x not found", "c1\n"),
      (["stop", "-t", "1", "web/main"], 8, "several pods have a container web/main; specify one of", ""),
    ] as [([String], Int32, String, String)])
  func missing(words: [String], code: Int32, errors: String, output: String) async throws {
    let run = try await Tool.cri(words, on: Self.runtime())
    #expect(run.code == code && run.errors.contains(errors) && run.output == output, "\(run)")
  }
}
