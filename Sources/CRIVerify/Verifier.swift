internal import CRIMessages
public import CRIRules
public import CRISnapshot

extension Report {
  /// Compares two snapshots of one node by the rules of a scenario. It performs no I/O.
  /// - Parameters:
  ///   - scenario: What happened; nil to derive it from the snapshots.
  ///   - scope: The pods and rules to verify; the report lists everything else as out of scope.
  public init(scenario: Scenario? = nil, before: Snapshot, after: Snapshot, scope: Scope = Scope()) {
    let choice = scenario.map { ScenarioChoice($0) } ?? ScenarioChoice(comparing: before, with: after)
    var verifier = Verifier(choice.scenario, before: before, after: after, scope: scope)
    verifier.run()
    // Two different nodes cannot be compared.
    let predictions =
      verifier.isForeign
      ? []
      : Kubelet(before: before, after: after).predictions(without: verifier.endedPods) + verifier.predictionsOfNewPods()
    self.init(
      scenario: choice.scenario, scenarioReason: choice.reason, before: Side(before), after: Side(after),
      findings: verifier.findings(joinedWith: predictions).sorted { a, b in
        a.rule.severity != b.rule.severity
          ? a.rule.severity > b.rule.severity
          : ("\(a.object)", a.rule.id.rawValue) < ("\(b.object)", b.rule.id.rawValue)
      },
      predictions: predictions, unchecked: verifier.unchecked,
      isPartial: !verifier.incomplete.isEmpty || verifier.isIncomplete, vacuous: verifier.vacuous)
    pods = verifier.isForeign ? [] : PodComparison.all(before: before, after: after)
    isKubeletRunning = after.observed?.kubelet?.processes?.value.map { !$0.isEmpty }
    narrow(to: scope, before)
    listUnknownPolicies(of: before)
  }

  /// A static pod's manifest contains its restart policy; without a readable manifest the policy is unknown.
  private mutating func listUnknownPolicies(of before: Snapshot) {
    let open = Set(predictions.filter { $0.restartPolicy == nil }.map(\.pod))
    let pods = Set(before.sandboxes.filter { $0.isStatic && open.contains($0.pod) }.map(\.pod))
    guard !pods.isEmpty else { return }
    unchecked.append(
      Unchecked(.restartPolicies(pods.sorted { "\($0)" < "\($1)" }), UnknownReason(.noManifest)))
  }

  /// Removes everything that is out of scope, and lists it as such.
  private mutating func narrow(to scope: Scope, _ before: Snapshot) {
    if !scope.isWhole {
      findings.removeAll { !scope.contains($0.object) }
      predictions.removeAll { !scope.contains($0.pod) }
      pods.removeAll { !scope.contains($0.pod) }
      unchecked.append(Unchecked(.otherPods, UnknownReason(.outOfScope)))
      let empty = scope.namespaces.subtracting(before.sandboxes.map(\.pod.namespace)).sorted()
      unchecked += empty.map { Unchecked(.namespace($0), UnknownReason(.emptyNamespace)) }
      let hasPods = before.sandboxes.contains { $0.isReady && scope.contains($0.pod) }
      // Findings about the node or the runtime do not concern a pod.
      if !hasPods && !findings.contains(where: { $0.object.pod != nil }) && vacuous == nil {
        vacuous = .nothingInScope
      }
    }
    for id in scope.ignoredRules.sorted(by: { $0.rawValue < $1.rawValue }) {
      let count = findings.count { $0.rule.id == id }
      findings.removeAll { $0.rule.id == id }
      if count > 0 { ignoredRules.append(id) }
      unchecked.append(Unchecked(.rule(id), UnknownReason(.ignored), count: count))
    }
  }
}

