public import CRIProtobuf
public import CRIRules
public import CRISnapshot

/// The answer to "was anything lost?": findings, what kubelet will do, and what nobody could check.
public struct Report: Hashable, Sendable {
  /// The version of the report's JSON form.
  public static let schema = 1

  /// Which end of the change.
  public struct Side: Hashable, Sendable {
    public var taken: Timestamp
    public var host: Host
    public var daemon: Daemon
    /// CRI: `VersionResponse.runtime_name`.
    public var runtimeName: String
    public var runtimeVersion: String

    init(_ snapshot: Snapshot) {
      taken = snapshot.taken
      host = snapshot.host
      daemon = snapshot.daemon
      runtimeName = snapshot.runtime.name
      runtimeVersion = snapshot.runtime.version
    }

    /// Name and version.
    public var runtime: String { "\(runtimeName) \(runtimeVersion)" }
  }

  public enum Verdict: Hashable, Sendable {
    /// Nothing is lost.
    case intact
    /// There are findings of this severity or worse.
    case lost
    /// Nothing is lost of what could be read, and something could not.
    case unverified
    /// There was nothing to verify, or the change did not take place; why.
    case vacuous(VacuousReason)
  }

  public var scenario: Scenario
  /// Why this one was taken; nil where somebody has chosen it.
  public var scenarioReason: ScenarioChoice.Reason?
  public var before: Side
  public var after: Side
  /// The worst first, then by object.
  public var findings: [Finding]
  public var predictions: [Prediction]
  /// What was not checked, and why. A green report is only as good as this list is short.
  public var unchecked: [Unchecked]
  /// Data is missing that a full verdict needs: `unchecked` says which.
  public var isPartial: Bool
  /// Why this report says nothing; nil where it does.
  public var vacuous: VacuousReason?
  /// The rules that the scope leaves out, and that do not hold.
  public var ignoredRules: [RuleID] = []

  /// - Parameter threshold: the least severity that counts as loss.
  public func verdict(failingOn threshold: Severity = .major) -> Verdict {
    // What is lost is lost, also where the daemon turns out not to have been restarted.
    if findings.contains(where: { $0.rule.severity >= threshold }) { return .lost }
    if let vacuous { return .vacuous(vacuous) }
    return isPartial ? .unverified : .intact
  }

  /// Whether pods are still missing that kubelet may make in a moment.
  public var awaitsPods: Bool {
    let rules: Set<RuleID> = [.podSuccessor, .containerSuccessor]
    return findings.contains { rules.contains($0.rule.id) } || isPartial && !scenario.keepsObjects
  }

  /// Predictions other than "keep".
  public var affected: [Prediction] { predictions.filter { $0.action != .keep } }

  /// The objects that lost state.
  /// - Parameter threshold: the least severity that counts as loss.
  public func lost(failingOn threshold: Severity = .major) -> Set<ObjectName> {
    Set(findings.filter { $0.rule.severity >= threshold }.map(\.object))
  }

  /// The pods whose address the runtime has lost.
  public var withoutAddress: Set<ObjectName> {
    Set(findings.filter { $0.rule.field == .ip && $0.after == .none }.map(\.object))
  }

  /// The rules that are violated and do not count: ignored ones, and those that cause what kubelet will do.
  package var setAside: Set<RuleID> { Set(ignoredRules + findings.filter(\.causesPrediction).map(\.rule.id)) }
}

extension Report.Verdict {
  /// The code of the verdict in documents.
  public var name: String {
    switch self {
    case .intact: "intact"
    case .lost: "lost"
    case .unverified: "unverified"
    case .vacuous: "vacuous"
    }
  }
}
