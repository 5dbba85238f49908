public import CRIRules
public import CRISnapshot

/// A published defect that affects some versions: a row of the table in `Advisories`.
///
/// An advisory only makes versions suspect. The data on disk is examined first and can confirm the defect or rule it
/// out.
public struct Advisory: Hashable, Sendable {
  /// The product whose versions are affected.
  public enum Product: String, Hashable, Sendable, CaseIterable {
    case containerd
    case crio = "cri-o"
    case k3s, rke2, kubelet, microk8s, runc

    /// Whether the product can have such a version: after containerd 1.7 came 2.0.
    func canHave(_ version: RuntimeVersion) -> Bool {
      self != .containerd || version.major != 1 || version.minor <= 7
    }

    /// Whether the table covers this minor version; always true for products whose version numbers follow those of
    /// Kubernetes.
    func isKnown(_ version: RuntimeVersion) -> Bool {
      switch self {
      case .containerd: version.major == 1 && version.minor <= 7 || version.major == 2 && version.minor <= 4
      // CRI-O 1.3 to 1.7 do not exist: since 1.8, its version numbers follow those of Kubernetes.
      case .crio: version.major == 1 && (8...37).contains(version.minor)
      default: true
      }
    }
  }

  /// What triggers the defect.
  public enum Scenario: String, Hashable, Sendable, CaseIterable {
    /// The daemon restarts.
    case restart
    /// A daemon of a different version takes over.
    case upgrade
    /// The node reboots.
    case reboot
    /// New binaries have been installed while the old daemon still runs.
    case replacedBinary = "replaced-binary"
    /// Pods move to this runtime from a different one.
    case migration
    /// No event is needed: the defect, such as a wrong response or a security hole, can appear at any time.
    case always
  }

  /// How certain the advisory is.
  public enum Confidence: String, Hashable, Sendable, Comparable {
    /// The advisory is derived from discussions, or it is uncertain which version fixes the defect.
    case medium
    /// The defect was found in the source code, or reproduced.
    case high

    /// Orders the values by certainty.
    public static func < (a: Self, b: Self) -> Bool { a == .medium && b == .high }
  }

  /// A property of the node without which the defect does not appear.
  public enum Condition: String, Hashable, Sendable {
    /// A pod with its own user namespace (`hostUsers: false`).
    case userNamespacePods = "user-namespace-pods"
    /// A pod in a virtual machine, as Kata creates them.
    case virtualMachinePods = "virtual-machine-pods"
    /// The runtime manages cgroups itself instead of through systemd.
    case cgroupfs
  }

  /// The versions and the change with which the defect appears.
  public struct Case: Hashable, Sendable {
    /// The versions that run after the change.
    public enum Target: Hashable, Sendable {
      /// Any target version.
      case any
      case versions([VersionRange])
      /// Any minor version other than the running one.
      case otherMinor
    }

    /// The event that triggers the defect.
    public let scenario: Scenario
    /// The daemon's version before the change.
    public let running: [VersionRange]
    /// The daemon's version after the change; only for upgrades and replaced binaries.
    public let target: Target

    init(_ scenario: Scenario, _ running: [VersionRange], to target: Target = .any) {
      self.scenario = scenario
      self.running = running
      self.target = target
    }
  }

  /// The ID of the advisory.
  public let id: AdvisoryID
  /// The product whose versions have the defect.
  public let product: Product
  /// The cases in which the defect appears.
  public let cases: [Case]
  /// Whether a new version or a workaround fixes the defect.
  public let hasFix: Bool
  /// The issue in which the defect is discussed, such as `containerd#7843`.
  public let reference: String
  /// How certain the advisory is.
  public let confidence: Confidence
  /// The condition under which the defect appears; nil if it appears on any node.
  public let condition: Condition?
  /// The preflight rules that decide whether the advisory applies, regardless of the version.
  public let decidedBy: [RuleID]
  /// Whether every pod that an affected version creates is lost at that version's next restart, so that no node should
  /// be upgraded or downgraded to such a version.
  public let rulesOutTarget: Bool

