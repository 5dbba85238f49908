internal import CRIMessages
public import CRIProtobuf
public import CRIRules
public import CRISnapshot

/// The result of preflight: what a restart or an upgrade would lose, what is suspect, and what could not be checked.
public struct PreflightReport: Hashable, Sendable {
  /// The version of the report's JSON document.
  public static let schema = 1

  /// What the change would lose, in one word.
  public enum Verdict: String, Hashable, Sendable {
    /// No loss is predicted.
    case none
    /// Pods, containers or the daemon would be lost.
    case loss
    /// No rule that was checked predicts a loss, but a rule that could predict one is unchecked.
    case unchecked
  }

  /// A pod that would be lost, and the rules that predict it.
  public struct AffectedPod: Hashable, Sendable {
    /// The pod.
    public var pod: PodName
    /// The rules that predict the loss.
    public var rules: [RuleID]
    /// What kubelet will do to the pod; nil if the pod stays or its specification is unknown.
    public var reaction: PodReaction?
  }

  /// An advisory, compared with the data on disk.
  public struct Suspicion: Hashable, Sendable {
    /// What is known about the advisory's defect on this node.
    public enum Status: String, Hashable, Sendable {
      /// Only the version is suspect.
      case suspect
      /// A rule has found the defect.
      case proved
      /// The rules that decide found nothing: none of the current pods is affected.
      case settled
      /// Every version has the defect and its effect cannot be checked, so it does not count for or against any
      /// version.
      case unfixed
    }
    /// The advisory.
    public var match: AdvisoryMatch
    /// What is known about the advisory's defect on this node.
    public var status: Status
  }

  /// The node.
  public var host: NodeIdentity
  /// The runtime's process.
  public var daemon: Daemon
  /// CRI: `VersionResponse.runtime_name`.
  public var runtimeName: String
  /// CRI: `VersionResponse.runtime_version`.
  public var runtimeVersion: String
  /// The version that runs after the change; nil if it stays the same.
  public var target: RuntimeVersion?
  /// The version of the runtime in the target, if that is a release of a distribution; nil for any other target, or if
  /// that version is unknown.
  public var assumedVersion: RuntimeVersion?
  /// Whether the target is a release of a distribution that contains the runtime.
  public var isTargetBundle: Bool
  /// Whether the target is older than the running version.
  public var isDowngrade: Bool
  /// Whether the version stays the same, with or without a specified target.
  public var isRestart: Bool
  /// The time of the check according to the node's clock.
  public var taken: Timestamp
  /// The ready pods: those that a change can lose.
  public var pods: [PodName]
  /// The findings, sorted by severity, the worst first, then by rule.
  public var findings: [PreflightFinding]
  /// The advisories that concern the node or the change.
  public var suspicions: [Suspicion]
  /// What could not be checked. An entry is required if the verdict cannot be good without it.
  public var unchecked: [Unchecked]
  /// Whether the user has supplied the pods' specifications.
  public var hasSpecifications: Bool
  /// Whether kubelet is installed and known not to be running, so that a drain cannot end.
  package var isKubeletStopped: Bool
  /// kubelet's reactions to the loss of each pod, by whether the runtime has forgotten the pod (true) or has an
  /// unusable record of it (false).
  private var reactions: [PodName: [Bool: PodReaction]] = [:]
  private var completedPods: [PodName] = []

  /// Applies all rules to the facts, and reads nothing.
  /// - Parameter ignored: The rules to ignore. The report lists them as not checked.
  public init(_ facts: PreflightFacts, ignoring ignored: Set<RuleID> = []) {
    let snapshot = facts.snapshot
    host = snapshot.host
    let kubelet = snapshot.observed?.kubelet
    isKubeletStopped = kubelet?.processes?.value?.isEmpty == true && kubelet?.podDirectories != nil
    daemon = snapshot.daemon
    runtimeName = snapshot.runtime.name
    runtimeVersion = snapshot.runtime.version
    target = facts.target
    assumedVersion = facts.assumedVersion
    isTargetBundle = facts.isTargetBundle
    isDowngrade = facts.version.flatMap { version in facts.nextVersion.map { $0 < version } } ?? false
    isRestart =
      facts.target == nil || !facts.isTargetBundle && facts.nextVersion.map { $0 == facts.version } ?? false
    taken = facts.now
    pods = facts.readySandboxes.map(\.pod)
    var examination = Examination(facts)
    examination.run()
    examination.ignore(ignored)
    findings = examination.findings
    unchecked = examination.unchecked
    suspicions = examination.suspicions()
    hasSpecifications = snapshot.pods != nil
    reactions = Self.reactions(facts)
    completedPods = Self.completedPods(facts)
  }