/// Applies the rule tables to pairs of records.
struct Verifier {
  let scenario: Scenario
  let before: Snapshot
  let after: Snapshot
  let scope: Scope
  let expectedChanges: ExpectedChanges
  let podsBefore: [String: PodName]
  /// The sandboxes of each pod, by its UID, in the order of the list.
  let sandboxesBefore: [String: [SandboxRecord]]
  let sandboxesAfter: [String: [SandboxRecord]]
  /// The sandboxes by their IDs, and the containers by the IDs of their sandboxes.
  let sandboxBefore: [String: SandboxRecord]
  let containersBefore: [String: [ContainerRecord]]
  let containersAfter: [String: [ContainerRecord]]
  let containerIDsBefore: Set<String>
  let specifications: PodSpecifications
  /// The objects that the runtime reported as alive before the change, although they were already dead.
  let deadBefore: Set<String>
  /// The sandboxes that were not ready before the change, although containers in them were running.
  let outlivedBefore: Set<String>
  var findings: [Finding] = []
  var unchecked: [Unchecked] = []
  var vacuous: VacuousReason?
  var isForeign = false
  /// Whether something that the scenario needs could not be read.
  var isIncomplete = false
  /// Whether there are processes of pods of which it is not known whether kubelet would start them again.
  var hasUnknownPods = false

  init(_ scenario: Scenario, before: Snapshot, after: Snapshot, scope: Scope) {
    self.scenario = scenario
    self.scope = scope
    self.before = before
    self.after = after
    expectedChanges = ExpectedChanges(before: before, after: after)
    deadBefore = before.deadObjects
    outlivedBefore = Set(before.sandboxesOutlivedByContainers.map(\.id))
    specifications = PodSpecifications(before: before, after: after)
    sandboxesBefore = Dictionary(grouping: before.sandboxes, by: \.pod.uid)
    sandboxesAfter = Dictionary(grouping: after.sandboxes, by: \.pod.uid)
    sandboxBefore = Dictionary(before.sandboxes.map { ($0.id, $0) }, uniquingKeysWith: { first, _ in first })
    containersBefore = Dictionary(grouping: before.containers, by: \.sandboxID)
    containersAfter = Dictionary(grouping: after.containers, by: \.sandboxID)
    containerIDsBefore = Set(before.containers.map(\.id))
    podsBefore = Dictionary(before.sandboxes.map { ($0.id, $0.pod) }, uniquingKeysWith: { first, _ in first })
  }

  /// The entries in the scope that make the earlier or the later snapshot incomplete.
  var incomplete: [Unchecked] {
    before.incomplete.filter(scope.contains).map(\.before) + after.incomplete.filter(scope.contains)
  }

  /// Returns the findings, each together with kubelet's reaction to it.
  func findings(joinedWith predictions: [Prediction]) -> [Finding] {
    let reactions = Dictionary(predictions.map { ($0.pod, $0) }, uniquingKeysWith: { first, _ in first })
    return findings.map { finding in
      var finding = finding
      if let pod = finding.object.pod, let prediction = reactions[pod] { finding.join(prediction) }
      return finding
    }
  }

  /// What kubelet does to the pods without an address that were created after the earlier snapshot.
  func predictionsOfNewPods() -> [Prediction] {
    let known = Set(podsBefore.values)
    let pods = Set(findings.filter { $0.rule.id == .podNoIP }.compactMap(\.object.pod)).subtracting(known)
    if pods.isEmpty { return [] }
    return Kubelet(before: after, after: after).predictions(without: []).filter { pods.contains($0.pod) }
  }

  mutating func run() {
    if isFromDifferentNode {
      isForeign = true
      vacuous = .otherNode(before: before.host, after: after.host)
      return
    }
    check(NodeRules.table, before, after) {
      [.hostBoot, .nodeName].contains($0.id) ? ObjectName(.node) : ObjectName(.runtime)
    }
    if scenario.keepsObjects {
      checkKeptObjects()
    } else if noChangeReason == nil {
      // Pods that were not stopped do not have to be recreated.
      checkRenewedPods()
    }
    checkCompletedPods()
    checkCompletedContainers()
    checkWipe()
    checkReadySandboxes()
    checkCopies()
    checkImages()
    checkOrphans()
    listUnchecked()
    // There may be pods, although the runtime lists none.
    vacuous = hasUnknownPods ? nil : vacuousReason()
  }

  mutating func report(_ id: RuleID, _ object: ObjectName, _ before: FindingValue, _ after: FindingValue) {
    let rule = id.rule
    guard rule.scenarios.contains(scenario) else { return }
    findings.append(Finding(rule: rule, object: object, before: before, after: after))
  }