  init(
    _ id: AdvisoryID, _ product: Product, _ cases: [Case], hasFix: Bool, _ reference: String, _ confidence: Confidence,
    only condition: Condition? = nil, decidedBy: [RuleID] = [], rulesOutTarget: Bool = false
  ) {
    self.id = id
    self.product = product
    self.cases = cases
    self.hasFix = hasFix
    self.reference = reference
    self.confidence = confidence
    self.condition = condition
    self.decidedBy = decidedBy
    self.rulesOutTarget = rulesOutTarget
  }
}

/// An advisory that concerns a node, and the reason.
public struct AdvisoryMatch: Hashable, Sendable {
  /// The version that an advisory concerns.
  public enum Concern: String, Hashable, Sendable {
    /// The running version has the defect.
    case running
    /// The target version has the defect.
    case target
    /// The change from one to the other triggers the defect.
    case change
  }

  /// The advisory.
  public let advisory: Advisory
  /// The event that triggers the defect.
  public let scenario: Advisory.Scenario
  /// The version that the advisory concerns.
  public let concern: Concern
}

extension Advisory {
  /// Returns how the advisory concerns a version, or the change to a different one; nil if it does not.
  /// - Parameter target: The version after the change; nil if the version stays the same.
  func match(_ version: RuntimeVersion?, target: RuntimeVersion?, scenarios: Set<Scenario>) -> AdvisoryMatch? {
    for item in cases where scenarios.contains(item.scenario) {
      let isAffected = version.map { version in item.running.contains { $0.contains(version) } } ?? false
      switch item.scenario {
      case .upgrade, .replacedBinary:
        guard isAffected, let version, let target, version != target else { continue }
        if item.target.contains(target, from: version) {
          return AdvisoryMatch(advisory: self, scenario: item.scenario, concern: .change)
        }
      case .restart, .reboot, .migration, .always:
        if isAffected { return AdvisoryMatch(advisory: self, scenario: item.scenario, concern: .running) }
        if let target, item.running.contains(where: { $0.contains(target) }) {
          return AdvisoryMatch(advisory: self, scenario: item.scenario, concern: .target)
        }
      }
    }
    return nil
  }
}

extension Advisory {
  /// Whether a version has a defect that appears at each of its restarts.
  func affectsRestarts(of version: RuntimeVersion) -> Bool {
    cases.contains { item in item.scenario == .restart && item.running.contains { $0.contains(version) } }
  }

  /// Whether every version has the defect, so that no change of version introduces or fixes it.
  public var affectsEveryVersion: Bool {
    !hasFix && cases.allSatisfy { $0.running == [.all] && $0.target == .any }
  }
}

extension Advisory.Case.Target {
  func contains(_ target: RuntimeVersion, from version: RuntimeVersion) -> Bool {
    switch self {
    case .any: true
    case .versions(let ranges): ranges.contains { $0.contains(target) }
    case .otherMinor: !target.isSameMinor(as: version)
    }
  }
}

extension Advisory.Product {
  /// The product to which a version belongs, given the runtime's name: for example, `v1.24.9+k3s1` is a version of k3s,
  /// whose containerd reports the version `v1.6.12-k3s1`.
  public init?(of version: RuntimeVersion, runtime name: String) {
    // A tag of an image cannot contain a `+`: rancher/k3s:v1.26.0-k3s1 is release v1.26.0+k3s1.
    let isKubernetes = version.major == 1 && version.minor >= 16
    switch version.distributor {
    case .k3s? where version.text.contains("+k3s") || isKubernetes: self = .k3s
    case .rke2? where version.text.contains("+rke2r") || isKubernetes: self = .rke2
    default: self.init(rawValue: name)
    }
  }
}
