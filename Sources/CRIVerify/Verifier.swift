internal import CRIMessages
public import CRISnapshot

extension Report {
  /// Compares two snapshots of one node by the rules of a scenario. Reads nothing, changes nothing.
  /// - Parameters:
  ///   - scenario: what happened; nil: told by the snapshots themselves.
  ///   - scope: what of it counts; all else is left out and said to be.
  public init(scenario: Scenario? = nil, before: Snapshot, after: Snapshot, scope: Scope = Scope()) {
    let choice = scenario.map { ScenarioChoice($0) } ?? ScenarioChoice(telling: before, from: after)
    var verifier = Verifier(choice.scenario, before: before, after: after, scope: scope)
    verifier.run()
    // Of another node nothing can be said at all.
    let predictions =
      verifier.isForeign
      ? [] : Kubelet(before: before, after: after).predictions(without: verifier.excuses.ended)
    self.init(
      scenario: choice.scenario, scenarioReason: choice.reason, before: Side(before), after: Side(after),
      findings: verifier.findings.sorted { a, b in
        a.rule.severity != b.rule.severity
          ? a.rule.severity > b.rule.severity : ("\(a.object)", a.rule.id) < ("\(b.object)", b.rule.id)
      },
      predictions: predictions, unchecked: verifier.unchecked,
      isPartial: !verifier.unread.isEmpty || verifier.isIncomplete, vacuous: verifier.vacuous)
    narrow(to: scope, before)
    listUnknownPolicies(of: before)
  }

  /// What becomes of a static pod its manifest tells: where there is none that can be read, nobody knows.
  private mutating func listUnknownPolicies(of before: Snapshot) {
    let open = Set(predictions.filter { $0.restartPolicy == nil }.map(\.pod))
    let names = before.sandboxes.filter { $0.isReady && $0.isStatic && open.contains($0.pod) }.map { "\($0.pod)" }
    guard !names.isEmpty else { return }
    unchecked.append(
      Unread(
        what: "restartPolicy of static pods \(Set(names).sorted().joined(separator: ", "))",
        why: "no manifest of them could be read on the node"))
  }

  /// Leaves out what is not asked for, and says so.
  private mutating func narrow(to scope: Scope, _ before: Snapshot) {
    if !scope.isWhole {
      findings.removeAll { !scope.contains($0.object) }
      predictions.removeAll { !scope.contains($0.pod) }
      unchecked.append(Unread(what: "all other pods, and images", why: "left out by --namespace or --pod"))
      let empty = scope.namespaces.subtracting(before.sandboxes.map(\.pod.namespace)).sorted()
      unchecked += empty.map { Unread(what: "namespace \($0)", why: "the snapshot has no pod in it") }
      let hasPods = before.sandboxes.contains { $0.isReady && scope.contains($0.pod) }
      // What the runtime has to say is of no pod.
      if !hasPods && !findings.contains(where: { $0.object.pod != nil }) && vacuous == nil {
        vacuous = "no ready pod of the snapshot is of that name or namespace"
      }
    }
    for id in scope.ignoredRules.sorted() {
      let count = findings.count { $0.rule.id == id }
      findings.removeAll { $0.rule.id == id }
      if count > 0 { ignoredRules.append(id) }
      unchecked.append(Unread(what: id, why: "left out by --ignore, \(count) finding\(count == 1 ? "" : "s")"))
    }
  }
}

/// Applies the tables of rules to pairs of records.
struct Verifier {
  let scenario: Scenario
  let before: Snapshot
  let after: Snapshot
  let scope: Scope
  let excuses: Excuses
  let podsBefore: [String: PodName]
  var findings: [Finding] = []
  var unchecked: [Unread] = []
  var vacuous: String?
  var isForeign = false
  /// Something that the scenario needs could not be looked at.
  var isIncomplete = false

  init(_ scenario: Scenario, before: Snapshot, after: Snapshot, scope: Scope) {
    self.scenario = scenario
    self.scope = scope
    self.before = before
    self.after = after
    excuses = Excuses(before: before, after: after)
    podsBefore = Dictionary(before.sandboxes.map { ($0.id, $0.pod) }, uniquingKeysWith: { first, _ in first })
  }