  /// - Parameter excluded: The rules that do not apply, because another finding explains what they would report.
  mutating func check<S>(
    _ table: [Check<S>], _ old: S, _ now: S, without excluded: Set<RuleID> = [], _ object: (Rule) -> ObjectName
  ) {
    for check in table where check.rule.scenarios.contains(scenario) && !excluded.contains(check.rule.id) {
      guard let (before, after) = check.violation(old, now) else { continue }
      report(check.rule.id, object(check.rule), before, after)
    }
  }

  func name(of container: ContainerRecord) -> ObjectName {
    ObjectName(.container, pod: podsBefore[container.sandboxID], name: container.name, id: container.id)
  }

  private var isFromDifferentNode: Bool {
    let (old, now) = (before.host, after.host)
    let machines = old.machineID.flatMap { first in now.machineID.map { first != $0 } }
    // A node can get another machine ID or name while it is running, but its pods still belong to the same node. Nodes
    // that are containers on one machine share the boot ID, but neither pods nor names.
    if let boot = old.bootID, boot == now.bootID {
      return machines ?? true && old.name != now.name
        && Set(before.sandboxes.map(\.id)).isDisjoint(with: after.sandboxes.map(\.id))
    }
    return machines ?? (old.name != now.name)
  }

  /// The reason why there is nothing to verify; nil if there is something to verify.
  private func vacuousReason() -> VacuousReason? {
    // An object that could not be read may have been ready.
    let mayHavePods = before.unchecked.contains { $0.object?.kind == .pod && $0.isLive != false }
    if !before.sandboxes.contains(where: \.isReady), !before.containers.contains(where: \.isRunning), !mayHavePods {
      return .nothingToVerify
    }
    let excused = Set(findings.filter { SandboxRules.excuses.contains($0.rule.id) }.compactMap(\.object.pod))
    let ready = before.sandboxes.filter { $0.isReady && scope.contains($0.pod) }
    if !ready.isEmpty, ready.allSatisfy({ excused.contains($0.pod) }) {
      return .allEnded(count: ready.count, isWholeNode: scope.isWhole)
    }
    return noChangeReason
  }

  /// Whether kubelet is installed but was not running in either snapshot, so that its garbage collection has not
  /// removed anything in between.
  var wasKubeletDown: Bool {
    let sides = [before.observed?.kubelet, after.observed?.kubelet]
    return sides.allSatisfy { $0?.processes?.value?.isEmpty == true } && sides.contains { $0?.podDirectories != nil }
  }

  /// Whether kubelet was running before the change and is not running now.
  var wasKubeletStopped: Bool {
    before.observed?.kubelet?.processes?.value?.isEmpty == false
      && after.observed?.kubelet?.processes?.value?.isEmpty == true
  }

  /// The reason why the change did not take place; nil if it did, or if this is unknown.
  private var noChangeReason: VacuousReason? {
    let isSameBoot = before.host.bootID == after.host.bootID
    let isSameDaemon = before.daemon.wasReplaced(by: after.daemon) == false && isSameBoot
    let daemon = VacuousReason.daemonNotRestarted(pid: after.daemon.pid)
    switch scenario {
    case .restart: return isSameDaemon ? daemon : nil
    case .upgrade, .wipe:
      if isSameDaemon { return daemon }
      // The runtime can also lose its data without a version change.
      if scenario == .wipe, before.hasLostAllPods(in: after) { return nil }
      return before.runtime.version == after.runtime.version
        ? .sameVersion(after.runtime.version) : nil
    case .reboot:
      return before.host.bootID != nil && isSameBoot ? .notRebooted : nil
    case .migrate:
      return before.runtime.name == after.runtime.name
        ? .sameRuntime(after.runtime.name) : nil
    case .kubeletRestart:
      if wasKubeletStopped { return .kubeletStopped }
      let isRestarted = after.observed?.kubelet?.wasRestarted(since: before.observed?.kubelet)
      return isRestarted == false && isSameBoot ? .kubeletNotRestarted : nil
    }
  }
}

extension Unchecked {
  /// The same entry, marked as belonging to the earlier snapshot.
  var before: Unchecked {
    var copy = self
    copy.isFromEarlierSnapshot = true
    return copy
  }
}
