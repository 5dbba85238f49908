import Foundation

/// The built command, run as users run it.
struct CommandLineTool {
  let output: String
  let errors: String
  let code: Int32

  /// - Parameter runtime: named by the environment.
  static func run(
    _ arguments: [String], on runtime: TestRuntime? = nil, environment: [String: String] = [:]
  ) async throws -> CommandLineTool {
    // Files, not pipes: nobody reads while the command runs, and a pipe's buffer is small.
    let folder = FileManager.default.temporaryDirectory.appending(path: "cri-command-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    let (output, errors) = (folder.appending(path: "output"), folder.appending(path: "errors"))
    for file in [output, errors] { try Data().write(to: file) }
    let process = Process()
    process.executableURL = executable
    process.arguments = arguments
    // In place of /etc/crictl.yaml, which this machine may have. Patient: a machine may be busy with other tests.
    let configuration = folder.appending(path: "crictl.yaml")
    try Data("timeout: 60\n".utf8).write(to: configuration)
    process.environment = ["TZ": "UTC", "PATH": "/bin", "CRI_CONFIG_FILE": configuration.path]
      .merging(runtime.map { ["CONTAINER_RUNTIME_ENDPOINT": $0.path] } ?? [:]) { $1 }
      .merging(environment) { $1 }
    process.standardInput = FileHandle.nullDevice
    process.standardOutput = try FileHandle(forWritingTo: output)
    process.standardError = try FileHandle(forWritingTo: errors)
    // Suspended, not blocked: the runtime that it talks to needs this process's threads.
    await withCheckedContinuation { (done: CheckedContinuation<Void, Never>) in
      process.terminationHandler = { _ in done.resume() }
      do { try process.run() } catch { done.resume() }
    }
    return CommandLineTool(
      output: String(decoding: try Data(contentsOf: output), as: UTF8.self),
      errors: String(decoding: try Data(contentsOf: errors), as: UTF8.self), code: process.terminationStatus)
  }

  /// Beside the tests' own executable.
  private static let executable = URL(filePath: "/proc/self/exe").resolvingSymlinksInPath()
    .deletingLastPathComponent().appending(path: "cri")
}