  /// Returns the reactions to the loss of each pod, by whether the runtime has forgotten the pod.
  private static func reactions(_ facts: PreflightFacts) -> [PodName: [Bool: PodReaction]] {
    let specifications = Self.specifications(facts.snapshot)
    let containers = Dictionary(grouping: facts.snapshot.containers, by: \.sandboxID)
    var reactions: [PodName: [Bool: PodReaction]] = [:]
    for sandbox in facts.readySandboxes {
      guard let specification = specifications(sandbox) else { continue }
      for isForgotten in [false, true] {
        reactions[sandbox.pod, default: [:]][isForgotten] = PodReaction(
          to: specification, sandbox, containers[sandbox.id] ?? [], isForgotten: isForgotten)
      }
    }
    return reactions
  }

  /// What is known about a pod: the specification that the user supplied, or the manifest of a static pod.
  private static func specifications(_ snapshot: Snapshot) -> (SandboxRecord) -> PodSpecification? {
    let supplied = Dictionary((snapshot.pods ?? []).map { ($0.pod.uid, $0) }) { first, _ in first }
    let manifests = snapshot.observed?.kubelet?.staticPods?.value ?? []
    let node = snapshot.nodeName(for: manifests)
    return { sandbox in
      if let found = supplied[sandbox.pod.uid] { return found }
      guard sandbox.isStatic else { return nil }
      return manifests.first { $0.defines(sandbox.pod, onNode: node) }.map {
        PodSpecification(
          pod: sandbox.pod, source: "file", restartPolicy: $0.restartPolicy, containers: $0.containers)
      }
    }
  }

  /// The static pods that have completed. Without their records, kubelet runs them again when it starts.
  private static func completedPods(_ facts: PreflightFacts) -> [PodName] {
    let specification = specifications(facts.snapshot)
    let containers = Dictionary(grouping: facts.snapshot.containers, by: \.sandboxID)
    return Dictionary(grouping: facts.snapshot.sandboxes.filter(\.isStatic), by: \.pod.uid).values.compactMap { own in
      guard let newest = own.max(by: { $0.status.createdAt < $1.status.createdAt }), !newest.isReady,
        let specification = specification(newest), let all = containers[newest.id], !all.isEmpty
      else { return nil }
      let last = Dictionary(all.map { ($0.name, $0) }) { $0.status.createdAt > $1.status.createdAt ? $0 : $1 }
      let isDone = last.allSatisfy { name, container in
        container.status.state == .exited
          && RestartDecision(
            of: specification[name], specification.restartPolicy, exitCode: container.status.exitCode) == .leave
      }
      return isDone ? newest.pod : nil
    }.sorted { "\($0)" < "\($1)" }
  }

  /// The completed pods that kubelet runs again, because the runtime loses all its records.
  public var podsToRepeat: [PodName] { findings.contains { $0.rule.id == .runtimeWipe } ? completedPods : [] }

  /// The runtime's name and version.
  public var runtime: String { "\(runtimeName) \(runtimeVersion)" }

  /// The number of ready pods.
  public var podCount: Int { pods.count }

  /// The verdict: a predicted loss outweighs missing data.
  public var verdict: Verdict {
    if findings.contains(where: { $0.rule.predicts != .nothing }) { return .loss }
    // If kubelet uses a different runtime, its pods are not in this one.
    let isOther = findings.contains { $0.rule.id == .kubeletEndpoint }
    return isOther || unchecked.contains(where: \.isRequired) ? .unchecked : .none
  }

  /// The pods that would be killed, recreated or deleted, without duplicates, in the order of the findings.
  public var podsToLose: [AffectedPod] { affectedPods(.pods) }

  /// The pods that would stay, but with containers that would be restarted or become unmanageable.
  public var podsToDisturb: [AffectedPod] {
    let killed = Set(podsToLose.map(\.pod))
    return affectedPods(.containers).filter { !killed.contains($0.pod) }
  }

  /// The pods that would stay but lose a secondary address.
  public var podsWithNewAddresses: [AffectedPod] {
    let killed = Set(podsToLose.map(\.pod))
    return affectedPods(.addresses).filter { !killed.contains($0.pod) }
  }

  /// The pods that would stay, but with different values reported by the runtime.
  public var podsReportedDifferently: [AffectedPod] {
    let killed = Set(podsToLose.map(\.pod))
    return affectedPods(.records).filter { !killed.contains($0.pod) }
  }

  private func affectedPods(_ prediction: PredictedLoss) -> [AffectedPod] {
    var pods: [AffectedPod] = []
    for finding in findings where finding.predicts == prediction {
      guard let pod = finding.object.pod else { continue }
      if let index = pods.firstIndex(where: { $0.pod == pod }) {
        if !pods[index].rules.contains(finding.rule.id) { pods[index].rules.append(finding.rule.id) }
      } else {
        pods.append(AffectedPod(pod: pod, rules: [finding.rule.id]))
      }
    }
    guard prediction == .pods else { return pods }
    return pods.map { affected in
      var affected = affected
      affected.reaction = reactions[affected.pod]?[!PodReaction.forgetting.isDisjoint(with: affected.rules)]
      return affected
    }
  }
}

