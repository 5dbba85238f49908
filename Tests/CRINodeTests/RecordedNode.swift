import CRI
import CRINode
import CRIPreflight
import CRIRules
import CRISimulator
import CRISnapshot
import Glibc
import TestSupport
import Testing

/// A recorded runtime served on a socket, and its node's files.
final class RecordedNode: Sendable {
  let snapshot: Snapshot
  let tree: NodeTree
  let socket: String
  private let runtime: SimulatedRuntime
  private let directory: TemporaryDirectory

  init(_ name: String, _ options: SimulatedRuntime.Options = .init()) throws {
    snapshot = try Snapshot.recorded(name, .before)
    tree = name.hasPrefix("containerd") ? try .containerd(snapshot) : try .crio(snapshot)
    directory = try TemporaryDirectory()
    socket = directory.file("runtime.sock")
    runtime = try SimulatedRuntime(.recording(Recording.path(name, .before)), options: options)
    try runtime.start(at: socket)
    // CRI-O's socket in the node's file system.
    if name.hasPrefix("cri-o") { try #require(link(socket, tree.root + "/run/crio/crio.sock") == 0) }
  }

  deinit { runtime.stop() }

  func report(
    to target: String? = nil, pulls: Bool = false, proc: String? = nil
  ) async throws -> PreflightReport {
    var facts = try await facts(to: target, pulls: pulls, proc: proc)
    // The CNI plugins of a recorded node cannot be called.
    if facts.crio?.configuration.value != nil { facts.crio?.networks = NetworkCheck() }
    // Its processes are not visible either.
    facts.endedProcesses = .known([:])
    return PreflightReport(facts)
  }

  /// - Parameter proc: The kernel's process files; nil for those of this machine.
  func facts(
    to target: String? = nil, pulls: Bool = false, proc: String? = nil
  ) async throws -> PreflightFacts {
    let client = Client(try Endpoint(socket), options: Client.Options(timeout: .seconds(30)))
    var options = PreflightOptions(
      tool: "test", root: tree.root, target: target.flatMap { RuntimeVersion($0) }, pulls: pulls)
    if let proc { options.proc = proc }
    return try await client.preflightFacts(options)
  }

  /// The ready sandboxes that have their own network.
  var pods: [SandboxRecord] { snapshot.sandboxes.filter { $0.isReady && !$0.isHostNetwork } }
}

extension PreflightReport {
  /// Returns the IDs of the objects for which a rule fires.
  func ids(_ rule: String) -> Set<String> { Set(findings.filter { $0.rule.id.label == rule }.map(\.object.id)) }

  /// The rules above info that fire.
  var rules: Set<String> { Set(findings.filter { $0.rule.severity > .info }.map(\.rule.id.label)) }

  /// The rules that could not be checked and could predict a loss.
  var gaps: Set<String> { Set(unchecked.filter(\.isRequired).compactMap(\.rule?.label)) }
}
