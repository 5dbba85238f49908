import CRIGRPC
import CRIMessages
import CRIProtobuf
import CRISystem
import Glibc
import TestSupport
import Testing

/// Runs `cri logs` as users run it.
@Suite(.timeLimit(.minutes(10))) struct LogsCommandTests {
  private let directory: TemporaryDirectory

  init() throws { directory = try TemporaryDirectory() }

  /// Two pods named web, each with a container named main, one of which was restarted, and some other containers.
  private static let sandboxes = [
    PodSandbox(id: "s1", metadata: PodSandboxMetadata(name: "web", uid: "u1", namespace: "default")),
    PodSandbox(id: "s2", metadata: PodSandboxMetadata(name: "web", uid: "u2", namespace: "other")),
    PodSandbox(id: "s3", metadata: PodSandboxMetadata(name: "db", uid: "u3", namespace: "default")),
  ]

  private static func container(_ id: String, _ sandbox: String, _ name: String, _ attempt: UInt32 = 0) -> Container {
    Container(
      id: id, podSandboxID: sandbox, metadata: ContainerMetadata(name: name, attempt: attempt),
      createdAt: Timestamp(seconds: 1_700_000_000 + Int64(attempt)))
  }

  private static let containers = [
    container("aa11", "s1", "main", 1), container("aa12", "s1", "main", 2), container("bb11", "s2", "main"),
    container("cc11", "s3", "main", 3), container("cc12", "s3", "single"), container("dd11", "s3", "nolog"),
    container("ee11", "s3", "aa"),
  ]

  private func path(_ id: String) -> String { directory.file("\(id).log") }

  private func runtime(
    logPath: (@Sendable (String) -> String)? = nil, state: @escaping @Sendable () -> ContainerState = { .exited }
  ) throws -> TestRuntime {
    for container in Self.containers where container.id != "dd11" {
      try TestFile.write(
        "2024-01-31T12:00:00Z stdout F \(container.id) out\n2024-01-31T12:00:01Z stderr F \(container.id) err\n",
        to: path(container.id))
    }
    let logPath = logPath ?? { [directory] in $0 == "dd11" ? "" : directory.file("\($0).log") }
    return try TestRuntime { name, request in
      switch name {
      case "ListPodSandbox": return .message(ListPodSandboxResponse(items: Self.sandboxes))
      case "ListContainers": return .message(ListContainersResponse(containers: Self.containers))
      case "ReopenContainerLog": return .message(ReopenContainerLogResponse())
      case "ContainerStatus":
        let prefix = try ContainerStatusRequest.decode(request).containerID
        let found = Self.containers.filter { $0.id.hasPrefix(prefix) }
        if found.count > 1 { return .failure(.unknown, "Multiple IDs found with provided prefix: \(prefix)") }
        guard let container = found.first else { return .failure(.notFound, "container \(prefix): not found") }
        return .message(
          ContainerStatusResponse(
            status: ContainerStatus(
              id: container.id, metadata: container.metadata, state: state(), logPath: logPath(container.id))))
      default: return nil
      }
    }
  }

  @Test(arguments: [
    (["aa12"], "aa12"), (["bb"], "bb11"), (["single"], "cc12"), (["db/main"], "cc11"), (["default/web/main"], "aa12"),
    (["other/web/main"], "bb11"), (["-p", "aa12"], "aa11"), (["default/web/main", "--previous"], "aa11"),
    (["--stream", "stdout", "--tail=-1", "single", "--limit-bytes", "-1"], "cc12"),
    // A name that is also an ambiguous ID prefix.
    (["aa"], "ee11"),
  ])
  func `a container is found by ID and by name`(arguments: [String], id: String) async throws {
    let run = try await Tool.cri(["logs"] + arguments, on: try runtime())
    #expect(run.output == "\(id) out\n", "\(run)")
    #expect(run.errors == (arguments.contains("stdout") ? "" : "\(id) err\n"))
    #expect(run.code == 0)
  }

  @Test func `an ID takes one call and a name three`() async throws {
    let runtime = try runtime()
    _ = try await Tool.cri(["logs", "aa12"], on: runtime)
    #expect(runtime.called == ["ContainerStatus"])
    _ = try await Tool.cri(["logs", "-r", "db/main"], on: runtime)
    #expect(
      runtime.called.dropFirst() == ["ListPodSandbox", "ListContainers", "ContainerStatus", "ReopenContainerLog"])
  }

  @Test(
    arguments: [
      (["zz"], 7, "container zz not found; see cri ps -a"), (["aa1"], 8, "Multiple IDs found"),
      (["web/zz"], 7, "container web/zz not found"), (["/"], 7, "not found"), (["a/b/c/d"], 7, "not found"),
      (["main"], 8, "specify one of default/db/main, default/web/main, other/web/main"),
      (["web/main"], 8, "specify one of default/web/main, other/web/main"),
      (["dd11"], 1, "has no log, because it was created without a log path"),
      (["-p", "aa11"], 1, "container aa11 has no previous attempt; this is attempt 1"),
      ([], 2, "<container>"), ([""], 2, "is empty"), (["aa12", "bb11"], 2, "bb11"),
      (["aa12", "--tail", "x"], 2, "--tail"), (["aa12", "--stream", "out"], 2, "specify stdout or stderr"),
      (["aa12", "--since", "soon"], 2, "--since soon: specify a duration"),
    ] as [([String], Int32, String)])
  func `an impossible request is reported in one line`(arguments: [String], code: Int32, words: String) async throws {
    let run = try await Tool.cri(["logs"] + arguments, on: try runtime())
    #expect(run.code == code)
    #expect(run.output.isEmpty)
    #expect(run.errors.contains(words), "\(run.errors)")
    #expect(run.errors.hasPrefix("cri: ") && run.errors.split(separator: "\n").count == 1, "\(run.errors)")
  }

  @Test func `a pod is recognised, and its containers are named`() async throws {
    let run = try await Tool.cri(["logs", "s3"], on: try runtime())
    #expect(run.code == 7 && run.output.isEmpty)
    #expect(run.errors.hasPrefix("cri: s3 is a pod, and only containers have logs; specify one of "), "\(run)")
    #expect(run.errors.contains("default/db/main") && run.errors.contains("default/db/single"), "\(run)")
    #expect(try await Tool.cri(["logs", "db"], on: try runtime()).errors.hasPrefix("cri: db is a pod"))
  }

  @Test func `a dangling symbolic link is reported with its target`() async throws {
    let link = directory.file("link.log")
    let (target, last) = (directory.file("gone/0.log"), directory.file("last.log"))
    symlink(last, link)
    symlink(target, last)
    let runtime = try runtime { _ in link }
    let run = try await Tool.cri(["logs", "aa12"], on: runtime)
    #expect(run.code == 7 && run.output.isEmpty)
    #expect(
      run.errors
        == "cri: the log \(link) of container aa12 cannot be opened: the symbolic link \(last) points to \(target), which "
        + "does not exist; the target was removed, or its file system is not mounted here\n")
    // A directory in the path may also be a symbolic link.
    let linked = directory.file("linked")
    symlink("gone", linked)
    let below = try await Tool.cri(["logs", "aa12"], on: try self.runtime { _ in "\(linked)/0.log" })
    #expect(below.errors.contains("the symbolic link \(linked) points to \(directory.file("gone")), which"), "\(below)")
  }

  @Test func `an empty --since or --stream selects all lines`() async throws {
    let runtime = try runtime()
    let all = try await Tool.cri(["logs", "aa12"], on: runtime)
    let run = try await Tool.cri(["logs", "aa12", "--since", "", "--stream="], on: runtime)
    #expect(run.code == 0 && run.output == all.output && run.errors == all.errors, "\(run)")
  }

  @Test func `a missing file, a FIFO, an unknown format and a damaged line are reported`() async throws {
    let runtime = try runtime()
    unlink(path("aa12"))
    #expect(try await Tool.cri(["logs", "aa12"], on: runtime).errors.contains("does not exist: it was removed, or is"))
    mkfifo(path("aa12"), 0o600)
    #expect(try await Tool.cri(["logs", "-f", "aa12"], on: runtime).errors.contains("is not a regular file"))
    try TestFile.write("hello\nworld\n", to: path("bb11"))
    let run = try await Tool.cri(["logs", "bb11"], on: runtime)
    #expect(run.errors.contains("neither in the CRI's format nor in Docker's") && run.code == 1, "\(run)")
    try TestFile.write("hello\n2024-01-31T12:00:00Z stdout F a\n", to: path("bb11"))
    let mixed = try await Tool.cri(["logs", "bb11"], on: runtime)
    #expect(mixed.output == "a\n" && mixed.code == 0)
    #expect(mixed.errors == "cri: \(path("bb11")): 1 line is not a log record and is not shown\n")
  }

  @Test(arguments: [[], ["--tail", "5"], ["--since", "1"], ["--follow"]])
  func `unreadable parts are reported, whichever part is requested`(options: [String]) async throws {
    let runtime = try runtime()
    let good = "2024-01-31T12:00:00Z stdout F a\n"
    for (garbage, words, alone) in [
      ("garbage", "the last 7 bytes are not a complete record and are not shown", "contains no readable record"),
      ("{\"log\":\"tw", "the last 10 bytes are not a complete record", "contains no readable record"),
      ("garbage\n", "1 line is not a log record and is not shown", "neither in the CRI's format nor in Docker's"),
      ("\0\0\0\0", "the last 4 bytes are NUL, as after a power failure", "contains no readable record"),
    ] {
      try TestFile.write(good + garbage, to: path("aa12"))
      let mixed = try await Tool.cri(["logs"] + options + ["aa12"], on: runtime)
      #expect(mixed.output == "a\n" && mixed.code == 0, "\(mixed)")
      #expect(mixed.errors.hasPrefix("cri: \(path("aa12")): \(words)"), "\(mixed)")
      #expect(mixed.errors.split(separator: "\n").count == 1)
      try TestFile.write(garbage, to: path("aa12"))
      let bad = try await Tool.cri(["logs"] + options + ["aa12"], on: runtime)
      #expect(bad.output.isEmpty && bad.code == 1, "\(bad)")
      #expect(bad.errors.contains(alone), "\(bad)")
    }
    try TestFile.write("", to: path("aa12"))
    let empty = try await Tool.cri(["logs"] + options + ["aa12"], on: runtime)
    #expect(empty.output.isEmpty && empty.errors.isEmpty && empty.code == 0)
  }

  @Test(.enabled(if: geteuid() == 0, "needs root to switch to another user"))
  func `a log that the user is not permitted to read is reported with that reason`() async throws {
    let runtime = try runtime()
    chmod(runtime.path, 0o777)
    chmod(path("aa12"), 0o600)
    chmod(directory.path, 0o755)
    let cri = [Tool.path("cri"), "-r", runtime.path, "logs", "aa12"]
    let run = try await Tool.run(SnapshotCommandTests.unprivileged + cri)
    #expect(run.errors.contains("no permission to read the log") && run.code == 9, "\(run)")
    runtime.stop()
  }

  @Test func `the previous attempt's log is found by kubelet's naming scheme`() async throws {
    let log = directory.file("3.log")
    let runtime = try runtime { _ in log }
    try TestFile.write("2024-01-31T12:00:00Z stdout F before\n", to: directory.file("2.log"))
    #expect(try await Tool.cri(["logs", "-p", "cc11"], on: runtime).output == "before\n")
    unlink(directory.file("2.log"))
    let run = try await Tool.cri(["logs", "-p", "cc11"], on: runtime)
    #expect(run.errors.contains("2.log") && run.code == 7, "\(run)")
  }

  @Test func `an exited container's log is not followed`() async throws {
    let run = try await Tool.cri(["logs", "--follow", "aa12"], on: try runtime())
    #expect(run.output == "aa12 out\n" && run.code == 0)
  }

  @Test func `following continues until the container has exited`() async throws {
    let isRunning = Locked(true)
    let runtime = try runtime(state: { isRunning.withLock { $0 } ? .running : .exited })
    let log = path("aa12")
    let process = try SpawnedProcess([Tool.path("cri"), "-r", runtime.path, "logs", "-f", "-s", "stdout", "aa12"])
    #expect(await process.line() == "aa12 out")
    try TestFile.append("2024-01-31T12:00:02Z stdout F two\n", to: log)
    #expect(await process.line() == "two")
    // The log is renamed and recreated, then copied and truncated.
    rename(log, "\(log).20240131-120000")
    try TestFile.write("2024-01-31T12:00:03Z stdout F three\n", to: log)
    #expect(await process.line() == "three")
    try TestFile.write("", to: log)
    try TestFile.append("2024-01-31T12:00:04Z stdout F four\n", to: log)
    #expect(await process.line() == "four")
    isRunning.withLock { $0 = false }
    try TestFile.append("2024-01-31T12:00:05Z stdout F last\n", to: log)
    let end = await process.end()
    #expect(end.code == 0)
    #expect(end.text == "last\n")
    runtime.stop()
  }

  @Test func `following continues while the runtime restarts`() async throws {
    let runtime = try runtime(state: { .running })
    let process = try SpawnedProcess([
      "/bin/sh", "-c", "exec \"$0\" \"$@\" 2>&1", Tool.path("cri"), "-r", runtime.path, "logs", "-f", "aa12",
    ])
    #expect(await process.line() == "aa12 out")
    #expect(await process.line() == "aa12 err")
    runtime.stop()
    // The notice is printed once, while the log continues.
    #expect(await process.line()?.hasPrefix("cri: cannot check whether aa12 is still running: ") == true)
    try TestFile.append("2024-01-31T12:00:02Z stdout F two\n", to: path("aa12"))
    #expect(await process.line() == "two")
    process.signal(SIGKILL)
    let end = await process.end()
    #expect(end.code == 128 + SIGKILL && end.text.isEmpty)
  }

  @Test func `a reader that closes its pipe ends the command, even without new records`() async throws {
    let runtime = try runtime(state: { .running })
    let run = try await Tool.shell("'\(Tool.path("cri"))' -r '\(runtime.path)' logs -f -s stdout aa12 | head -n 1")
    #expect(run.output == "aa12 out\n")
    #expect(run.code == 0)
    runtime.stop()
  }
}
