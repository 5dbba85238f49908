/// A rule by which a container's exit code determines whether kubelet restarts the container: an element of
/// `restartPolicyRules` (Kubernetes 1.34 and later).
public struct RestartRule: Hashable, Sendable {
  /// What kubelet does if the rule matches.
  public enum Action: String, Hashable, Sendable, CaseIterable {
    /// kubelet restarts the container.
    case restart = "Restart"
    /// kubelet removes all containers of the pod and starts them again, the init containers first (1.35 and later).
    case restartAllContainers = "RestartAllContainers"
  }

  /// How the exit code is compared with the values.
  public enum Comparison: String, Hashable, Sendable, CaseIterable {
    /// The exit code is one of the values.
    case isIn = "In"
    /// The exit code is not among the values.
    case isNotIn = "NotIn"
  }

  /// The action; nil if it is unknown, in which case the decision is unknown if the rule matches.
  public var action: Action?
  /// The comparison; nil if it is missing or unknown, in which case it is unknown whether the rule matches.
  public var comparison: Comparison?
  /// The exit codes.
  public var values: [Int32]

  /// Creates a value with the given properties.
  public init(_ action: Action?, _ comparison: Comparison?, _ values: [Int32]) {
    self.action = action
    self.comparison = comparison
    self.values = values
  }
}
