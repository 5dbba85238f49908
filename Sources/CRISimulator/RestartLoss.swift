/// What a simulated runtime does wrong when it starts again.
public struct RestartLoss: Hashable, Sendable {
  public enum Kind: String, Hashable, Sendable, CaseIterable {
    /// Nothing.
    case keep
    /// Pods without host network forget their addresses (containerd#7843).
    case loseIPs = "lose-ips"
    /// Sandboxes are gone from all answers, their containers with them.
    case losePods = "lose-pods"
    /// Containers are gone from all answers.
    case loseContainers = "lose-containers"
    /// Images are gone from all answers.
    case loseImages = "lose-images"
    /// Sandboxes are NOTREADY; their containers stay.
    case stopPods = "stop-pods"
    /// Containers that ran are UNKNOWN.
    case unknownContainers = "unknown-containers"
    /// Containers that ran have exited, 255, reason Unknown: as after a reboot.
    case exitContainers = "exit-containers"
    /// Containers that ran have exited, 137, and new ones run in their place, attempt + 1.
    case restartContainers = "restart-containers"
    /// Sandboxes are new ones, as kubelet makes them: another id and address, attempt + 1, containers started again.
    case recreatePods = "recreate-pods"
    /// There is a second ready sandbox for a pod, attempt + 1.
    case duplicatePods = "duplicate-pods"
    /// Containers have no annotation io.kubernetes.container.hash.
    case loseHashes = "lose-hashes"
    /// The node: NetworkReady is false.
    case networkNotReady = "network-not-ready"
    /// stop-pods and exit-containers together, as containerd comes back from a reboot.
    case reboot
  }

  public var kind: Kind
  /// A pod's name, namespace/name or uid; nil: all pods.
  public var pod: String?

  public init(_ kind: Kind, pod: String? = nil) {
    self.kind = kind
    self.pod = pod
  }

  /// From `lose-ips` or `lose-ips=web`.
  public init?(_ text: String) {
    let parts = text.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
    guard let kind = Kind(rawValue: String(parts[0])), parts.count < 2 || !parts[1].isEmpty else {
      return nil
    }
    self.init(kind, pod: parts.count > 1 ? String(parts[1]) : nil)
  }
}
