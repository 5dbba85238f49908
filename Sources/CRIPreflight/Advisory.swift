public import CRIRules
public import CRISnapshot

/// A published fault of some versions: a row of the table in `Advisories`.
///
/// It makes versions suspect; what is on disk proves or disproves, and is looked at first.
public struct Advisory: Hashable, Sendable {
  /// Whose versions they are.
  public enum Product: String, Hashable, Sendable, CaseIterable {
    case containerd
    case crio = "cri-o"
    case k3s, rke2, kubelet, microk8s, runc

    /// Whether the table was made with this minor version in view; true where products number as Kubernetes does.
    func isKnown(_ version: RuntimeVersion) -> Bool {
      switch self {
      case .containerd: version.major == 1 && version.minor <= 7 || version.major == 2 && version.minor <= 4
      // There was no 1.3 to 1.7: its versions number as Kubernetes' do since 1.8.
      case .crio: version.major == 1 && (8...37).contains(version.minor)
      default: true
      }
    }
  }

  /// What has to happen for it to show.
  public enum Scenario: String, Hashable, Sendable, CaseIterable {
    /// The daemon restarts.
    case restart
    /// A daemon of another version takes over.
    case upgrade
    /// The node reboots.
    case reboot
    /// New binaries lie beside the old daemon that still runs.
    case replacedBinary = "replaced-binary"
    /// Pods move here from another runtime.
    case migration
    /// Nothing: an answer may be wrong, or a hole open, at any time.
    case always
  }

  public enum Confidence: String, Hashable, Sendable, Comparable {
    /// Told by threads, or with the version not known to the patch.
    case medium
    /// Read in the source, or reproduced.
    case high

    public static func < (a: Self, b: Self) -> Bool { a == .medium && b == .high }
  }

  /// A property of the node without which it does not show.
  public enum Condition: String, Hashable, Sendable {
    /// A pod with a user namespace of its own (`hostUsers: false`).
    case userNamespacePods = "user-namespace-pods"
    /// A pod in a virtual machine, as Kata makes them.
    case virtualMachinePods = "virtual-machine-pods"
    /// The runtime makes cgroups itself instead of asking systemd.
    case cgroupfs
  }

  /// When it shows.
  public struct Case: Hashable, Sendable {
    public enum Target: Hashable, Sendable {
      /// Whatever comes.
      case any
      case versions([VersionRange])
      /// Another minor version than the one that runs.
      case otherMinor
    }

    public let scenario: Scenario
    /// The daemon that runs before the change.
    public let running: [VersionRange]
    /// The one that runs after it; only for upgrades and replaced binaries.
    public let target: Target

    init(_ scenario: Scenario, _ running: [VersionRange], to target: Target = .any) {
      self.scenario = scenario
      self.running = running
      self.target = target
    }
  }

  public let id: AdvisoryID
  public let product: Product
  public let cases: [Case]
  /// Whether a version, or a measure, helps against it.
  public let hasFix: Bool
  /// Where it is discussed, such as `containerd#7843`.
  public let reference: String
  public let confidence: Confidence
  /// nil: it shows on any node.
  public let condition: Condition?
  /// The preflight rules that decide, whatever the version says.
  public let decidedBy: [RuleID]

  init(
    _ id: AdvisoryID, _ product: Product, _ cases: [Case], hasFix: Bool, _ reference: String, _ confidence: Confidence,
    only condition: Condition? = nil, decidedBy: [RuleID] = []
  ) {
    self.id = id
    self.product = product
    self.cases = cases
    self.hasFix = hasFix
    self.reference = reference
    self.confidence = confidence
    self.condition = condition
    self.decidedBy = decidedBy
  }
}

/// An advisory that concerns a node, and why.
public struct AdvisoryMatch: Hashable, Sendable {
  public enum Concern: String, Hashable, Sendable {
    /// The version that runs.
    case running
    /// The version that is to come.
    case target
    /// The way from one to the other.
    case change
  }

  public let advisory: Advisory
  public let scenario: Advisory.Scenario
  public let concern: Concern
}

extension Advisory {
  /// How it concerns a version, or the change to another; nil where it does not.
  /// - Parameter target: nil: the version stays.
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
  /// Whether no version is free of it, so that a change of version neither brings nor mends it.
  public var isInEveryVersion: Bool {
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
  /// Whose version a text is, beside a runtime of a known name: `v1.24.9+k3s1` is one of k3s, whose containerd calls
  /// itself `v1.6.12-k3s1`.
  public init?(of version: RuntimeVersion, runtime name: String) {
    switch version.distributor {
    case .k3s? where version.text.contains("+k3s"): self = .k3s
    case .rke2? where version.text.contains("+rke2r"): self = .rke2
    default: self.init(rawValue: name)
    }
  }
}
