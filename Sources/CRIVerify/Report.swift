public import CRIProtobuf
public import CRIRules
public import CRISnapshot

/// The result of a comparison: the findings, kubelet's reaction to them, and what could not be checked.
public struct Report: Hashable, Sendable {
  /// The version of the report's JSON document.
  public static let schema = 1

  /// The earlier or the later state.
  public struct Side: Hashable, Sendable {
    /// The time at which the state was read, according to the node's clock.
    public var taken: Timestamp
    /// The node.
    public var host: NodeIdentity
    /// The runtime's process.
    public var daemon: Daemon
    /// CRI: `VersionResponse.runtime_name`.
    public var runtimeName: String
    /// CRI: `VersionResponse.runtime_version`.
    public var runtimeVersion: String

    init(_ snapshot: Snapshot) {
      taken = snapshot.taken
      host = snapshot.host
      daemon = snapshot.daemon
      runtimeName = snapshot.runtime.name
      runtimeVersion = snapshot.runtime.version
    }

    /// The runtime's name and version.
    public var runtime: String { "\(runtimeName) \(runtimeVersion)" }
  }

  /// The verdict on a change.
  public enum Verdict: Hashable, Sendable {
    /// Nothing is lost.
    case intact
    /// There are findings of this severity or worse.
    case lost
    /// Nothing that could be read was lost, but something could not be read.
    case unverified
    /// There was nothing to verify, or the change did not take place, for this reason.
    case vacuous(VacuousReason)
  }

  /// What happened between the snapshots.
  public var scenario: Scenario
  /// The reason why this scenario was chosen; nil if the user chose it.
  public var scenarioReason: ScenarioChoice.Reason?
  /// The earlier snapshot.
  public var before: Side
  /// The later snapshot.
  public var after: Side
  /// The findings, sorted by severity, the worst first, then by object.
  public var findings: [Finding]
  /// What kubelet will do to each pod that was ready before, or whose containers had outlived their sandbox.
  public var predictions: [Prediction]
  /// Each pod that was ready before, in both snapshots, in the order of the names.
  public var pods: [PodComparison] = []
  /// What was not checked, and why. The longer this list, the less an intact verdict means.
  public var unchecked: [Unchecked]
  /// Whether data is missing that a full verdict requires; `unchecked` lists it.
  public var isPartial: Bool
  /// The reason why this report verifies nothing; nil if it verifies something.
  public var vacuous: VacuousReason?
  /// Whether kubelet is running after the change; nil if this is unknown.
  public var isKubeletRunning: Bool?
  /// The violated rules that the scope ignores.
  public var ignoredRules: [RuleID] = []

  /// - Parameter threshold: The lowest severity that counts as a loss.
  public func verdict(failingOn threshold: Severity = .major) -> Verdict {
    // A loss is a loss even if it turns out that the daemon was not restarted.
    if findings.contains(where: { $0.rule.severity >= threshold }) { return .lost }
    if let vacuous { return .vacuous(vacuous) }
    return isPartial ? .unverified : .intact
  }

  /// Adds the objects that the runtime had announced after the earlier snapshot and that it does not list any more:
  /// nothing shows whether they were deleted or lost.
  /// - Parameter ids: The IDs of the announced objects.
  package mutating func check(announced ids: Set<String>, in after: Snapshot) {
    let missing = ids.subtracting(after.listed)
    guard !missing.isEmpty else { return }
    isPartial = true
    unchecked.append(Unchecked(.announced(count: missing.count), UnknownReason(.deletedOrLost)))
  }

  /// Whether kubelet is running after the change, on which the sentences about its reaction depend.
  public var kubelet: KubeletActivity {
    isKubeletRunning.map { $0 ? .running : .stopped } ?? .unknown
  }

  /// Whether pods are missing that kubelet may recreate at any moment.
  public var awaitsPods: Bool {
    let rules: Set<RuleID> = [.podSuccessor, .containerSuccessor]
    return findings.contains { rules.contains($0.rule.id) } || isPartial && !scenario.keepsObjects
  }

  /// The pods that kubelet has already recreated.
  public var recreated: Set<PodName> {
    Set(findings.filter { $0.rule.id == .podReplaced }.compactMap(\.object.pod))
      .union(predictions.filter(\.isRecreated).map(\.pod))
  }

  /// All predictions other than "keep".
  public var affected: [Prediction] { predictions.filter { $0.action != .keep } }

  /// Returns the objects that lost state.
  /// - Parameter threshold: The lowest severity that counts as a loss.
  public func lost(failingOn threshold: Severity = .major) -> Set<ObjectName> {
    Set(findings.filter { $0.rule.severity >= threshold }.map(\.object))
  }

  /// The pods whose address the runtime has lost.
  public var withoutAddress: Set<ObjectName> {
    Set(findings.filter { $0.rule.field == .ip && $0.after == .none }.map(\.object))
  }

  /// The violated rules that are not counted: the ignored ones, and those that cause kubelet's reaction.
  package var uncountedRules: Set<RuleID> { Set(ignoredRules + findings.filter(\.causesPrediction).map(\.rule.id)) }
}

/// Whether kubelet is running after the change.
public enum KubeletActivity: Hashable, Sendable, CaseIterable {
  case running
  case stopped
  case unknown
}

extension Report.Verdict {
  /// The verdict's name in documents.
  public var name: String {
    switch self {
    case .intact: "intact"
    case .lost: "lost"
    case .unverified: "unverified"
    case .vacuous: "vacuous"
    }
  }
}
