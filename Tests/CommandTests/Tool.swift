import CRISystem
import Foundation
import Glibc
import TestSupport

/// A command run to its end, with what it said.
struct Tool {
  let output: String
  let errors: String
  let code: Int32

  /// The built command, away from this machine's configuration.
  /// - Parameter socket: the runtime, as the environment names it.
  static func cri(
    _ arguments: [String], on socket: String? = nil, input: String? = nil, environment: [String: String] = [:]
  ) async throws -> Tool {
    try await run(
      [path("cri")] + arguments, input: input,
      environment: environment.merging(socket.map { ["CONTAINER_RUNTIME_ENDPOINT": $0] } ?? [:]) { one, _ in one })
  }

  /// A product beside the tests' own executable.
  static func path(_ product: String) -> String {
    URL(filePath: "/proc/self/exe").resolvingSymlinksInPath().deletingLastPathComponent().appending(path: product).path
  }

  /// A file of this package.
  static func source(_ name: String) -> String {
    URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../../\(name)").standardized.path
  }

  static func run(_ words: [String], input: String? = nil, environment: [String: String] = [:]) async throws -> Tool {
    let folder = try TemporaryDirectory()
    // For tests that become another user.
    chmod(folder.path, 0o755)
    // Patient: a machine may be busy with other tests.
    try ProcessFacts.write("timeout: 60\n", to: folder.file("crictl.yaml"))
    try ProcessFacts.write(input ?? "", to: folder.file("input"))
    // Files, not pipes: nobody reads while the command runs, and a pipe's buffer is small.
    for name in ["output", "errors"] { try ProcessFacts.write("", to: folder.file(name)) }
    let variables = [
      "TZ": "UTC", "PATH": "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
      "CRI_CONFIG_FILE": folder.file("crictl.yaml"),
    ].merging(environment) { $1 }
    let pid = try spawn(words, variables, files: ["input", "output", "errors"].map(folder.file))
    // Polled, not blocked: the runtime that it talks to may need this process's threads.
    let status = Locked<Int32>(0)
    let hasEnded = await eventually(within: .seconds(400)) {
      var found: Int32 = 0
      guard waitpid(pid, &found, WNOHANG) == pid else { return false }
      status.withLock { [found] in $0 = found }
      return true
    }
    if !hasEnded {
      kill(pid, SIGKILL)
      waitpid(pid, nil, 0)
    }
    let code = status.withLock { $0 }
    return Tool(
      output: ProcessFacts.read(folder.file("output")), errors: ProcessFacts.read(folder.file("errors")),
      code: !hasEnded ? -1 : code & 0x7f == 0 ? code >> 8 & 0xff : 128 + code & 0x7f)
  }

  /// Starts a program that holds nothing of ours: what it leaves running must not keep a test's pipes open.
  private static func spawn(_ words: [String], _ environment: [String: String], files: [String]) throws -> pid_t {
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    for (number, file) in files.enumerated() {
      posix_spawn_file_actions_addopen(&actions, Int32(number), file, number == 0 ? O_RDONLY : O_WRONLY, 0)
    }
    var arguments = words.map { strdup($0) } + [nil]
    var variables = environment.map { strdup("\($0)=\($1)") } + [nil]
    defer { for text in arguments + variables { free(text) } }
    var pid: pid_t = 0
    let code = posix_spawn(&pid, words[0], &actions, nil, &arguments, &variables)
    guard code == 0 else { throw Errno(rawValue: code) }
    return pid
  }
}

/// A simulated runtime in a process of its own, which can be killed and started again with what it had.
final class SimulatorProcess: Sendable {
  let socket: String
  private let state: String
  private let process: Locked<SpawnedProcess?>

  /// - Parameter arguments: of `cri-sim`, such as `--pods 3`.
  init(in folder: TemporaryDirectory, _ arguments: [String] = ["--pods", "3", "--containers", "5"]) async throws {
    socket = folder.file("sim.sock")
    state = folder.file("sim.state")
    process = Locked(nil)
    try await start(arguments)
  }

  static var program: String { Tool.path("cri-sim") }

  var arguments: [String] { ["--socket", socket, "--state", state] }

  func start(_ more: [String] = []) async throws {
    let started = try SpawnedProcess([Self.program] + arguments + more)
    process.withLock { $0 = started }
    guard more.contains(where: { $0 == "no-socket" }) else {
      let serves = await eventually(within: .seconds(60)) { [socket] in UnixSocket.isServed(socket) }
      if !serves { throw Errno.connectionRefused }
      return
    }
  }

  /// - Parameter number: of the signal that ends it: 15 or 9.
  func end(_ number: Int32 = 15) async {
    guard let running = process.withLock({ $0 }) else { return }
    running.signal(number)
    _ = await running.end()
    process.withLock { $0 = nil }
  }

  func restart(_ more: [String] = [], signal: Int32 = 15) async throws {
    await end(signal)
    try await start(more)
  }

  var pid: Int32? { process.withLock { $0 }?.pid }
}
