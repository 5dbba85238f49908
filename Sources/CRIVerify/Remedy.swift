public import CRIRules
internal import CRISnapshot

/// The remedy for a loss. Reports contain its text.
public enum Remedy: String, Hashable, Sendable, CaseIterable {
  case judgeContainers = "judge-containers"
  case judgePods = "judge-pods"
  case waitForKubelet = "wait-for-kubelet"
  case recreateForgottenPods = "recreate-forgotten-pods"
  case repairCNI = "repair-cni"
  case endOrphans = "end-orphans"
  case restoreNodeName = "restore-node-name"
  case keepKubeletStopped = "keep-kubelet-stopped"
  case recreatePods = "recreate-pods"
  case restartContainers = "restart-containers"
  case findCause = "find-cause"
  case recreateBrokenPods = "recreate-broken-pods"
  case restartUnwatched = "restart-unwatched"
  case stopDeadObjects = "stop-dead"
  case stopCopies = "stop-copies"
  case repairNetwork = "repair-network"
  case repeatWork = "repeat-work"
  case expectForgottenPods = "expect-forgotten-pods"
  case letKubeletRecreate = "let-kubelet-recreate"
  case removeManifests = "remove-manifests"
  case pullImages = "pull-images"
  case restartRuntime = "restart-runtime"
  /// kubelet has acted already, and nothing is left that its restart would make worse.
  case learnCause = "learn-cause"
  /// No more specific remedy fits.
  case understandFirst = "understand-first"
}

extension Report {
  /// Returns the first remedy that fits the findings that count as a loss.
  /// - Parameter threshold: The lowest severity that counts as a loss.
  public func remedy(failingOn threshold: Severity = .major) -> Remedy {
    let rules = findings.filter { $0.rule.severity >= threshold }.map(\.rule.id)
    let pods = findings.filter { $0.rule.severity >= threshold }.compactMap(\.object.pod)
    // What kubelet does to other pods is not a loss, such as ending a pod whose manifest was removed.
    let counted = affected.filter { Set(pods).contains($0.pod) }
    let loss = Loss(report: self, rules: Set(rules), pods: Set(pods), affected: counted)
    return Remedy.table.first { $0.fits(loss) }?.remedy ?? .understandFirst
  }
}

/// The findings that count as a loss, and kubelet's reaction to their pods.
private struct Loss {
  let report: Report
  let rules: Set<RuleID>
  /// The pods that the findings name.
  let pods: Set<PodName>
  let affected: [Prediction]

  /// Whether there are findings and all of them come from these rules.
  func isOnly(_ others: Set<RuleID>) -> Bool { !rules.isEmpty && rules.isSubset(of: others) }

  /// Whether the same runtime is running and the node has not been rebooted: only then can the runtime's memory be the
  /// cause.
  func isSameNode(running product: RuntimeProduct) -> Bool {
    let (before, after) = (report.before, report.after)
    let isSameBoot = before.host.bootID == nil || before.host.bootID == after.host.bootID
    return isSameBoot && [before, after].allSatisfy { $0.runtimeName == product.rawValue }
  }

  /// Whether ready pods have lost their address although their network still exists.
  var hasForgottenAddresses: Bool {
    let rules: Set<RuleID> = [.podNetns, .podNetnsClosed, .podNetnsInode, .podNetworkGone]
    let gone = Set(report.findings.filter { rules.contains($0.rule.id) }.compactMap(\.object.pod))
    return affected.contains { $0.rule == .c5 && $0.before != FindingValue.none && !gone.contains($0.pod) }
  }

  /// Whether kubelet kills pods, at the time that the trigger determines.
  func killsPods(_ trigger: Prediction.Trigger) -> Bool {
    affected.contains { $0.action != .restartContainers && !$0.isDown && !$0.isIdle && $0.trigger == trigger }
  }

  /// Whether nothing of the pods that kubelet recreates is running, and no process of these pods can have been
  /// overlooked.
  var hasNothingToKill: Bool {
    affected.contains { $0.action == .recreate } && affected.allSatisfy(\.isDown) && hasOnlyAffectedPods
      && !report.unchecked.contains { $0.subject == .source(.orphans) }
  }

