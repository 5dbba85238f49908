internal import CRIMessages
internal import CRIProtobuf
internal import CRIRules
internal import CRISnapshot

/// Containers that run twice or whose sandbox is gone. Neither is a loss caused by the change if it was so before.
extension Verifier {
  mutating func checkCopies() {
    let (earlier, now) = (before.runningCopies, after.runningCopies)
    for (key, copies) in now where copies.count > max(1, earlier[key]?.count ?? 0) {
      // Two complete ready pods are one problem, which has its own rule.
      let ready = Set(after.sandboxes.filter { $0.isReady && copies.map(\.sandboxID).contains($0.id) }.map(\.id))
      if ready.count == copies.count { continue }
      guard let newest = copies.max(by: { $0.status.createdAt < $1.status.createdAt }) else { continue }
      let object = ObjectName(.container, pod: after.podName(of: newest), name: key.name, id: newest.id)
      report(
        .containerSeveralRunning, object, .runningContainers(earlier[key]?.count ?? 0), .runningContainers(copies.count)
      )
    }
    let lost = Set(before.containersWithoutSandbox.map(\.id))
    let known = Set(before.sandboxes.map(\.id))
    for container in after.containersWithoutSandbox where !lost.contains(container.id) {
      // The rules about pods report a sandbox that the runtime has lost since.
      if scenario.keepsObjects, known.contains(container.sandboxID) { continue }
      let object = ObjectName(
        .container, pod: after.podName(of: container), name: container.name, id: container.id)
      report(.containerWithoutSandbox, object, known.contains(container.sandboxID) ? .status(.listed) : .none, .none)
    }
  }
}
