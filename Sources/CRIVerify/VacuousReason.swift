public import CRISnapshot

/// The reason why a report verifies nothing.
public enum VacuousReason: Hashable, Sendable {
  /// The snapshots are from different nodes.
  case otherNode(before: NodeIdentity, after: NodeIdentity)
  /// The earlier snapshot contains no ready pods and no running containers.
  case nothingToVerify
  /// No ready pod is in the scope.
  case nothingInScope
  /// All ready pods have ended, were deleted, or had been created too recently.
  case allEnded(count: Int, isWholeNode: Bool)

  // The change did not take place.

  case daemonNotRestarted(pid: Int32?)
  case sameVersion(String)
  case notRebooted
  case sameRuntime(String)
  case kubeletStopped
  case kubeletNotRestarted

  /// The reason's name in documents, such as `other-node`.
  public var code: String {
    switch self {
    case .otherNode: "other-node"
    case .nothingToVerify: "nothing-to-verify"
    case .nothingInScope: "nothing-in-scope"
    case .allEnded: "all-ended"
    case .daemonNotRestarted: "daemon-not-restarted"
    case .sameVersion: "same-version"
    case .notRebooted: "not-rebooted"
    case .sameRuntime: "same-runtime"
    case .kubeletStopped: "kubelet-stopped"
    case .kubeletNotRestarted: "kubelet-not-restarted"
    }
  }
}
