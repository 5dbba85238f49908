import CRIJSON
import CRISystem
import Foundation
import TestSupport

/// A real containerd with pods, beside whatever else the machine runs; it goes with everything when the test ends.
struct RealNode: Sendable {
  /// Why there can be none; nil where there can.
  static var isPossible: Bool {
    geteuid() == 0
      && ["containerd", "ctr", "runc", "ip", "nsenter", "unshare"].allSatisfy { program in
        searchPath.contains { access("\($0)/\(program)", X_OK) == 0 }
      } && (try? shell("unshare --mount --net --pid --fork true").code) == 0
  }

  let folder: String
  var socket: String { "\(folder)/containerd.sock" }

  /// Runs `body` with a node, which is taken down whatever happens.
  static func with(pods: Int = 0, _ body: (RealNode) async throws -> Void) async throws {
    let node = RealNode(folder: "/tmp/cri-net-\(getpid())")
    defer { _ = try? shell("'\(Executable.tool("containerd-node"))' down '\(node.folder)'") }
    try await node.run("'\(Executable.tool("containerd-node"))' up '\(node.folder)'")
    try await node.run("'\(Executable.path("populate"))' '\(node.socket)' --more \(pods)")
    try await body(node)
  }

  /// A command of the shell that must succeed.
  @discardableResult func run(_ command: String) async throws -> String {
    let (code, output) = try await onThread { Result { try Self.shell(command) } }.get()
    guard code == 0 else { throw Failed(command: command, code: code) }
    return output
  }

  struct Failed: Error {
    var command: String
    var code: Int32
  }

  func cri(_ arguments: String...) async throws -> CommandLineTool {
    try await .run(arguments, environment: ["CONTAINER_RUNTIME_ENDPOINT": socket])
  }

  func ctr(_ words: String) async throws { try await run("ctr -a '\(socket)' -n k8s.io \(words)") }

  func restart() async throws { try await run("'\(Executable.tool("containerd-node"))' restart '\(folder)'") }

  private static let searchPath = ["/usr/local/sbin", "/usr/local/bin", "/usr/sbin", "/usr/bin", "/sbin", "/bin"]

  private static func shell(_ command: String) throws -> (code: Int32, output: String) {
    let (ending, output) = try ChildProcess.capture(
      ["/bin/sh", "-c", command], environment: ["PATH=\(searchPath.joined(separator: ":"))"], limit: 1 << 24,
      timeout: .seconds(300))
    guard case .exited(let code) = ending else { return (-1, "") }
    return (code, String(decoding: output, as: UTF8.self))
  }
}
