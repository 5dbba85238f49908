internal import CRIMessages
public import CRIProtobuf
public import CRISnapshot

/// The answer to "what would a restart, or an upgrade, lose?": what is proved, what is suspect, what nobody could check.
public struct PreflightReport: Hashable, Sendable {
  /// The version of the report's JSON form.
  public static let schema = 1

  public enum Verdict: String, Hashable, Sendable {
    /// No loss is predicted.
    case none
    /// Pods, containers or the daemon would be lost.
    case loss
    /// Nothing is predicted of what could be looked at, and a rule that predicts could not.
    case unchecked
  }

  /// A pod that would be lost, and by which rules.
  public struct Victim: Hashable, Sendable {
    public var pod: PodName
    public var rules: [String]
  }

  /// An advisory, held against what is on disk.
  public struct Suspicion: Hashable, Sendable {
    public enum Standing: String, Hashable, Sendable {
      /// Only the version says so.
      case suspect
      /// A rule has found what it warns of.
      case proved
      /// The rules that decide have looked and found nothing: no pod that is there now has it.
      case settled
      /// Every version has it, and nothing can be looked at: it says nothing against this one, or for another.
      case unfixed
    }
    public var match: AdvisoryMatch
    public var standing: Standing
  }

  /// A rule that could not be checked, whole or in part.
  public struct Gap: Hashable, Sendable {
    public var rule: String
    public var why: String
    /// Whether the rule predicts a loss, so that the verdict cannot be a good one without it.
    public var decides: Bool
  }

  public var host: Host
  public var daemon: Daemon
  /// Name and version.
  public var runtime: String
  public var target: RuntimeVersion?
  /// Whether the target is older than what runs.
  public var isDowngrade: Bool
  /// Whether the version stays as it is, named as the target or not.
  public var isRestart: Bool
  public var taken: Timestamp
  /// The pods that are ready: what a change can take away.
  public var pods: [PodName]
  /// The worst first, then by rule.
  public var findings: [PreflightFinding]
  public var suspicions: [Suspicion]
  public var unchecked: [Gap]

  /// Looks at everything; reads nothing.
  public init(_ facts: PreflightFacts) {
    let snapshot = facts.snapshot
    host = snapshot.host
    daemon = snapshot.daemon
    runtime = "\(snapshot.runtime.name) \(snapshot.runtime.version)"
    target = facts.target
    isDowngrade = facts.version.flatMap { version in facts.nextVersion.map { $0 < version } } ?? false
    isRestart = facts.target == nil || facts.nextVersion.map { $0 == facts.version } ?? false
    taken = facts.now
    pods = facts.readySandboxes.map(\.pod)
    var examination = Examination(facts)
    examination.run()
    findings = examination.findings
    unchecked = examination.gaps
    suspicions = examination.suspicions()
  }

  /// How many ready pods there are.
  public var podCount: Int { pods.count }

  public var verdict: Verdict {
    if findings.contains(where: { $0.rule.predicts != .nothing }) { return .loss }
    // Whatever becomes of the runtime that was asked: kubelet's pods are in another one.
    let isOther = findings.contains { $0.rule.id == PreflightRules.otherRuntime }
    return isOther || unchecked.contains(where: \.decides) ? .unchecked : .none
  }

  /// The pods that would be killed, recreated or deleted, each once, in the order of the findings.
  public var victims: [Victim] { victims(.pods) }

  /// The pods that stay and have containers that would restart or could not be managed any more.
  public var disturbed: [Victim] {
    let killed = Set(victims.map(\.pod))
    return victims(.containers).filter { !killed.contains($0.pod) }
  }

  /// The pods that stay and lose an address beside the primary one.
  public var readdressed: [Victim] {
    let killed = Set(victims.map(\.pod))
    return victims(.addresses).filter { !killed.contains($0.pod) }
  }

  /// The pods that stay, and of which the runtime would tell something else than before.
  public var rewritten: [Victim] {
    let killed = Set(victims.map(\.pod))
    return victims(.records).filter { !killed.contains($0.pod) }
  }

  private func victims(_ prediction: PreflightRule.Prediction) -> [Victim] {
    var victims: [Victim] = []
    for finding in findings where finding.predicts == prediction {
      guard let pod = finding.object.pod else { continue }
      if let index = victims.firstIndex(where: { $0.pod == pod }) {
        if !victims[index].rules.contains(finding.rule.id) { victims[index].rules.append(finding.rule.id) }
      } else {
        victims.append(Victim(pod: pod, rules: [finding.rule.id]))
      }
    }
    return victims
  }
}

