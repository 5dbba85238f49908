import CRI
import Foundation
import Testing
import TestSupport

/// A private instance of a real containerd (see Tools/containerd-node), with the pods of Tools/populate.
struct ContainerdNode: Sendable {
  let directory: String
  var socket: String { "\(directory)/containerd.sock" }

  static let script = Tool.source("Tools/containerd-node")

  /// The exit code of the script if this machine cannot run a containerd.
  private static let impossible: Int32 = 77

  /// Runs a test on a node, and removes the node whether or not the test succeeds.
  /// - Parameter pods: The number of additional plain pods.
  /// - Throws: An error if the node does not start. If the machine cannot run one, the test is cancelled, which
  ///   Tools/test does not allow in CI.
  static func with(pods: Int = 0, _ test: (ContainerdNode) async throws -> Void) async throws {
    let node = ContainerdNode(directory: "/tmp/cri-node-\(UUID().uuidString.prefix(8))")
    let up = try await Tool.run([script, "up", node.directory])
    if up.code == impossible { try Test.cancel("\(up.errors)") }
    try #require(up.code == 0, "\(up.errors)")
    // A deinitialiser could not wait for the node to end.
    let result: Result<Void, any Error>
    do {
      try await node.run("'\(Tool.path("populate"))' '\(node.socket)' --more \(pods)")
      result = .success(try await test(node))
    } catch {
      result = .failure(error)
    }
    try await node.act("down")
    try result.get()
  }

  /// Runs the script's actions `up`, `start`, `stop`, `kill`, `restart` and `down`, one after another.
  func act(_ actions: String...) async throws {
    for action in actions { try await run("'\(Self.script)' \(action) '\(directory)'") }
  }

  /// Runs a shell command that must succeed.
  /// - Returns: Its output.
  @discardableResult func run(_ command: String) async throws -> String {
    let run = try await Tool.shell(command)
    try #require(run.code == 0, "\(command): \(run.output)\(run.errors)")
    return run.output
  }

  func cri(_ arguments: String...) async throws -> Tool { try await Tool.cri(arguments, on: socket) }

  func ctr(_ words: String) async throws { try await run("ctr -a '\(socket)' -n k8s.io \(words)") }

  /// Creates a client with a timeout that suits a busy machine.
  func client() throws -> Client { Client(try Endpoint(socket), options: Client.Options(timeout: .seconds(60))) }

  /// Returns the sandbox of a pod created by `Tools/populate`.
  func sandbox(_ name: String) async throws -> PodSandbox {
    let sandboxes = try await client().runtime.listPodSandbox().items
    return try #require(sandboxes.first { $0.metadata?.name == name })
  }

  func container(_ name: String) async throws -> Container {
    let containers = try await client().runtime.listContainers().containers
    return try #require(containers.first { $0.metadata?.name == name })
  }
}
