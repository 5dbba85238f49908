internal import CRIMessages
internal import CRIProtobuf

/// A container of a pod, regardless of its attempt.
package struct ContainerKey: Hashable, Sendable {
  package let podUID: String
  package let name: String

  package init(podUID: String, name: String) {
    self.podUID = podUID
    self.name = name
  }
}

extension Snapshot {
  /// In seconds. The lists of sandboxes and containers are read at the same time, so a container of a new pod may be
  /// listed before its sandbox.
  private static let grace = 10

  private static let labels = (
    uid: "io.kubernetes.pod.uid", namespace: "io.kubernetes.pod.namespace", pod: "io.kubernetes.pod.name"
  )

  /// The pod of a container: that of its sandbox, or else the one in kubelet's labels; nil if neither is known.
  package func podName(of container: ContainerRecord) -> PodName? {
    if let sandbox = sandboxes.first(where: { $0.id == container.sandboxID }) { return sandbox.pod }
    let labels = container.status.labels
    guard let uid = labels[Self.labels.uid], let name = labels[Self.labels.pod] else { return nil }
    return PodName(namespace: labels[Self.labels.namespace] ?? "", name: name, uid: uid)
  }

  /// The running containers of each pod by name, as far as the pod is known.
  package var runningCopies: [ContainerKey: [ContainerRecord]] {
    let pods = Dictionary(sandboxes.map { ($0.id, $0.pod.uid) }, uniquingKeysWith: { first, _ in first })
    var copies: [ContainerKey: [ContainerRecord]] = [:]
    for container in containers where container.isRunning {
      guard let uid = pods[container.sandboxID] ?? container.status.labels[Self.labels.uid], !uid.isEmpty else {
        continue
      }
      copies[ContainerKey(podUID: uid, name: container.name), default: []].append(container)
    }
    return copies
  }

  /// The running containers whose sandbox the runtime does not list.
  package var containersWithoutSandbox: [ContainerRecord] {
    let listed = listed
    return containers.filter { container in
      container.isRunning && !listed.contains(container.sandboxID)
        && container.status.createdAt + .seconds(Self.grace) < taken
    }
  }
}
