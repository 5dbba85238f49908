internal import CRI
internal import CRISnapshot
internal import CRISystem

/// Finds the ready sandboxes and running containers whose process has exited without the runtime noticing.
struct EndedProcesses {
  /// The time within which a runtime notices that a process has exited.
  static let delay = Duration.milliseconds(500)

  let client: Client
  let snapshot: Snapshot
  let proc: String
  var delay = Self.delay

  /// - Returns: The pids, by the objects' IDs.
  func read() async throws(RPCError) -> Observation<[String: Int32]> {
    let table: ProcessTable
    switch NodeView(daemon: snapshot.daemon.pid, paths: NodePaths(proc: proc)).processes() {
    case .known(let known): table = known
    case .unknown(let reason): return .unknown(reason)
    }
    var observed = snapshot
    for index in observed.sandboxes.indices {
      guard observed.sandboxes[index].isReady, let pid = observed.sandboxes[index].facts.pid else { continue }
      observed.sandboxes[index].observed = ObservedSandbox(process: .known(table.observed(of: pid)))
    }
    for index in observed.containers.indices {
      guard observed.containers[index].isRunning, let pid = observed.containers[index].pid else { continue }
      observed.containers[index].observed = ObservedContainer(process: .known(table.observed(of: pid)))
    }
    let pids = Dictionary(
      observed.sandboxes.map { ($0.id, $0.facts.pid) } + observed.containers.map { ($0.id, $0.pid) }
    ) { first, _ in first }
    if pids.values.allSatisfy({ $0 == nil }) { return .known([:]) }
    guard observed.seesProcesses else { return .unknown(UnknownReason(.processesNotVisible)) }
    let dead = observed.deadObjects
    if dead.isEmpty { return .known([:]) }
    // A process may have exited a moment ago.
    await pause(delay)
    let sandboxes = Set(try await client.runtime.podSandboxes().filter { $0.state == .ready }.map(\.id))
    let containers = Set(try await client.runtime.containers().filter { $0.state == .running }.map(\.id))
    let listed = sandboxes.union(containers)
    var ended: [String: Int32] = [:]
    for id in dead where listed.contains(id) { ended[id] = pids[id] ?? nil }
    return .known(ended)
  }
}
