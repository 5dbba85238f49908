import CRIMessages
import CRIProtobuf
import CRISystem
import Foundation
import Glibc
import TestSupport
import Testing

/// Memory or threads run out while a command is running; it must exit with one line of output, and leave nothing behind
/// that it does not mention.
@Suite(.serialized, .timeLimit(.minutes(10))) struct ExhaustionTests {
  private let directory: TemporaryDirectory

  init() throws { directory = try TemporaryDirectory() }

  // MARK: Threads

  /// A prefix that runs a command with no more than `count` threads. RLIMIT_NPROC counts all processes of a user and
  /// does not apply to root, so it needs a separate user for more than one thread.
  private static func limited(to count: Int) -> [String] {
    let user = getuid() == 0 ? ["/usr/bin/setpriv", "--reuid=54321", "--regid=54321", "--clear-groups", "--"] : []
    return user + ["/usr/bin/prlimit", "--nproc=\(count)", "--"]
  }

  static let commands: [(words: [String], code: Int32)] = [
    (["pods"], 11), (["ps", "-a"], 11), (["snapshot"], 3), (["preflight"], 3), (["verify", "--before", "BEFORE"], 3),
    (["guard", "--wait", "2s", "--", "true"], 3), (["wait"], 3), (["wait", "-t", "3s"], 3), (["top", "--once"], 11),
    (["net"], 11), (["doctor"], 3), (["doctor", "--deep"], 3), (["doctor", "default/pod-1"], 3), (["events"], 11),
    (["logs", "x"], 11), (["cp", "x:/a", "b"], 11),
  ]

  @Test(arguments: commands.indices) func `a command that cannot create threads ends with one line`(_ index: Int)
    async throws
  {
    let runtime = try await SimulatorProcess(in: directory, ["--pods", "2"])
    let before = directory.file("before.json")
    #expect(try await Tool.cri(["snapshot", "-o", before], on: runtime.socket).code == 0)
    for path in [directory.path, runtime.socket, before] { #expect(chmod(path, 0o777) == 0) }
    let (words, code) = Self.commands[index]
    let run = try await Tool.run(
      Self.limited(to: 1) + [Tool.path("cri"), "--timeout", "2s"]
        + words.map { $0 == "BEFORE" ? before : $0 },
      environment: ["CONTAINER_RUNTIME_ENDPOINT": runtime.socket, "CRI_CONFIG_FILE": "/dev/null"])
    #expect(run.code == code, "\(words): \(run.code) \(run.output) \(run.errors)")
    #expect(run.errors.contains("cannot start a thread"), "\(run.errors)")
    #expect(run.errors.split(separator: "\n").count == 1, "\(run.errors)")
    #expect(run.duration < .seconds(20), "\(run.duration)")
  }

  /// Each run may create one more thread than the one before, until the command succeeds, so the thread for each step
  /// is unavailable once.
  @Test(.enabled(if: getuid() == 0, "needs root to run as a separate user"))
  func `preflight never hangs, whichever thread is missing`() async throws {
    let runtime = try await SimulatorProcess(in: directory, ["--pods", "2"])
    for path in [directory.path, runtime.socket] { #expect(chmod(path, 0o777) == 0) }
    for count in 1...8 {
      let run = try await Tool.run(
        Self.limited(to: count) + [Tool.path("cri"), "--timeout", "2s", "preflight"],
        environment: ["CONTAINER_RUNTIME_ENDPOINT": runtime.socket, "CRI_CONFIG_FILE": "/dev/null"])
      #expect(run.code == 3 || run.code == 0, "\(count): \(run)")
      #expect(run.duration < .seconds(20), "\(count): \(run.duration)")
    }
  }

  // MARK: Memory

  /// Responds like a runtime with 80,000 pods, once the process whose ID is in the file has no room for them.
  /// - Parameter isReady: Whether to reply with the long list to this call.
  private func large(_ isReady: @escaping @Sendable (String) async throws -> Bool) throws -> TestRuntime {
    let id = String(repeating: "0123456789abcdef", count: 4)
    let note = String(repeating: "x", count: 500)
    let pods = ListPodSandboxResponse(
      items: (0..<80_000).map { index in
        PodSandbox(
          id: "\(index)\(id)", metadata: PodSandboxMetadata(name: "web-\(index)", uid: id, namespace: "default"),
          annotations: ["note": note])
      }
    ).encode()
    return try TestRuntime { name, _ in
      switch name {
      case "Version":
        return .message(VersionResponse(version: "0.1.0", runtimeName: "containerd", runtimeVersion: "v2.1.0"))
      case "Status": return .message(StatusResponse(status: RuntimeStatus()))
      case "ListPodSandbox": return try await isReady(name) ? .message(pods) : .message([])
      default: return name.hasPrefix("Stream") ? nil : .message([])
      }
    }
  }

  /// Shell code that leaves 24 MB of address space to a process: enough for threads, but less than the size of the
  /// list.
  private static func limit(_ pid: String) -> String {
    "size=$(awk '/^VmSize/ { print $2 }' /proc/\(pid)/status); prlimit --pid \(pid) --as=$(((size + 24000) * 1024)):"
  }

  @Test func `guard names the unit that stays stopped`() async throws {
    let systemd = try await FakeSystemctl(in: directory, units: ["kubelet": "active", "node-agent": "active"])
    // Before the stop, guard examines whether the unit could be started again.
    let stopped = directory.file("stopped")
    try systemd.when("stop", "\(Self.limit("$PPID"))\ntouch '\(stopped)'")
    let runtime = try large { _ in TestFile.exists(stopped) }
    let run = try await Tool.cri(
      ["guard", "--hold", "kubelet", "--hold", "node-agent", "--", "touch", directory.file("ran")], on: runtime,
      environment: ["PATH": systemd.path])
    #expect(run.code == 11, "\(run.code) \(run.errors)")
    #expect(
      run.errors.split(separator: "\n").dropFirst() == [
        "cri: kubelet was stopped and is not started again; run systemctl start kubelet",
        "cri: node-agent was stopped and is not started again; run systemctl start node-agent",
      ], "\(run.errors)")
    #expect(run.errors.hasPrefix("cri: out of memory; "), "\(run.errors)")
    #expect(systemd.state(of: "kubelet") == "inactive" && !TestFile.exists(directory.file("ran")))
  }

  @Test(.enabled(if: access("/usr/bin/script", X_OK) == 0, "needs script, of bsdutils"))
  func `top restores the terminal`() async throws {
    let pid = directory.file("pid")
    let calls = Locked(0)
    let runtime = try large { _ in
      let number = calls.withLock { calls in
        calls += 1
        return calls
      }
      // The first calls are for the first screen.
      guard number > 3 else { return false }
      let text = TestFile.read(pid).trimmingCharacters(in: .whitespacesAndNewlines)
      _ = try await Tool.shell(Self.limit(text))
      return true
    }
    try TestFile.write(
      """
      stty -g
      sh -c 'echo $$ >\(pid); exec "$@"' sh '\(Tool.path("cri"))' -r '\(runtime.path)' top --pods -s 200ms
      echo code $?
      stty -g

      """, to: directory.file("script"))
    let run = try await Tool.shell(
      "(sleep 20) | TERM=xterm script -qec \"sh '\(directory.file("script"))'\" /dev/null")
    let text = run.output.replacing("\r\n", with: "\n")
    let lines = text.split(separator: "\n").map(String.init)
    #expect(text.contains("\u{1b}[?1049h") && text.contains("\u{1b}[?25h\u{1b}[?1049lcri: out of memory"), "\(text)")
    #expect(lines.contains("code 11") && lines.first == lines.last, "\(text)")
    runtime.stop()
  }
}
