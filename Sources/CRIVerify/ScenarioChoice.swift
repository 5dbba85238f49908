public import CRIRules
public import CRISnapshot

/// The scenario of a report, and the reason for the choice.
public struct ScenarioChoice: Hashable, Sendable {
  /// The difference between two snapshots that determines the scenario.
  public enum Reason: Hashable, Sendable {
    case otherRuntime(before: String, after: String)
    case otherBoot
    /// - `isOlder`: Whether the version in the later snapshot is the older one.
    /// - `hasLostAllPods`: Whether every earlier pod is gone, which distinguishes a wipe from an upgrade.
    case otherVersion(before: String, after: String, isOlder: Bool, hasLostAllPods: Bool)
    case otherKubeletProcess
    /// The daemon was restarted, and every earlier pod is gone, together with its processes.
    case noPodLeft
    /// The boot ID, the runtime and the version are the same.
    case noDifference
  }

  /// The scenario.
  public var scenario: Scenario
  /// The reason for the choice; nil if the user has chosen the scenario.
  public var reason: Reason?

  /// Creates a choice, with its reason if the user did not make it.
  public init(_ scenario: Scenario, because reason: Reason? = nil) {
    self.scenario = scenario
    self.reason = reason
  }

  /// Derives the scenario from the runtime, the boot ID, the version, the daemon's process and kubelet's process, in
  /// this order.
  public init(comparing before: Snapshot, with after: Snapshot) {
    let (earlier, now) = (before.runtime, after.runtime)
    if earlier.name != now.name {
      self.init(.migrate, because: .otherRuntime(before: earlier.name, after: now.name))
    } else if let boot = before.host.bootID, let other = after.host.bootID, boot != other {
      self.init(.reboot, because: .otherBoot)
    } else if earlier.version != now.version {
      var isOlder = false
      if let old = RuntimeVersion(earlier.version), let new = RuntimeVersion(now.version) { isOlder = new < old }
      let isWiped = Self.isMinorUpgradeOfCRIO(earlier, now) && before.hasLostAllPods(in: after)
      self.init(
        isWiped ? .wipe : .upgrade,
        because: .otherVersion(before: earlier.version, after: now.version, isOlder: isOlder, hasLostAllPods: isWiped))
    } else if before.daemon.wasReplaced(by: after.daemon) == false,
      after.observed?.kubelet?.wasRestarted(since: before.observed?.kubelet) == true
    {
      self.init(.kubeletRestart, because: .otherKubeletProcess)
    } else if before.daemon.wasReplaced(by: after.daemon) != false, before.hasLostAllPods(in: after),
      Self.hasNoProcessLeft(after)
    {
      self.init(.wipe, because: .noPodLeft)
    } else {
      self.init(.restart, because: .noDifference)
    }
  }

  private static func isMinorUpgradeOfCRIO(_ earlier: RuntimeFacts, _ now: RuntimeFacts) -> Bool {
    guard earlier.name == RuntimeProduct.crio.rawValue, let old = RuntimeVersion(earlier.version),
      let new = RuntimeVersion(now.version)
    else { return false }
    return (old.major, old.minor) != (new.major, new.minor)
  }

  /// Whether there are no processes left that the runtime does not list; false if this is unknown.
  private static func hasNoProcessLeft(_ after: Snapshot) -> Bool {
    after.observed?.orphans?.value?.allSatisfy(\.processes.isEmpty) ?? false
  }
}

extension Snapshot {
  /// Whether there were ready sandboxes, none of which is in a later snapshot.
  func hasLostAllPods(in after: Snapshot) -> Bool {
    let ready = Set(sandboxes.filter(\.isReady).map(\.id))
    return !ready.isEmpty && ready.isDisjoint(with: after.listed)
  }
}
