public import CRISnapshot

/// What happened between two snapshots. It decides which rules apply: the columns of `cri rules`.
public enum Scenario: String, Hashable, Sendable, CaseIterable {
  /// The runtime's daemon was restarted, in the same version, on a node that kept running.
  case restart
  /// The daemon was replaced by another version of it, on a node that kept running.
  case upgrade
  /// CRI-O removed all pods at its start, as it does after a minor upgrade (`internal_wipe`), and kubelet made them anew.
  case wipe
  /// The node was rebooted: kubelet made its pods anew.
  case reboot
  /// Another runtime took over, and kubelet made its pods anew.
  case migrate
  /// Kubelet was restarted, in the same version, the runtime was not.
  case kubeletRestart = "kubelet-restart"

  /// Whether sandboxes and containers must be the same ones; else pods are followed by their uid, and containers by
  /// their name in the pod.
  public var keepsObjects: Bool { Set.inPlace.contains(self) }
}

extension Set<Scenario> {
  /// Everything lives on.
  static let inPlace: Self = [.restart, .upgrade, .kubeletRestart]
  /// Pods are made anew.
  static let renewed: Self = [.wipe, .reboot, .migrate]
  static let all = inPlace.union(renewed)

  static func but(_ others: Scenario...) -> Self { all.subtracting(others) }
}

/// Which scenario a report took, and why.
public struct ScenarioChoice: Hashable, Sendable {
  public var scenario: Scenario
  /// Half a sentence; nil where somebody has chosen it.
  public var reason: String?

  public init(_ scenario: Scenario, because reason: String? = nil) {
    self.scenario = scenario
    self.reason = reason
  }

  /// Tells by runtime, boot id, version, the daemon's process and kubelet's, in this order.
  public init(telling before: Snapshot, from after: Snapshot) {
    let (was, now) = (before.runtime, after.runtime)
    if was.name != now.name {
      self.init(.migrate, because: "the runtime was \(was.name) and is \(now.name)")
    } else if let boot = before.host.bootID, let other = after.host.bootID, boot != other {
      self.init(.reboot, because: "the boot id changed")
    } else if was.version != now.version {
      var versions = "the version was \(was.version) and is \(now.version)"
      if let old = RuntimeVersion(was.version), let new = RuntimeVersion(now.version), new < old {
        versions += ", an older one"
      }
      let isWiped = Self.isMinorUpgradeOfCRIO(was, now) && Self.keepsNone(before, after)
      self.init(isWiped ? .wipe : .upgrade, because: isWiped ? "\(versions), and no old pod is left" : versions)
    } else if before.daemon.wasReplaced(by: after.daemon) == false,
      after.truth?.kubelet?.wasRestarted(since: before.truth?.kubelet) == true
    {
      self.init(.kubeletRestart, because: "kubelet is another process, the runtime is not")
    } else {
      self.init(.restart, because: "same boot id, runtime and version")
    }
  }

  private static func isMinorUpgradeOfCRIO(_ was: RuntimeFacts, _ now: RuntimeFacts) -> Bool {
    guard was.name == "cri-o", let old = RuntimeVersion(was.version), let new = RuntimeVersion(now.version) else {
      return false
    }
    return (old.major, old.minor) != (new.major, new.minor)
  }

  private static func keepsNone(_ before: Snapshot, _ after: Snapshot) -> Bool {
    Set(before.sandboxes.filter(\.isReady).map(\.id)).isDisjoint(with: after.sandboxes.map(\.id))
  }
}
