internal import CRIMessages

extension Snapshot {
  /// The newest sandbox of each pod that has no ready sandbox although containers of it are running, in the order of the
  /// list. kubelet stops these containers and recreates the pod.
  package var sandboxesOutlivedByContainers: [SandboxRecord] {
    let running = Set(containers.filter(\.isRunning).map(\.sandboxID))
    // A sandbox without details may be ready.
    let unread = unchecked.filter { $0.object?.kind == .pod && $0.isLive != false }.compactMap { $0.object?.pod?.uid }
    let excluded = Set(sandboxes.filter(\.isReady).map(\.pod.uid)).union(unread)
    var newest: [String: SandboxRecord] = [:]
    var outlived: Set<String> = []
    for sandbox in sandboxes where !excluded.contains(sandbox.pod.uid) {
      if running.contains(sandbox.id) { outlived.insert(sandbox.pod.uid) }
      if let other = newest[sandbox.pod.uid], other.status.createdAt >= sandbox.status.createdAt { continue }
      newest[sandbox.pod.uid] = sandbox
    }
    return sandboxes.filter { outlived.contains($0.pod.uid) && newest[$0.pod.uid]?.id == $0.id }
  }
}