  /// Whether kubelet only leaves things ended: pods of which nothing is running, or containers of pods that it keeps.
  var leavesEndedPods: Bool {
    if affected.isEmpty {
      let left = Set(report.predictions.filter { !$0.leftEnded.isEmpty }.map(\.pod))
      return rules == [.containerState] && pods.isSubset(of: left)
    }
    return !affected.isEmpty && affected.allSatisfy { $0.hasEnded || $0.action == .kill && $0.isIdle }
      && hasOnlyAffectedPods
  }

  /// Whether kubelet's reaction to all lost pods is known. It is unknown for pods that are newer than the earlier
  /// snapshot.
  private var hasOnlyAffectedPods: Bool { pods.isSubset(of: affected.map(\.pod)) }
}

extension Remedy {
  fileprivate struct Row: Sendable {
    let remedy: Remedy
    let fits: @Sendable (Loss) -> Bool

    init(_ remedy: Remedy, _ fits: @escaping @Sendable (Loss) -> Bool) {
      self.remedy = remedy
      self.fits = fits
    }
  }

  /// One row for each remedy. The first one that fits applies.
  fileprivate static let table: [Row] = [
    Row(.judgeContainers) { $0.rules == [.containerReplaced] },
    Row(.judgePods) { $0.isOnly([.podReplaced, .containerReplaced]) },
    Row(.waitForKubelet) {
      let successors: Set<RuleID> = [.podSuccessor, .containerSuccessor]
      // kubelet recreates these pods, regardless of what it has already recreated or ended.
      return !$0.rules.isDisjoint(with: successors)
        && $0.rules.isSubset(
          of: successors.union([
            .imageMissing, .imagePinned, .runtimePauseImage, .podRunsAgain, .podRunsAgainLater, .podEnded,
          ]))
    },
    Row(.recreateForgottenPods) { $0.isSameNode(running: .containerd) && $0.hasForgottenAddresses },
    // CRI-O queries CNI only once, when it starts.
    Row(.repairCNI) { $0.isSameNode(running: .crio) && $0.hasForgottenAddresses },
    Row(.endOrphans) { $0.rules.contains(.runtimeOrphan) },
    Row(.restoreNodeName) { $0.report.predictions.contains { $0.rule == .m3 } },
    Row(.keepKubeletStopped) { $0.killsPods(.immediate) },
    Row(.recreatePods) { $0.killsPods(.atKubeletRestart) || $0.killsPods(.atNextEvent) },
    Row(.letKubeletRecreate, \.hasNothingToKill),
    Row(.expectForgottenPods) { $0.leavesEndedPods && $0.affected.contains(where: \.runsAgainLater) },
    Row(.repeatWork, \.leavesEndedPods),
    Row(.removeManifests) {
      let repeated: Set<RuleID> = [.podRunsAgain, .podRunsAgainLater]
      return !$0.rules.isDisjoint(with: repeated)
        && $0.rules.isSubset(of: repeated.union([.containerForgotten, .containerRunsAgain]))
    },
    Row(.restartContainers) { loss in
      !loss.affected.isEmpty
        && loss.affected.allSatisfy { $0.action == .restartContainers && $0.trigger != .immediate }
    },
    Row(.findCause) { $0.affected.contains { $0.action == .restartContainers } },
    Row(.recreateBrokenPods) { $0.isOnly([.podNetworkGone, .podNetworkMismatch, .podDuplicateIP, .podOutsideCIDR]) },
    Row(.restartUnwatched) { $0.rules == [.containerMonitor] },
    Row(.stopDeadObjects) { $0.isOnly([.containerDeadUnnoticed, .podDeadUnnoticed]) },
    Row(.stopCopies) { $0.rules == [.containerSeveralRunning] },
    Row(.repairNetwork) { $0.rules.contains(.runtimeNetwork) && $0.isOnly([.runtimeNetwork, .runtimeCNI]) },
    Row(.pullImages) { $0.isOnly([.imageMissing, .imagePinned, .runtimePauseImage]) },
    Row(.restartRuntime) { $0.rules == [.runtimeBinary] },
    Row(.learnCause) { $0.report.kubelet == .running && $0.affected.isEmpty && !$0.rules.contains(.podRunsAgainLater) },
  ]
}