/// One pass over the rules and the advisories.
private struct Examination {
  let facts: PreflightFacts
  private(set) var findings: [PreflightFinding] = []
  private(set) var unchecked: [Unchecked] = []

  init(_ facts: PreflightFacts) { self.facts = facts }

  private var product: Advisory.Product? { Advisory.Product(rawValue: facts.snapshot.runtime.name) }

  mutating func run() {
    for check in PreflightRules.checks
    where check.rule.runtime == nil || check.rule.runtime?.rawValue == product?.rawValue {
      var outcome = PreflightOutcome()
      do throws(UnknownReason) {
        try check.run(facts, &outcome)
      } catch {
        outcome.skip(error)
      }
      findings += outcome.findings.map { PreflightFinding(rule: check.rule, object: $0.object, detail: $0.detail) }
      unchecked += outcome.unknown.map {
        Unchecked(.rule(check.rule.id), facts.explained($0), isRequired: check.rule.predicts != .nothing)
      }
    }
    // A stable sort keeps the runtime's order within a rule.
    findings = findings.enumerated().sorted { a, b in
      a.element.rule.severity != b.element.rule.severity
        ? a.element.rule.severity > b.element.rule.severity : a.offset < b.offset
    }.map(\.element)
    listUncheckedObjects()
    listUncheckedTarget()
  }

  /// Removes everything that these rules found or could not check, and lists the rules as ignored.
  mutating func ignore(_ rules: Set<RuleID>) {
    for id in rules.sorted(by: { $0.rawValue < $1.rawValue }) {
      let count = findings.count { $0.rule.id == id }
      findings.removeAll { $0.rule.id == id }
      unchecked.removeAll { $0.rule == id }
      unchecked.append(Unchecked(.rule(id), UnknownReason(.ignored), count: count))
    }
  }

  private mutating func listUncheckedObjects() {
    unchecked += facts.snapshot.incomplete.filter { $0.subject != .images }
    if product != .containerd && product != .crio {
      let name = facts.snapshot.runtime.name
      unchecked.append(Unchecked(.restart, UnknownReason(.unsupportedRuntime, message: name), isRequired: true))
    }
    if facts.version == nil {
      unchecked.append(
        Unchecked(.advisories, UnknownReason(.unknownVersionForm, message: facts.snapshot.runtime.version)))
    }
  }

  /// A k3s or RKE2 target includes its own containerd.
  private mutating func listUncheckedTarget() {
    guard let product, let target = facts.target else { return }
    if Advisory.Product(of: target, runtime: product.rawValue) == product {
      if !product.isKnown(target) {
        let version = "\(product.rawValue) \(target.major).\(target.minor)"
        unchecked.append(
          Unchecked(
            .advisories, UnknownReason(.unknownVersion, message: version), isRequired: !product.canHave(target)))
      }
      return
    }
    if facts.assumedVersion != nil { return }
    unchecked.append(
      Unchecked(.bundledRuntime, UnknownReason(.unknownBundledVersion, message: "\(target)"), isRequired: true))
  }

  func suspicions() -> [PreflightReport.Suspicion] {
    guard let product else { return [] }
    var scenarios: Set<Advisory.Scenario> = [.restart]
    if facts.target != nil { scenarios.formUnion([.upgrade, .replacedBinary]) }
    let targetProduct = facts.target.flatMap { Advisory.Product(of: $0, runtime: product.rawValue) }
    var matches = Advisories.matching(
      product, facts.version, target: facts.target == nil ? nil : facts.nextVersion, scenarios: scenarios)
    if let targetProduct, targetProduct != product {
      // If the target's containerd is known, containerd's own advisories cover these defects.
      matches += Advisories.matching(targetProduct, nil, target: facts.target, scenarios: scenarios)
        .filter { facts.assumedVersion == nil || !$0.advisory.rulesOutTarget }
    }
    return matches.filter { meets($0.advisory.condition) }.map {
      PreflightReport.Suspicion(match: $0, status: status($0))
    }
  }

  private func status(_ match: AdvisoryMatch) -> PreflightReport.Suspicion.Status {
    let rules = match.advisory.decidedBy
    if rules.isEmpty, match.advisory.affectsEveryVersion { return .unfixed }
    let isFound = findings.contains { $0.detail.defect == match.advisory.id }
    if match.concern == .target, isFound { return .proved }
    // The data on disk was written by the running version, so it shows nothing about the target version.
    guard !rules.isEmpty, match.concern != .target else { return .suspect }
    if findings.contains(where: { rules.contains($0.rule.id) }) { return .proved }
    // A loop, because Swift 6.3's optimizer crashes on `rule.map(rules.contains)` here.
    for rule in unchecked.compactMap(\.rule) where rules.contains(rule) { return .suspect }
    return .settled
  }

  /// An unknown condition is treated as met.
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
