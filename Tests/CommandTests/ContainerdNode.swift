import CRI
import Foundation
import Testing
import TestSupport

/// A real containerd of one's own (see Tools/containerd-node), with the pods of Tools/populate.
final class ContainerdNode: Sendable {
  let directory: String
  var socket: String { "\(directory)/containerd.sock" }

  private static let tools = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../../Tools")
    .standardized.path
  private static let products = URL(filePath: "/proc/self/exe").resolvingSymlinksInPath().deletingLastPathComponent()

  /// What `Tools/containerd-node` ends with where no machine like this one can have a containerd.
  private static let impossible: Int32 = 77

  /// Runs a test on one, and takes it down whatever the test did.
  static func with(_ test: (ContainerdNode) async throws -> Void) async throws {
    let node = ContainerdNode()
    do {
      try await node.start()
      try await test(node)
    } catch {
      await node.end()
      throw error
    }
    await node.end()
  }

  private init() { directory = "/tmp/cri-node-\(UUID().uuidString.prefix(8))" }

  /// - Throws: where it does not start; where it cannot, the test is cancelled, which CI does not allow.
  private func start() async throws {
    let up = try await Self.run("\(Self.tools)/containerd-node", "up", directory)
    if up.code == Self.impossible { try Test.cancel("\(up.text)") }
    try #require(up.code == 0, "\(up.text)")
    let populate = try await Self.run(Self.products.appending(path: "populate").path, socket)
    try #require(populate.code == 0, "\(populate.text)")
  }

  /// Takes it down; a deinitializer could not wait for that.
  private func end() async { _ = try? await Self.run("\(Self.tools)/containerd-node", "down", directory) }

  func restart() async throws {
    let result = try await Self.run("\(Self.tools)/containerd-node", "restart", directory)
    try #require(result.code == 0, "\(result.text)")
  }

  /// A client that waits for a busy machine.
  func client() throws -> Client { Client(try Endpoint(socket), options: Client.Options(timeout: .seconds(60))) }

  /// The sandbox of a pod of `Tools/populate`.
  func sandbox(_ name: String) async throws -> PodSandbox {
    let sandboxes = try await client().runtime.listPodSandbox().items
    return try #require(sandboxes.first { $0.metadata?.name == name })
  }

  func container(_ name: String) async throws -> Container {
    let containers = try await client().runtime.listContainers().containers
    return try #require(containers.first { $0.metadata?.name == name })
  }

  /// What a program prints, its errors among it.
  private static func run(_ path: String, _ arguments: String...) async throws -> (code: Int32?, text: String) {
    // Not Foundation's Process: the daemon inherits what tells it the end of the script, and keeps it.
    let process = try SpawnedProcess(["/bin/sh", "-c", "exec \"$0\" \"$@\" 2>&1", path] + arguments)
    return await process.end()
  }
}
