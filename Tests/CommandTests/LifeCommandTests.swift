import CRI
import CRIGRPC
import CRIJSON
import CRIMessages
import CRIProtobuf
import CRISystem
import Glibc
import TestSupport
import Testing

@testable import CRICommandLine
@testable import CRICommands

/// Tests the commands that create, change and remove objects, with a runtime that records its requests.
@Suite(.timeLimit(.minutes(10))) struct LifeCommandTests {
  private let files: LifeFiles

  init() throws {
    files = try LifeFiles()
    try files.write()
  }

  /// The requests by method.
  private typealias Requests = Locked<[(name: String, bytes: [UInt8])]>

  /// Creates one pod and one container; the methods in `failing` fail.
  private func runtime(_ requests: Requests, failing: Set<String> = []) throws -> TestRuntime {
    try TestRuntime { name, bytes in
      requests.withLock { $0.append((name, bytes)) }
      if failing.contains(name) { return .failure(.unknown, "no \(name) today") }
      switch name {
      case "RunPodSandbox": return .message(RunPodSandboxResponse(podSandboxID: "pod1"))
      case "CreateContainer": return .message(CreateContainerResponse(containerID: "ctr1"))
      case "PullImage": return .message(PullImageResponse(imageRef: "sha256:aa"))
      case "PodSandboxStatus":
        let metadata = PodSandboxMetadata(name: "web", uid: "running", namespace: "default")
        return .message(PodSandboxStatusResponse(status: PodSandboxStatus(id: "pod1", metadata: metadata)))
      default: return .message([])
      }
    }
  }

  private func decode<M: CMessage>(_ requests: Requests, _ name: String, _ type: M.Type = M.self) throws -> M {
    try M.decode(#require(requests.withLock { $0.first { $0.name == name }?.bytes }))
  }

  // MARK: run, create

  @Test func `run pulls first, and uses the same uid in both calls`() async throws {
    let requests = Requests([])
    let runtime = try runtime(requests)
    let run = try await Tool.cri(["run", files.container, files.pod, "-r", "runc"], on: runtime)
    #expect(run.code == 0 && run.output == "ctr1\n" && run.errors.isEmpty, "\(run)")
    #expect(runtime.called == ["PullImage", "PullImage", "RunPodSandbox", "CreateContainer", "StartContainer"])
    let pod = try decode(requests, "RunPodSandbox", RunPodSandboxRequest.self)
    let container = try decode(requests, "CreateContainer", CreateContainerRequest.self)
    let uid = try #require(pod.config?.metadata?.uid)
    #expect(uid.split(separator: "-").map(\.count) == [8, 4, 4, 4, 12])
    #expect(uid.dropFirst(14).first == "4" && "89ab".contains(uid.dropFirst(19).first ?? " "))
    #expect(pod.runtimeHandler == "runc")
    #expect(container.sandboxConfig == pod.config && container.podSandboxID == "pod1")
    #expect(container.config?.image?.userSpecifiedImage == "localhost/busybox:1")
    let again = Requests([])
    let second = try self.runtime(again)
    _ = try await Tool.cri(["run", "--no-pull", files.container, files.pod], on: second)
    #expect(second.called == ["RunPodSandbox", "CreateContainer", "StartContainer"])
    #expect(try decode(again, "RunPodSandbox", RunPodSandboxRequest.self).config?.metadata?.uid != uid)
  }

  @Test(arguments: ["CreateContainer", "StartContainer"])
  func `run removes its pod when it fails`(method: String) async throws {
    let runtime = try runtime(Requests([]), failing: [method])
    let run = try await Tool.cri(["run", "--no-pull", files.container, files.pod], on: runtime)
    #expect(run.code == 1 && run.output.isEmpty)
    #expect(
      run.errors
        == "cri: \(method == "StartContainer" ? "container ctr1: " : "")\(method): UNKNOWN: no \(method) today; the pod that was created for it was removed again\n"
    )
    #expect(runtime.called.suffix(2) == ["StopPodSandbox", "RemovePodSandbox"])
  }

  @Test func `run reports the step that failed`() async throws {
    let runtime = try runtime(Requests([]), failing: ["StartContainer", "RemovePodSandbox"])
    let run = try await Tool.cri(["run", "--no-pull", files.container, files.pod], on: runtime)
    #expect(run.code == 1 && run.errors.hasSuffix("today): run cri rmp -f pod1\n"), "\(run)")
  }

  @Test func `an image that cannot be pulled leaves no pod`() async throws {
    let runtime = try runtime(Requests([]), failing: ["PullImage"])
    let run = try await Tool.cri(["run", files.container, files.pod], on: runtime)
    #expect(run.code == 1 && runtime.called == ["PullImage"])
    #expect(run.errors.hasSuffix("no PullImage today; --no-pull uses the image that is on the node\n"), "\(run)")
  }

  @Test(arguments: [(SIGINT, "StartContainer"), (SIGTERM, "CreateContainer"), (SIGINT, "RunPodSandbox")])
  func `run removes its pod when it is interrupted`(signal: Int32, method: String) async throws {
    let isReached = Locked(false)
    let runtime = try TestRuntime { name, _ in
      if name == method {
        isReached.withLock { $0 = true }
        // The call is pending until it is cancelled.
        try await Task.sleep(for: .seconds(300))
      }
      switch name {
      case "RunPodSandbox": return .message(RunPodSandboxResponse(podSandboxID: "pod1"))
      case "CreateContainer": return .message(CreateContainerResponse(containerID: "ctr1"))
      default: return .message([])
      }
    }
    let words = ["-t", "100s", "-r", runtime.path, "run", "--no-pull", files.container, files.pod]
    let run = try SpawnedProcess([Tool.path("cri")] + words)
    #expect(await eventually(within: .seconds(60)) { isReached.withLock { $0 } })
    run.signal(signal)
    let (code, text) = await run.end()
    #expect(code == 1 && text.isEmpty)
    let cleaned = method == "RunPodSandbox" ? [] : ["StopPodSandbox", "RemovePodSandbox"]
    #expect(
      runtime.called.filter { $0.hasSuffix("PodSandbox") && $0 != "ListPodSandbox" } == ["RunPodSandbox"] + cleaned)
  }

  @Test(arguments: [(["-t", "300ms"], nil, 10), ([], SIGTERM, 1)] as [([String], Int32?, Int32)])
  func `run removes a pod that appears after the call was given up`(words: [String], signal: Int32?, code: Int32)
    async throws
  {
    let pods = Locked<[PodSandbox]>([])
    let isReached = Locked(false)
    let runtime = try TestRuntime { name, bytes in
      switch name {
      case "RunPodSandbox":
        isReached.withLock { $0 = true }
        let metadata = try RunPodSandboxRequest.decode(bytes).config?.metadata
        Task.detached {
          try await Task.sleep(for: .seconds(1))
          let now = Timestamp(nanoseconds: Kernel.now)
          pods.withLock { $0.append(PodSandbox(id: "late", metadata: metadata, createdAt: now)) }
        }
        try await Task.sleep(for: .seconds(300))
        return nil
      case "ListPodSandbox":
        // An older pod has the same name.
        let other = PodSandbox(id: "other", metadata: PodSandboxMetadata(name: "web", namespace: "default"))
        return .message(ListPodSandboxResponse(items: [other] + pods.withLock { $0 }))
      case "StopPodSandbox", "RemovePodSandbox": return .message([])
      default: return nil
      }
    }
    let run = try SpawnedProcess(
      [Tool.path("cri")] + words + ["-r", runtime.path, "run", "--no-pull", files.container, files.pod])
    #expect(await eventually(within: .seconds(60)) { isReached.withLock { $0 } })
    if let signal { run.signal(signal) }
    #expect(await run.end().code == code)
    #expect(Array(runtime.called.suffix(2)) == ["StopPodSandbox", "RemovePodSandbox"])
  }

  @Test(arguments: [
    ("run", "", [], true), ("run", "disable-pull-on-run: true", [], false), ("run", "", ["--no-pull"], false),
    ("run", "disable-pull-on-run: true", ["--with-pull"], true), ("create", "", [], false),
    ("create", "pull-image-on-create: true", [], true), ("create", "pull-image-on-create: true", ["--no-pull"], false),
    ("create", "", ["--with-pull"], true),
  ])
  func `the pull policy determines whether an image is pulled`(
    command: String, configuration: String, flags: [String], pulls: Bool
  )
    async throws
  {
    let runtime = try runtime(Requests([]))
    let words = [command] + (command == "create" ? ["pod1"] : []) + [files.container, files.pod] + flags
    let run = try await Tool.cri(words, on: runtime, environment: files.configured(configuration))
    #expect(run.code == 0 && runtime.called.contains("PullImage") == pulls, "\(run) \(runtime.called)")
  }

  @Test func `create uses the uid of the running pod`() async throws {
    let requests = Requests([])
    let runtime = try runtime(requests)
    #expect(try await Tool.cri(["create", "pod1", files.container, files.pod], on: runtime).output == "ctr1\n")
    #expect(
      try decode(requests, "CreateContainer", CreateContainerRequest.self).sandboxConfig?.metadata?.uid == "running")
    try files.write(pod: "metadata: {name: web, namespace: default, uid: mine}\n---\nmore: 1\n")
    let other = try self.runtime(requests)
    let run = try await Tool.cri(["create", "pod1", files.container, files.pod], on: other)
    #expect(run.errors.hasSuffix("has 2 documents; only the first one is read\n") && run.code == 0, "\(run)")
    #expect(other.called == ["CreateContainer"])
  }

  @Test(arguments: ["containerd-1.6.12", "containerd-1.6.20", "containerd-2.4"])
  func `a container can be created from the configuration that containerd reports`(runtime: String) throws {
    var (pods, containers) = (0, 0)
    for (arguments, document) in try RecordedOutput.documents(runtime) {
      guard let config = document["info"]?["config"] else { continue }
      if arguments[0] == "inspectp" {
        try TestFile.write(config.text(), to: files.pod)
        #expect(try ConfigFile.pod(files.pod).dnsConfig?.servers == ["10.96.0.10"])
        pods += 1
      } else if arguments[0] == "inspect" {
        try TestFile.write(config.text(pretty: true), to: files.container)
        let config = try ConfigFile.container(files.container)
        #expect(config.envs == [KeyValue(key: "A", value: Array("b c".utf8))])
        #expect(config.linux?.resources?.memoryLimitInBytes == 64 << 20)
        containers += 1
      }
    }
    #expect(pods > 2 && containers > 2)
  }

  @Test func `jsonschema needs no runtime`() async throws {
    for words in [["runp", "js"], ["run", "jsonschema", "-p"], ["create", "js", "--pod"], ["pull", "js"]] {
      let run = try await Tool.cri(words, environment: ["CONTAINER_RUNTIME_ENDPOINT": "/nonexistent"])
      #expect(run.code == 0 && run.output.contains(##""$ref": "#/$defs/PodSandboxConfig""##), "\(words)")
    }
    let both = try await Tool.cri(["create", "js", "-pc"]).output
    #expect(both.contains("#/$defs/PodSandboxConfig") && both.contains("#/$defs/ContainerConfig"))
  }

  // MARK: Usage errors

  @Test(arguments: [
    (["runp"], "pod-file"), (["runp", "/nonexistent"], "/nonexistent cannot be read: No such file"),
    (["runp", "POD", "x"], "Unexpected argument"), (["run", "CTR"], "run takes"),
    (["create", "x", "CTR"], "create takes"),
    (["run", "CTR", "POD", "--no-pull", "--with-pull"], "not both"), (["run", "js"], "--pod or --container"),
    (["run", "CTR", "POD", "-p"], "only with jsonschema"),
    (["runp", "--strict", "CTR"], "image: PodSandboxConfig has no such field"),
    (["run", "POD", "POD", "--strict"], "ContainerMetadata has no such field"),
    (["runp", "POD", "-T", "x"], "--cancel-timeout x"),
    (["start"], "container"), (["stop"], "--all"), (["stop", "-a", "x"], "not both"),
    (["stop", "-t", "-1", "x"], "0 or more"),
    (["stop", "-t", "1.5", "x"], "1.5"), (["stopp"], "pod"), (["rm"], "--all"), (["rm", "-a", "x"], "not both"),
    (["rmp"], "--all"), (["rmi"], "--prune"), (["rmi", "-a", "x"], "specify images, or --all, or --prune"),
    (["rmi", "-q", "x"], "specify images, or --all, or --prune"), (["pods", "x"], "unexpected argument 'x'"),
    (["update", "x"], "--cpu-share"), (["update", "x", "--oom-score-adj", "high"], "high"),
    (["update", "--memory", "1"], "container"),
    (["update", "x", "--cpu-count", "1"], "Windows"), (["checkpoint", "x"], "--export"),
    (["checkpoint", "x", "y", "-e", "/a.tar"], "directory"), (["update-runtime-config"], "--pod-cidr"),
    (["pull"], "image"),
    (["pull", ""], "empty"), (["pull", "x", "--creds", "a:b", "--auth", "c"], "not both"),
    (["pull", "x", "--creds", ":p"], "empty"),
    (["pull", "x", "-a", "nokey"], "key=value"), (["pull", "x", "--pod-config", "/nonexistent"], "cannot be read"),
    (["pull", "x", "--pull-timeout", "soon"], "soon"), (["pull", "x", "-u", "me"], "terminal"),
  ])
  func `a usage error is detected before the runtime is called`(words: [String], expected: String) async throws {
    let runtime = try runtime(Requests([]))
    let run = try await Tool.cri(
      words.map { $0 == "POD" ? files.pod : $0 == "CTR" ? files.container : $0 }, on: runtime)
    #expect(run.code == 2 && run.errors.contains(expected) && run.errors.split(separator: "\n").count == 1, "\(run)")
    #expect(runtime.called.isEmpty && run.output.isEmpty)
  }

  @Test func `an unknown field is reported and ignored, as crictl ignores it, or refused`() async throws {
    // From files that people have published: a misplaced setting, the Kubernetes name of a field, and a spelling mistake.
    try files.write(
      container: """
        metadata: {name: main}
        image: {image: "localhost/busybox:1"}
        privileged: true
        envs: [{name: A, value: "1"}]
        mounts: [{mountPath: /a, host_path: /b}]
        labells: {}
        nosuch: 1
        """)
    try files.write(pod: "metadata: {name: web, namespace: default, uid: u}\nresources: {}\nlinux: {resource: {}}\n")
    let requests = Requests([])
    let words = ["run", "--no-pull", files.container, files.pod]
    let run = try await Tool.cri(words, on: try runtime(requests))
    #expect(run.code == 0, "\(run)")
    let warnings = [
      (files.container, "privileged", "ContainerConfig", "linux.security_context.privileged"),
      (files.container, "envs[0].name", "KeyValue", "key"),
      (files.container, "mounts[0].mountPath", "Mount", "container_path"),
      (files.container, "labells", "ContainerConfig", "labels"), (files.container, "nosuch", "ContainerConfig", nil),
      (files.pod, "resources", "PodSandboxConfig", "linux.resources"),
      (files.pod, "linux.resource", "LinuxPodSandboxConfig", "resources"),
    ]
    let lines = warnings.map { file, field, message, nearest in
      "cri: \(file): ignored \(field): \(message) has no such field"
        + (nearest.map { "; did you mean \"\($0)\"?" } ?? "")
    }
    #expect(run.errors.split(separator: "\n").map(String.init) == lines)
    let strict = try await Tool.cri(words + ["--strict"], on: try runtime(Requests([])))
    #expect(strict.code == 2 && strict.errors == lines[0].replacing("ignored ", with: "") + "\n", "\(strict)")
  }

  @Test(arguments: [
    (["inspect", "p1"], "container p1 not found: this is the ID of a pod; use cri inspectp p1, or cri ps -a --pod p1"),
    (["rm", "p1"], "container p1 not found: this is the ID of a pod; use cri rmp p1, or cri ps -a --pod p1"),
    (["start", "p1"], "container p1 not found: this is the ID of a pod; use cri ps -a --pod p1"),
    (["inspectp", "c1"], "pod c1 not found: this is the ID of a container; use cri inspect c1"),
    (["rmp", "c1"], "pod c1 not found: this is the ID of a container; use cri rm c1"),
    (["rmp", "zz"], "pod zz not found; see cri pods"), (["inspect", "zz"], "container zz not found; see cri ps -a"),
  ])
  func `the ID of an object of the other kind is recognised`(words: [String], expected: String) async throws {
    let runtime = try TestRuntime { name, _ in
      switch name {
      case "ListPodSandbox": .message(ListPodSandboxResponse(items: [PodSandbox(id: "p123")]))
      case "ListContainers": .message(ListContainersResponse(containers: [Container(id: "c123", podSandboxID: "p123")]))
      default: .failure(.notFound, "not found")
      }
    }
    let run = try await Tool.cri(words, on: runtime)
    #expect(run.code == 7 && run.errors == "cri: \(expected)\n", "\(run)")
  }

  // MARK: Several objects

  @Test func `several objects are processed concurrently, and each failure is reported`() async throws {
    let inFlight = Locked<(now: Int, most: Int)>((0, 0))
    let pods = (1...60).map { PodSandbox(id: "pod\($0)", state: .notReady) }
    let runtime = try TestRuntime { name, bytes in
      switch name {
      case "ListPodSandbox": return .message(ListPodSandboxResponse(items: pods))
      default:
        inFlight.withLock { $0 = ($0.now + 1, max($0.most, $0.now + 1)) }
        try await Task.sleep(for: .milliseconds(5))
        inFlight.withLock { $0.now -= 1 }
        let id = try RemovePodSandboxRequest.decode(bytes).podSandboxID
        if id == "pod7" || id == "pod9" { return .failure(.unknown, "busy") }
        return id == "pod8" ? .failure(.notFound, "gone") : .message([])
      }
    }
    let run = try await Tool.cri(["rmp", "-a"], on: runtime)
    #expect(run.code == 1)
    let removed = pods.map(\.id).filter { !["pod7", "pod8", "pod9"].contains($0) }
    #expect(run.output == removed.map { "Removed sandbox \($0)\n" }.joined())
    #expect(
      run.errors
        == "cri: pod pod7: RemovePodSandbox: UNKNOWN: busy\ncri: pod pod9: RemovePodSandbox: UNKNOWN: busy\n")
    #expect(inFlight.withLock { $0.most } > 1 && inFlight.withLock { $0.most } <= 8)
  }

  @Test func `an unreachable runtime is reported once`() async throws {
    let run = try await Tool.cri(["rm", "a", "b", "c"], on: "/nonexistent")
    #expect(run.code == 3 && run.errors.split(separator: "\n").count == 1, "\(run)")
  }

  @Test func `start works in order, and continues after a failure`() async throws {
    let runtime = try TestRuntime { _, bytes in
      try StartContainerRequest.decode(bytes).containerID == "b" ? .failure(.notFound, "no b") : .message([])
    }
    let run = try await Tool.cri(["start", "a", "b", "c"], on: runtime)
    #expect(run.output == "a\nc\n" && run.errors == "cri: container b not found; see cri ps -a\n" && run.code == 7)
  }

  @Test(arguments: [
    (
      ContainerState.exited, 1,
      "container x has exited and cannot be started again (StartContainer: "
    ),
    // The container never ran.
    (.exited, 0, "container x did not start: StartContainer: UNKNOWN: no; create a new one"),
    (.running, 1, "container x is already running (StartContainer: "),
    (.created, 0, "container x: StartContainer: UNKNOWN: no"),
  ])
  func `start explains why it cannot start a container`(state: ContainerState, started: Int64, expected: String)
    async throws
  {
    let status = ContainerStatus(state: state, startedAt: Timestamp(nanoseconds: started))
    let runtime = try TestRuntime { name, _ in
      name == "StartContainer" ? .failure(.unknown, "no") : .message(ContainerStatusResponse(status: status))
    }
    let run = try await Tool.cri(["start", "x"], on: runtime)
    #expect(run.code == 1 && run.errors.hasPrefix("cri: \(expected)"), "\(run)")
  }

  @Test(arguments: [
    (true, "CreateContainer: NOT_FOUND: gone; see cri pods"),
    (
      false,
      "image localhost/busybox:1 is not on the node; run cri pull localhost/busybox:1, or create with --with-pull"
    ),
  ])
  func `create distinguishes a missing pod from a missing image`(hasImage: Bool, expected: String) async throws {
    try files.write(pod: "metadata: {name: web, namespace: default, uid: u}")
    let image = Image(id: "sha256:aa")
    let runtime = try TestRuntime { name, _ in
      name == "ImageStatus" ? .message(ImageStatusResponse(image: hasImage ? image : nil)) : .failure(.notFound, "gone")
    }
    let run = try await Tool.cri(["create", "x", files.container, files.pod], on: runtime)
    #expect(run.code == 7 && run.errors == "cri: \(expected)\n", "\(run)")
  }

  @Test(arguments: ["rm", "rmp", "stop", "stopp", "start", "rmi", "inspect", "inspectp", "inspecti"])
  func `an empty ID is a usage error`(command: String) async throws {
    let runtime = try TestRuntime { _, _ in .message([]) }
    let run = try await Tool.cri([command, ""], on: runtime)
    #expect(run.code == 2 && run.errors.contains("is empty") && runtime.called.isEmpty, "\(run)")
  }

  @Test(arguments: [["runtime-config"], ["update-runtime-config", "-p", ""], ["checkpoint", "-e", "/x", "y"]])
  func `a method that the runtime does not implement is reported`(words: [String]) async throws {
    let run = try await Tool.cri(words, on: TestRuntime { _, _ in nil })
    #expect(run.code == 1 && run.errors.contains("the runtime does not implement "), "\(run)")
  }

  @Test func `a response without an ID is an error`() async throws {
    let empty = try TestRuntime { _, _ in .message([]) }
    for words in [["runp", files.pod], ["create", "x", files.container, files.pod], ["pull", "x"]] {
      let run = try await Tool.cri(words, on: empty)
      #expect(run.code == 1 && run.output.isEmpty && run.errors.contains("the response has no ID"), "\(run)")
    }
    let hostile = try TestRuntime { _, _ in .message(RunPodSandboxResponse(podSandboxID: "a\u{1b}[31m\n")) }
    #expect(try await Tool.cri(["runp", files.pod], on: hostile).output == "a\\x1b[31m\\n\n")
  }

  // MARK: stop, update

  @Test(
    arguments: [
      (["x"], 30), (["-t", "5", "x"], 5), (["x", "--timeout", "0"], 0), (["none"], 0), (["-a"], 30), (["bad"], 0),
    ] as [([String], Int64)])
  func `stop waits for the pod's grace period`(words: [String], seconds: Int64) async throws {
    let asked = Locked<[Int64]>([])
    let runtime = try TestRuntime { name, bytes in
      switch name {
      case "ListContainers":
        #expect(try ListContainersRequest.decode(bytes).filter?.state?.state == .running)
        let annotations: StringMap = ["io.kubernetes.pod.terminationGracePeriod": "30"]
        return .message(ListContainersResponse(containers: [Container(id: "x", annotations: annotations)]))
      case "ContainerStatus":
        let id = try ContainerStatusRequest.decode(bytes).containerID
        let text = id == "x" ? "30" : "-7"
        let annotations: StringMap = id == "none" ? [:] : ["io.kubernetes.pod.terminationGracePeriod": text]
        return .message(ContainerStatusResponse(status: ContainerStatus(annotations: annotations)))
      default:
        asked.withLock { [timeout = try StopContainerRequest.decode(bytes).timeout] in $0.append(timeout) }
        return .message([])
      }
    }
    let run = try await Tool.cri(["stop"] + words, on: runtime)
    #expect(run.code == 0 && run.errors.isEmpty, "\(run)")
    #expect(asked.withLock { $0 } == [seconds])
    // The list already contains the state.
    if words == ["-a"] { #expect(runtime.called == ["ListContainers", "StopContainer"]) }
  }

  @Test func `update sends one message`() async throws {
    let requests = Requests([])
    let runtime = try runtime(requests)
    let words = [
      "update", "a", "--cpu-quota", "-1", "b", "--memory", "0x10", "--oom-score-adj", "-5", "--cpuset-cpus", "0-1",
    ]
    #expect(try await Tool.cri(words, on: runtime).output == "a\nb\n")
    let linux = LinuxContainerResources(
      cpuQuota: -1, memoryLimitInBytes: 16, oomScoreAdj: -5, cpusetCPUs: "0-1")
    let expected = ["a", "b"].map { UpdateContainerResourcesRequest(containerID: $0, linux: linux) }
    #expect(try requests.withLock { $0 }.map { try UpdateContainerResourcesRequest.decode($0.bytes) } == expected)
  }

  @Test(
    arguments: [
      ("12", 12), ("-12", -12), ("+3", 3), ("0x10", 16), ("-0X1f", -31), ("017", 15), ("0o17", 15), ("0b101", 5),
      ("1_000", 1000),
      ("0", 0), ("", nil), ("-", nil), ("1e3", nil), ("08", nil), ("0x", nil), ("--1", nil), ("1__0", nil), ("_1", nil),
      ("9223372036854775807", .max), ("9223372036854775808", nil), (" 1", nil),
    ] as [(String, Int64?)])
  func `numbers are parsed as Go's flags parse them`(text: String, value: Int64?) {
    #expect(WholeNumber(argument: text)?.value == value)
  }

  @Test func `several checkpoints are written to a directory`() async throws {
    let requests = Requests([])
    let runtime = try runtime(requests)
    #expect(try await Tool.cri(["-t", "7s", "checkpoint", "a", "b", "-e", "/c/"], on: runtime).output == "a\nb\n")
    let expected = ["a", "b"].map {
      CheckpointContainerRequest(containerID: $0, location: "/c/checkpoint-\($0).tar", timeout: 7)
    }
    #expect(try requests.withLock { $0 }.map { try CheckpointContainerRequest.decode($0.bytes) } == expected)
  }

  // MARK: rm

  @Test(arguments: ["rm", "rmp"])
  func `running objects are removed only with --force`(command: String) async throws {
    let runtime = try TestRuntime { name, _ in
      switch name {
      case "ContainerStatus": .message(ContainerStatusResponse(status: ContainerStatus(state: .running)))
      case "PodSandboxStatus": .message(PodSandboxStatusResponse(status: PodSandboxStatus(state: .ready)))
      default: .message([])
      }
    }
    let run = try await Tool.cri([command, "x"], on: runtime)
    let expected = command == "rm" ? "container x is running; use cri stop x" : "pod x is ready; use cri stopp x"
    #expect(run.code == 1 && run.errors.contains(expected) && runtime.called.count == 1, "\(run)")
    let forced = try await Tool.cri([command, "-f", "x"], on: runtime)
    #expect(forced.output == (command == "rm" ? "x\n" : "Stopped sandbox x\nRemoved sandbox x\n"))
    #expect(runtime.called.count == 4)
  }

  @Test(arguments: [("y", 0), ("n", 1), ("", 1)])
  func `--all requires confirmation on a terminal`(reply: String, code: Int32) async throws {
    let runtime = try TestRuntime { name, _ in
      switch name {
      case "ListContainers": .message(ListContainersResponse(containers: [Container(id: "a"), Container(id: "b")]))
      case "ContainerStatus": .message(ContainerStatusResponse(status: ContainerStatus(state: .exited)))
      default: .message([])
      }
    }
    // script(1) gives the command a terminal.
    let words = ["/usr/bin/script", "-qec", "\(Tool.path("cri")) -t 60s -r \(runtime.path) rm -a", "/dev/null"]
    let run = try await Tool.run(words, input: "\(reply)\n")
    #expect(run.code == code && run.output.contains("remove all 2 containers on \(runtime.path)? [y/N]"), "\(run)")
    #expect(runtime.called.contains("RemoveContainer") == (code == 0))
    let sure = try await Tool.run(
      ["/usr/bin/script", "-qec", "\(Tool.path("cri")) -t 60s -r \(runtime.path) rm -ay", "/dev/null"])
    #expect(sure.code == 0 && !sure.output.contains("[y/N]"), "\(sure)")
    let unseen = [
      "/usr/bin/script", "-qec", "\(Tool.path("cri")) -t 60s -r \(runtime.path) rm -a 2>/dev/null", "/dev/null",
    ]
    let calls = runtime.called.count
    #expect(try await Tool.run(unseen, input: "y\n").code == 2 && runtime.called.count == calls + 1)
    let stop = ["/usr/bin/script", "-qec", "\(Tool.path("cri")) -t 60s -r \(runtime.path) stop -a", "/dev/null"]
    let stopped = try await Tool.run(stop, input: "\(reply)\n")
    #expect(stopped.output.contains("stop all 2 running containers on"), "\(stopped)")
    #expect(runtime.called.contains("StopContainer") == (code == 0))
  }
}