/// One pass over the rules and the advisories.
private struct Examination {
  let facts: PreflightFacts
  private(set) var findings: [PreflightFinding] = []
  private(set) var gaps: [PreflightReport.Gap] = []

  init(_ facts: PreflightFacts) { self.facts = facts }

  private var product: Advisory.Product? { Advisory.Product(rawValue: facts.snapshot.runtime.name) }

  mutating func run() {
    for check in PreflightRules.checks where check.runtime == nil || check.runtime == product {
      var outcome = PreflightOutcome()
      do throws(Unchecked) {
        try check.run(facts, &outcome)
      } catch {
        outcome.skip(error.why)
      }
      findings += outcome.hits.map { PreflightFinding(rule: check.rule, object: $0.object, detail: $0.detail) }
      gaps += outcome.unchecked.map {
        PreflightReport.Gap(rule: check.rule.id, why: $0, decides: check.rule.predicts != .nothing)
      }
    }
    // Stable, so that within a rule the runtime's order stays.
    findings = findings.enumerated().sorted { a, b in
      a.element.rule.severity != b.element.rule.severity
        ? a.element.rule.severity > b.element.rule.severity : a.offset < b.offset
    }.map(\.element)
    addGapsOfSnapshot()
    addGapOfTarget()
  }

  private mutating func addGapsOfSnapshot() {
    for unread in facts.snapshot.unread where unread.kind != .image {
      gaps.append(PreflightReport.Gap(rule: "", why: "\(unread.what): \(unread.why)", decides: true))
    }
    if product != .containerd && product != .crio {
      let name = facts.snapshot.runtime.name
      gaps.append(
        PreflightReport.Gap(
          rule: "", why: "what a restart of \(name) would lose: cri knows the disk of containerd and CRI-O only",
          decides: true))
    }
    if facts.version == nil {
      let text = facts.snapshot.runtime.version
      gaps.append(
        PreflightReport.Gap(rule: "", why: "advisories: the version \"\(text)\" is in no known form", decides: false))
    }
  }

  /// A target of k3s or RKE2 brings a containerd of its own.
  private mutating func addGapOfTarget() {
    guard let product, let target = facts.target else { return }
    if Advisory.Product(of: target, runtime: product.rawValue) == product {
      if !product.isKnown(target) {
        gaps.append(
          PreflightReport.Gap(
            rule: "",
            why: "advisories: of a \(product.rawValue) \(target.major).\(target.minor) nothing is known here: "
              + "see that --to names \(product.rawValue)'s version, and what its release notes say", decides: false))
      }
      return
    }
    gaps.append(
      PreflightReport.Gap(
        rule: "", why: "which \(product.rawValue) comes with \(target) is not known: --to can name that one too",
        decides: false))
  }

  func suspicions() -> [PreflightReport.Suspicion] {
    guard let product else { return [] }
    var scenarios: Set<Advisory.Scenario> = [.restart]
    if facts.target != nil { scenarios.formUnion([.upgrade, .replacedBinary]) }
    let targetProduct = facts.target.flatMap { Advisory.Product(of: $0, runtime: product.rawValue) }
    var matches = Advisories.matching(
      product, facts.version, target: targetProduct == product ? facts.target : nil, scenarios: scenarios)
    if let targetProduct, targetProduct != product {
      matches += Advisories.matching(targetProduct, nil, target: facts.target, scenarios: scenarios)
    }
    return matches.filter { meets($0.advisory.condition) }.map {
      PreflightReport.Suspicion(match: $0, standing: standing($0))
    }
  }

  private func standing(_ match: AdvisoryMatch) -> PreflightReport.Suspicion.Standing {
    let rules = match.advisory.decidedBy
    if rules.isEmpty, match.advisory.isInEveryVersion { return .unfixed }
    // What is on disk was made by the version that runs: it says nothing of one that is to come.
    guard !rules.isEmpty, match.concern != .target else { return .suspect }
    if findings.contains(where: { rules.contains($0.rule.id) }) { return .proved }
    return gaps.contains { rules.contains($0.rule) } ? .suspect : .settled
  }

  /// What is not known counts as met.
  private func meets(_ condition: Advisory.Condition?) -> Bool {
    switch condition {
    case nil: return true
    case .userNamespacePods:
      return facts.readySandboxes.contains {
        $0.status.linux?.namespaces?.options?.usernsOptions?.mode == .pod
      }
    case .virtualMachinePods:
      return facts.readySandboxes.contains {
        let handler = $0.facts.runtimeHandler ?? $0.status.runtimeHandler
        return handler.contains("kata") || handler.contains("vm")
      }
    case .cgroupfs: return (facts.configuration.cgroupDriver.value ?? "cgroupfs") == "cgroupfs"
    }
  }
}
