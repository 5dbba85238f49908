/// A defect of a simulated runtime: something that it loses or changes when it restarts.
public struct RestartLoss: Hashable, Sendable {
  /// What the runtime loses or changes.
  public enum Kind: String, Hashable, Sendable, CaseIterable {
    /// Nothing is lost.
    case keep
    /// Pods that do not use the node's network lose their addresses (containerd#7843).
    case loseIPs = "lose-ips"
    /// Sandboxes and their containers no longer exist.
    case losePods = "lose-pods"
    /// Containers no longer exist.
    case loseContainers = "lose-containers"
    /// Images no longer exist.
    case loseImages = "lose-images"
    /// Sandboxes are not ready (`SANDBOX_NOTREADY`). Their containers remain unchanged.
    case stopPods = "stop-pods"
    /// Running containers change to state `CONTAINER_UNKNOWN`.
    case unknownContainers = "unknown-containers"
    /// Running containers have exited with code 255 and reason `Unknown`, as after a reboot.
    case exitContainers = "exit-containers"
    /// Running containers have exited with code 137, and new ones with attempt + 1 run in their place.
    case restartContainers = "restart-containers"
    /// Sandboxes are replaced, as by kubelet: each new one has a different ID and address, attempt + 1 and new
    /// containers.
    case recreatePods = "recreate-pods"
    /// Pods have a second ready sandbox, with attempt + 1.
    case duplicatePods = "duplicate-pods"
    /// Containers lose the annotation `io.kubernetes.container.hash`.
    case loseHashes = "lose-hashes"
    /// The condition `NetworkReady` of the node is false.
    case networkNotReady = "network-not-ready"
    /// `stop-pods` and `exit-containers` together: the state that containerd has after a reboot.
    case reboot
  }

  /// What is lost or changed.
  public var kind: Kind
  /// The affected pod, as name, namespace/name or UID; nil for all pods.
  public var pod: String?

  /// Creates a loss.
  public init(_ kind: Kind, pod: String? = nil) {
    self.kind = kind
    self.pod = pod
  }

  /// Parses a loss such as `lose-ips` or `lose-ips=web`; returns nil if it is invalid.
  public init?(_ text: String) {
    let parts = text.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
    guard let kind = Kind(rawValue: String(parts[0])), parts.count < 2 || !parts[1].isEmpty else {
      return nil
    }
    self.init(kind, pod: parts.count > 1 ? String(parts[1]) : nil)
  }
}
