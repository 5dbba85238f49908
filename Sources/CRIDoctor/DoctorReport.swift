internal import CRIPreflight
public import CRIProtobuf
public import CRIRules
public import CRISnapshot

/// A violation of a doctor rule by one object.
public struct DoctorFinding: Hashable, Sendable {
  /// The rule that is violated.
  public var rule: Rule
  /// The object for which it is violated.
  public var object: ObjectName
  /// The facts that prove the violation.
  public var detail: DoctorDetail
}

/// The result of doctor: what is wrong on the node, and what could not be checked.
public struct DoctorReport: Hashable, Sendable {
  /// The version of the report's JSON document.
  public static let schema = 1

  /// The state of the node, in one word.
  public enum Verdict: String, Hashable, Sendable {
    /// Nothing was found, and everything was checked.
    case healthy
    /// There is at least one finding of the threshold's severity or above.
    case problems
    /// There is no such finding, but something could not be checked.
    case unchecked
  }

  /// The node.
  public var host: NodeIdentity
  /// The runtime's process.
  public var daemon: Daemon
  /// The runtime's name and version; empty if the runtime cannot be reached.
  public var runtime: String
  /// The time of the check according to the node's clock.
  public var taken: Timestamp
  /// The ready pods.
  public var pods: [PodName]
  /// How long the lists take that kubelet requests every second; nil if they are unknown.
  public var relist: Duration?
  /// The findings, sorted by severity, the worst first, then by rule.
  public var findings: [DoctorFinding]
  /// What could not be checked. An entry is required unless the user has excluded it.
  public var unchecked: [Unchecked]
  /// The IDs of the ready sandboxes for which the runtime reports no address, so that kubelet kills them when it starts.
  private let podsWithoutAddress: Set<String>

  /// Applies all rules to the facts, and reads nothing.
  /// - Parameter ignored: The rules to ignore. The report lists them as not checked.
  public init(_ facts: DoctorFacts, ignoring ignored: Set<RuleID> = []) {
    let snapshot = facts.snapshot
    (host, daemon, taken) = (snapshot.host, snapshot.daemon, facts.node.now)
    runtime = snapshot.runtime.name.isEmpty ? "" : "\(snapshot.runtime.name) \(snapshot.runtime.version)"
    let unread = snapshot.unchecked.filter { $0.isLive == true && $0.object?.kind == .pod }.compactMap {
      $0.object?.pod
    }
    pods = facts.node.readySandboxes.map(\.pod) + unread
    let lists = facts.calls.filter { $0.isPartOfRelist && $0.outcome == .answered }
    relist = lists.count == 2 ? lists.map(\.duration).reduce(Duration.zero, +) : nil
    podsWithoutAddress = Set(
      facts.snapshot.sandboxes.filter { $0.isReady && !$0.isHostNetwork && $0.ip.isEmpty }.map(\.id))
    (findings, unchecked) = ([], [])
    for check in DoctorRules.checks {
      var outcome = DoctorOutcome()
      do throws(UnknownReason) {
        try check.run(facts, &outcome)
      } catch {
        outcome.skip(error)
      }
      if ignored.contains(check.rule.id) {
        unchecked.append(
          Unchecked(.rule(check.rule.id), UnknownReason(.ignored), count: outcome.findings.count))
        continue
      }
      findings += outcome.findings.map { DoctorFinding(rule: check.rule, object: $0.object, detail: $0.detail) }
      unchecked += outcome.unknown.map {
        let reason = $0 == .notExamined ? facts.unreadNode ?? $0 : $0
        return Unchecked(.rule(check.rule.id), facts.node.explained(reason), isRequired: true)
      }
    }
    // A stable sort keeps the runtime's order within a rule.
    findings = findings.enumerated().sorted { a, b in
      a.element.rule.severity != b.element.rule.severity
        ? a.element.rule.severity > b.element.rule.severity : a.offset < b.offset
    }.map(\.element)
  }

  /// The rules whose violations kubelet's start makes worse: it kills the pods, or starts a second copy of them.
  public var harmedByKubeletStart: [RuleID] {
    let harmed: [RuleID] = [.networkBroken, .podTwoReady, .podOutlivedSandbox, .shimOrphan]
    return harmed.filter { id in
      // If the runtime still reports an address, kubelet does not notice that the network is broken.
      findings.contains { $0.rule.id == id && (id != .networkBroken || podsWithoutAddress.contains($0.object.id)) }
    }
  }

  /// The verdict: a finding outweighs what could not be checked.
  /// - Parameter threshold: The lowest severity that counts.
  public func verdict(failingOn threshold: Severity = .major) -> Verdict {
    if findings.contains(where: { $0.rule.severity >= threshold }) { return .problems }
    return unchecked.contains(where: \.isRequired) ? .unchecked : .healthy
  }
}
