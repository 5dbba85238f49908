internal import CRIMessages
public import CRISnapshot

/// The state of a pod in the two snapshots.
public struct PodComparison: Hashable, Sendable {
  /// A pod's state in one snapshot.
  public struct State: Hashable, Sendable {
    /// Whether its newest sandbox is ready. CRI: `PodSandboxStatus.state`.
    public var isReady: Bool
    /// The addresses of the sandbox; empty for a pod without any and for one on the host network. CRI:
    /// `PodSandboxNetworkStatus`.
    public var addresses: [String]
    /// The number of running containers.
    public var running: Int
    /// The number of all its containers in that sandbox.
    public var containers: Int
  }

  /// The pod.
  public var pod: PodName
  /// The state in the earlier snapshot.
  public var before: State
  /// The state in the later snapshot; nil if the runtime no longer lists the pod.
  public var after: State?

  /// Compares all pods that were ready in the earlier snapshot, in the order of their names.
  static func all(before: Snapshot, after: Snapshot) -> [PodComparison] {
    let (earlier, later) = (states(in: before), states(in: after))
    var seen: Set<String> = []
    return before.sandboxes.filter { $0.isReady && seen.insert($0.pod.uid).inserted }.compactMap { old in
      earlier[old.pod.uid].map { PodComparison(pod: old.pod, before: $0, after: later[old.pod.uid]) }
    }.sorted { "\($0.pod)" < "\($1.pod)" }
  }

  private static func states(in snapshot: Snapshot) -> [String: State] {
    let containers = Dictionary(grouping: snapshot.containers, by: \.sandboxID)
    // The newest sandbox is the pod's current one.
    let newest = Dictionary(snapshot.sandboxes.map { ($0.pod.uid, $0) }) { a, b in
      a.status.createdAt >= b.status.createdAt ? a : b
    }
    return newest.mapValues { sandbox in
      let own = containers[sandbox.id] ?? []
      let network = sandbox.status.network
      let addresses = [network?.ip ?? ""] + (network?.additionalIPs.map(\.ip) ?? [])
      return State(
        isReady: sandbox.isReady, addresses: addresses.filter { !$0.isEmpty }, running: own.count(where: \.isRunning),
        containers: own.count)
    }
  }
}
