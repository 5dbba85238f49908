import CRISystem
import Foundation
import Glibc
import TestSupport

/// A command that has run to completion, with its output.
struct Tool {
  let output: String
  let errors: String
  let code: Int32
  /// The peak memory in bytes, polled every few milliseconds.
  var peakMemory = 0
  var duration = Duration.zero

  /// Runs the built command without this machine's configuration.
  /// - Parameter socket: The runtime's socket, which is passed in CONTAINER_RUNTIME_ENDPOINT.
  static func cri(
    _ arguments: [String], on socket: String? = nil, input: String? = nil, environment: [String: String] = [:]
  ) async throws -> Tool {
    try await run(
      [path("cri")] + arguments, input: input,
      environment: environment.merging(socket.map { ["CONTAINER_RUNTIME_ENDPOINT": $0] } ?? [:]) { one, _ in one })
  }

  /// Runs a shell script.
  static func shell(_ script: String) async throws -> Tool { try await run(["/bin/sh", "-c", script]) }

  /// The path of a product in the directory of the tests' executable.
  static func path(_ product: String) -> String {
    URL(filePath: "/proc/self/exe").resolvingSymlinksInPath().deletingLastPathComponent().appending(path: product).path
  }

  /// The path of a file in this package.
  static func source(_ name: String) -> String {
    URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../../\(name)").standardized.path
  }

  static func run(_ words: [String], input: String? = nil, environment: [String: String] = [:]) async throws -> Tool {
    let directory = try TemporaryDirectory()
    // Some tests run the command as another user.
    chmod(directory.path, 0o755)
    // The long timeout is for a machine that runs other tests.
    try TestFile.write("timeout: 60\n", to: directory.file("crictl.yaml"))
    try TestFile.write(input ?? "", to: directory.file("input"))
    // Use files instead of pipes, because the output is not read while the command runs and a pipe's buffer is small.
    for name in ["output", "errors"] { try TestFile.write("", to: directory.file(name)) }
    let variables = [
      "TZ": "UTC", "PATH": "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
      "CRI_CONFIG_FILE": directory.file("crictl.yaml"), "STATE_DIRECTORY": directory.file("state"),
    ].merging(environment) { $1 }
    let pid = try spawn(words, environment: variables) { actions in
      posix_spawn_file_actions_addopen(&actions, 0, directory.file("input"), O_RDONLY, 0)
      posix_spawn_file_actions_addopen(&actions, 1, directory.file("output"), O_WRONLY, 0)
      posix_spawn_file_actions_addopen(&actions, 2, directory.file("errors"), O_WRONLY, 0)
    }
    // Poll instead of blocking, because the runtime may need this process's threads.
    let status = Locked<Int32>(0)
    let peak = Locked(0)
    let start = ContinuousClock.now
    let hasEnded = await eventually(within: .seconds(400)) {
      var found: Int32 = 0
      // wait4 is not used, because its peak includes the tests' own memory from before the exec.
      let memory = ProcessFacts.peakMemory(of: pid)
      peak.withLock { $0 = max($0, memory) }
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
      output: TestFile.read(directory.file("output")), errors: TestFile.read(directory.file("errors")),
      code: !hasEnded ? -1 : code & 0x7f == 0 ? code >> 8 & 0xff : 128 + code & 0x7f,
      peakMemory: peak.withLock { $0 }, duration: .now - start)
  }
}
