/// What happened between two snapshots. It determines which rules apply (the columns of `cri rules`).
public enum Scenario: String, Hashable, Sendable, CaseIterable {
  /// The runtime's daemon was restarted, with the same version, on a node that kept running.
  case restart
  /// The daemon was replaced by a different version, on a node that kept running.
  case upgrade
  /// The runtime removed or lost all pods, as CRI-O does when it starts after a minor upgrade (`internal_wipe`), and kubelet
  /// recreated them.
  case wipe
  /// The node was rebooted, and kubelet recreated its pods.
  case reboot
  /// A different runtime took over, and kubelet recreated the pods.
  case migrate
  /// kubelet was restarted with the same version, and the runtime was not restarted.
  case kubeletRestart = "kubelet-restart"

  /// Whether sandboxes and containers must survive. Otherwise pods are identified by their UID, and containers by their
  /// name in the pod.
  public var keepsObjects: Bool { Set.inPlace.contains(self) }
}

extension Set<Scenario> {
  /// The scenarios in which every object survives.
  package static let inPlace: Self = [.restart, .upgrade, .kubeletRestart]
  /// The scenarios in which kubelet recreates the pods.
  package static let renewed: Self = [.wipe, .reboot, .migrate]
  package static let all = inPlace.union(renewed)
  /// The scenarios in which an exited container remains; after a reboot, it remains if the runtime has kept it.
  static let ended = inPlace.union([.reboot])

  static func allExcept(_ others: Scenario...) -> Self { all.subtracting(others) }
}