  /// What of either snapshot could not be read and is asked for.
  var unread: [Unread] {
    let (was, now) = (before.unread.filter(scope.contains), after.unread.filter(scope.contains))
    return was.map { Unread(what: "\($0.what) (before)", why: $0.why) } + now
  }

  mutating func run() {
    if isOfAnotherNode {
      isForeign = true
      let names = [before, after].map { "\($0.host.name)" + ($0.host.machineID.map { ", machine id \($0)" } ?? "") }
      vacuous = "the snapshot is of another node (\(names[0]); this is \(names[1]))"
      return
    }
    check(NodeRules.table, before, after) {
      $0.id.hasPrefix("host.") ? ObjectName(.node) : ObjectName(.runtime)
    }
    if scenario.keepsObjects {
      checkKeptObjects()
    } else if absence == nil {
      // Pods that nothing has ended need not be made anew.
      checkRenewedPods()
    }
    checkReadySandboxes()
    checkImages()
    checkOrphans()
    listUnchecked()
    vacuous = emptiness()
  }

  mutating func report(_ rule: Rule, _ object: ObjectName, _ before: String, _ after: String) {
    guard rule.scenarios.contains(scenario) else { return }
    findings.append(Finding(rule: rule, object: object, before: before, after: after))
  }

  mutating func check<S>(_ table: [Check<S>], _ was: S, _ now: S, _ object: (Rule) -> ObjectName) {
    for check in table where check.rule.scenarios.contains(scenario) {
      guard let (before, after) = check.violation(was, now) else { continue }
      report(check.rule, object(check.rule), before, after)
    }
  }

  func name(of container: ContainerRecord) -> ObjectName {
    ObjectName(.container, pod: podsBefore[container.sandboxID], name: container.name, id: container.id)
  }

  private var isOfAnotherNode: Bool {
    if let was = before.host.machineID, let now = after.host.machineID { return was != now }
    return before.host.name != after.host.name
  }

  /// Why there is nothing to say; nil where there is.
  private func emptiness() -> String? {
    // One that could not be read may have been ready.
    let mayHavePods = before.unread.contains { $0.kind == .pod && $0.isLive != false }
    if !before.sandboxes.contains(where: \.isReady), !before.containers.contains(where: \.isRunning), !mayHavePods {
      return "the snapshot has no ready pod and no container that runs: there is nothing to verify"
    }
    let excused = Set(findings.filter { SandboxRules.excuses.contains($0.rule) }.compactMap(\.object.pod))
    let ready = before.sandboxes.filter { $0.isReady && scope.contains($0.pod) }
    if !ready.isEmpty, ready.allSatisfy({ excused.contains($0.pod) }) {
      let which = scope.isWhole ? "of the snapshot" : "that are asked for"
      return "all ready pods \(which) (\(ready.count)) have ended, were deleted or too young: none is left to verify"
    }
    return absence
  }

  /// It ran before the change, and does not now.
  var wasKubeletStopped: Bool {
    before.truth?.kubelet?.processes?.value?.isEmpty == false && after.truth?.kubelet?.processes?.value?.isEmpty == true
  }

  /// Why the change did not take place; nil where it did, and where nobody can tell.
  private var absence: String? {
    let isSameBoot = before.host.bootID == after.host.bootID
    let isSameDaemon = before.daemon.wasReplaced(by: after.daemon) == false && isSameBoot
    let daemon = "the daemon was not restarted: it is still process \(after.daemon.pid ?? 0)"
    switch scenario {
    case .restart: return isSameDaemon ? daemon : nil
    case .upgrade, .wipe:
      if isSameDaemon { return daemon }
      return before.runtime.version == after.runtime.version
        ? "the version is still \(after.runtime.version): there was no upgrade" : nil
    case .reboot:
      return before.host.bootID != nil && isSameBoot ? "the node was not rebooted: its boot id is the same" : nil
    case .migrate:
      return before.runtime.name == after.runtime.name
        ? "the runtime is still \(after.runtime.name): there was no migration" : nil
    case .kubeletRestart:
      if wasKubeletStopped { return "kubelet was stopped, and does not run: it was not restarted" }
      let isRestarted = after.truth?.kubelet?.wasRestarted(since: before.truth?.kubelet)
      return isRestarted == false && isSameBoot ? "kubelet was not restarted: it is still the same process" : nil
    }
  }
}
