internal import CRIRules
internal import CRISnapshot
package import CRIVerify

/// The wording of verify's report.
extension ReportText {
  package func title(_ report: Report) -> String {
    let (before, after) = (report.before, report.after)
    let runtime = before.runtime == after.runtime ? after.runtime : "\(before.runtime) → \(after.runtime)"
    let isSame = before.daemon.wasReplaced(by: after.daemon) == false
    let process =
      isSame
      ? "\(after.daemon.pid ?? 0), not restarted"
      : [before, after].map { $0.daemon.pid.map { "\($0)" } ?? "unknown" }.joined(separator: " → ")
    let reason = report.scenarioReason.map { " (\(Self.text(of: $0)))" } ?? ""
    return worded("\(report.scenario.rawValue) of \(runtime) on \(after.host.name): process \(process)\(reason)")
  }

  /// Formats the reason for the choice of a scenario.
  package func reason(_ reason: ScenarioChoice.Reason) -> String { worded(Self.text(of: reason)) }

  private static func text(of reason: ScenarioChoice.Reason) -> String {
    switch reason {
    case .otherRuntime(let before, let after): "the runtime was \(before) and is now \(after)"
    case .otherBoot: "the boot ID changed"
    case .otherVersion(let before, let after, let isOlder, let hasLostAllPods):
      "the version was \(before) and is now \(after)\(isOlder ? ", which is older" : "")"
        + (hasLostAllPods ? ", and none of the earlier pods is left" : "")
    case .otherKubeletProcess: "kubelet has a new process, but the runtime does not"
    case .noPodLeft: "same boot ID, runtime and version, and none of the earlier pods and processes is left"
    case .noDifference: "same boot ID, runtime and version"
    }
  }

  /// Formats the reason why a report verifies nothing.
  package func reason(_ reason: VacuousReason) -> String { worded(Self.text(of: reason)) }

  private static func text(of reason: VacuousReason) -> String {
    func name(_ host: NodeIdentity) -> String { host.name + (host.machineID.map { ", machine id \($0)" } ?? "") }
    return switch reason {
    case .otherNode(let before, let after):
      "the snapshot is from a different node (\(name(before)); this is \(name(after)))"
    case .nothingToVerify: "the snapshot has no ready pod and no running container: there is nothing to verify"
    case .nothingInScope: "no ready pod of the snapshot has this name or namespace"
    case .allEnded(let count, let isWholeNode):
      "all ready pods \(isWholeNode ? "of the snapshot" : "in the scope") (\(count)) have ended, were deleted or were "
        + "too young, so there is nothing to verify"
    case .daemonNotRestarted(let pid): "the daemon was not restarted: it is still process \(pid ?? 0)"
    case .sameVersion(let version): "the version is still \(version): there was no upgrade"
    case .notRebooted: "the node was not rebooted: its boot ID is the same"
    case .sameRuntime(let name): "the runtime is still \(name): there was no migration"
    case .kubeletStopped: "kubelet was stopped and is not running: it was not restarted"
    case .kubeletNotRestarted: "kubelet was not restarted: its process is the same"
    }
  }

  // MARK: Findings

  /// A finding's field and values: `network.ip 10.42.0.3 → none`.
  func fact(_ finding: Finding) -> String {
    if case .exitedUnseen(let code) = finding.after {
      let name = finding.rule.field.map(field) ?? ""
      // A container that was dead before the change did not end during it.
      let isNew = finding.rule.id != .containerDeadBefore
      // A container can have its own policy.
      let isLeft = finding.reaction?.leftEnded.contains(finding.object.name) == true
      let end = Self.exitedUnseen(code, isNew: isNew, isLeft ? .never : finding.reaction?.restartPolicy)
      return worded("\(name) \(Self.text(of: finding.before)) → \(end)")
    }
    return fact(finding.rule.field, finding.before, finding.after)
  }

  private func fact(_ field: RuleField?, _ before: FindingValue, _ after: FindingValue) -> String {
    let name = field.map(self.field) ?? ""
    return worded("\(name) \(Self.text(of: before)) → \(Self.text(of: after))")
  }

  // MARK: What kubelet will do

  /// `kubelet will recreate the pod at its next restart`.
  /// - Parameter wasLostBefore: Whether the object had been lost before the change, so that the change is not the
  ///   cause.
  func action(_ prediction: Prediction, _ kubelet: KubeletActivity, wasLostBefore: Bool = false) -> String {
    worded((wasLostBefore ? "it was lost before the change; " : "") + Self.action(prediction, kubelet))
  }

  private static func action(_ prediction: Prediction, _ kubelet: KubeletActivity) -> String {
    if prediction.hasEnded {
      return "kubelet will not start the pod again\(prediction.runsAgainLater ? " before its next restart" : ""), "
        + reason(toEnd: prediction) + (prediction.runsAgainLater ? ", \(forgotten)" : "")
    }
    return "kubelet will \(text(of: prediction)) \(time(of: prediction, kubelet))\(condition(of: prediction, kubelet))"
      + (prediction.runsAgainLater ? ", and run it again at its next restart, \(forgotten)" : "")
  }

  /// Why kubelet runs a static pod again although it has ended it.
  static let forgotten = "because the records of this static pod are gone"

  /// The action with its cause, for a pod whose findings do not explain it.
  func predictedAction(_ prediction: Prediction, _ kubelet: KubeletActivity) -> String {
    let cause = fact(prediction.field, prediction.before ?? .none, prediction.after ?? .none)
    return worded("\(Self.action(prediction, kubelet)): \(cause) [\(prediction.rule?.rawValue ?? "")]")
  }

  static func text(of prediction: Prediction) -> String {
    switch prediction.action {
    case .keep: "keep the pod"
    case .restartContainers: "restart \(prediction.containers.joined(separator: ", "))"
    case .recreate: "recreate the pod"
    case .kill: "\(prediction.rule == .b7 ? "end" : "kill") the pod, \(reason(toEnd: prediction)),"
    }
  }

  private static func reason(toEnd prediction: Prediction) -> String {
    if prediction.rule == .m1 { return "whose manifest no longer exists" }
    if prediction.rule == .m3 { return "which belongs to the node's earlier name" }
    // With Always, only policies of the containers themselves can end the pod.
    if prediction.restartPolicy == .always {
      return "in which the containers' own restart policies leave nothing to run"
    }
    let policy = prediction.restartPolicy?.rawValue ?? "unknown"
    return prediction.rule == .b7
      ? "in which restartPolicy \(policy) leaves nothing to run" : "whose restartPolicy is \(policy)"
  }

  private static func time(of prediction: Prediction, _ kubelet: KubeletActivity) -> String {
    // kubelet examines every pod when it starts.
    if kubelet == .stopped { return "when it starts" }
    return switch prediction.trigger {
    // kubelet notices a missing record only when it next examines the pod.
    case .immediate: prediction.action == .restartContainers ? "within about a minute" : "immediately"
    case .atNextEvent: "within minutes, when a container of the pod ends again"
    case .atKubeletRestart, nil: "at its next restart"
    }
  }

  /// The condition that decides which of two outcomes occurs; empty if there is only one outcome.
  private static func condition(of prediction: Prediction, _ kubelet: KubeletActivity) -> String {
    let outcomes = otherOutcomes(of: prediction, kubelet)
    if !outcomes.isEmpty {
      return outcomes + (prediction.dependsOnKind ? " (not if the missing container is an init container)" : "")
    }
    if prediction.mayEnd, prediction.action == .restartContainers {
      return " if restartPolicy allows it, and otherwise end the pod"
    }
    if prediction.dependsOnKind { return " if it is not an init container" }
    return ""
  }

  /// What can happen to the pods of Jobs if kubelet stops them.
  static func cutOff(_ count: Int) -> String {
    "\(count) of these pods \(count == 1 ? "belongs to a Job" : "belong to Jobs"): if such a pod exits with 0 when it is stopped, Kubernetes counts it as "
      + "completed although its work was interrupted"
  }

  /// What kubelet will do, in numbers; the findings name the pods.
  func kubelet(_ report: Report) -> [String] {
    var lines: [String] = []
    let affected = report.affected
    let recreated = affected.filter { $0.action == .recreate }
    // A pod without a sandbox does not have to be killed first.
    let missing = recreated.filter { $0.rule == .c1 }
    let present = recreated.filter { $0.rule != .c1 && !$0.isDown }
    if !present.isEmpty {
      let condition = Self.condition(present, "is only killed", "are only killed")
      lines.append("kubelet will kill and recreate \(Self.count(present.count, "pod"))\(condition)")
    }
    if !missing.isEmpty {
      let condition = Self.condition(missing, "ends", "end")
      lines.append("kubelet will recreate \(Self.count(missing.count, "pod")) without a sandbox\(condition)")
    }
    lines += Self.stoppedPods(affected)
    let killable = affected.filter {
      $0.action == .kill && ![.m1, .m3].contains($0.rule) && !$0.isDown && !$0.runsAgainLater
    }
    let killed = killable.count { !$0.isIdle }
    let ended = killable.count - killed
    if ended > 0 {
      lines.append("kubelet will end \(Self.count(ended, "pod")) in which no container runs any more (restartPolicy)")
    }
    let undefined = affected.count { $0.rule == .m1 }
    if undefined > 0 {
      let manifests = undefined == 1 ? "manifest no longer exists" : "manifests no longer exist"
      lines.append("kubelet will end \(Self.count(undefined, "static pod")) whose \(manifests)")
    }
    let renamed = affected.count { $0.rule == .m3 && $0.action == .kill }
    if renamed > 0 {
      lines.append("kubelet will kill \(Self.count(renamed, "pod")) because the node has another name")
    }
    if killed > 0 { lines.append("kubelet will kill \(Self.count(killed, "pod")) for good (restartPolicy)") }
    let repeated = affected.flatMap { prediction in prediction.repeated.map { "\(prediction.pod)/\($0)" } }
    if !repeated.isEmpty {
      lines.append("kubelet will run completed containers once more: \(Self.list(repeated.sorted()))")
    }
    let left = report.predictions.flatMap { prediction in prediction.leftEnded.map { "\(prediction.pod)/\($0)" } }
    if !left.isEmpty {
      lines.append("kubelet will not start \(Self.list(left.sorted())) again (restartPolicy)")
    }
    let restarted = affected.filter { $0.action == .restartContainers }
    if !restarted.isEmpty {
      // The policy matters only for containers that have exited.
      let open = restarted.count(where: \.dependsOnPolicy)
      let condition =
        open == restarted.count
        ? " (if restartPolicy allows it)" : " (in \(open) of them only if restartPolicy allows it)"
      lines.append(
        "kubelet will restart containers in \(Self.count(restarted.count, "pod"))\(open == 0 ? "" : condition)")
    }
    let cutOff = affected.count { $0.owner == "Job" && $0.mayCountAsCompleted && !$0.isDown && !$0.isIdle }
    if cutOff > 0 { lines.append(Self.cutOff(cutOff)) }
    let latent = affected.filter { $0.trigger != .immediate }
    // A kubelet that is stopped acts on all of them when it starts.
    if !latent.isEmpty, report.kubelet != .stopped {
      let crashing = latent.filter { $0.trigger == .atNextEvent }.map { "\($0.pod)" }.sorted()
      lines.append(
        "a crash, a failing probe or a deletion in one of these pods makes kubelet act on it without a restart"
          + (crashing.isEmpty ? "" : ", and containers of \(Self.list(crashing)) end again and again"))
    }
    let replaced = report.recreated.subtracting(affected.filter { !$0.isRecreated }.map(\.pod))
    if !replaced.isEmpty { lines.append("kubelet has already recreated \(Self.count(replaced.count, "pod"))") }
    let kept = report.predictions.count - Set(affected.map(\.pod)).union(replaced).count
    if !affected.isEmpty || !replaced.isEmpty, kept > 0 {
      lines.append("\(Self.keeps(report.kubelet)) \(Self.count(kept, "pod"))")
    }
    return lines.map(worded)
  }

  private static func keeps(_ kubelet: KubeletActivity) -> String {
    kubelet == .stopped ? "kubelet will keep" : "kubelet keeps"
  }

  // MARK: The verdict

  func conclusion(_ report: Report, _ verdict: Report.Verdict, _ threshold: Severity) -> String {
    worded(conclusionText(report, verdict, threshold))
  }

  private func conclusionText(_ report: Report, _ verdict: Report.Verdict, _ threshold: Severity) -> String {
    let uncountedRules = report.uncountedRules.map(\.label).sorted().joined(separator: ", ")
    switch verdict {
    case .intact: return intact(report, uncountedRules)
    case .lost:
      let lost = Self.count(report.lost(failingOn: threshold).count, "object")
      let remedy = Self.text(of: report.remedy(failingOn: threshold), report.kubelet)
      return "LOST: state of \(lost); \(remedy)"
    case .unverified:
      return uncountedRules.isEmpty
        ? "unverified: nothing is lost in what could be read, but not everything could be read"
        : "unverified: apart from findings that do not count (\(uncountedRules)), nothing is lost in what could be read, but not "
          + "everything could be read"
    case .vacuous(let reason): return "nothing verified: \(Self.text(of: reason))"
    }
  }

  private func intact(_ report: Report, _ uncountedRules: String) -> String {
    let (all, affected) = (report.predictions.count, report.affected.count)
    let noun = report.predictions.allSatisfy(\.wasReady) ? "ready pod" : "pod"
    if affected == 0 && uncountedRules.isEmpty { return "intact: \(Self.count(all, noun)), nothing is lost" }
    let replaced = report.recreated.subtracting(report.affected.filter { !$0.isRecreated }.map(\.pod))
    let recreated = replaced.count
    let kept = all - Set(report.affected.map(\.pod)).union(replaced).count
    let parts = [
      kept > 0 || recreated == 0 ? "\(Self.keeps(report.kubelet)) \(kept)" : nil,
      recreated > 0 ? "kubelet has recreated \(recreated)" : nil,
    ]
    let pods =
      affected == 0
      ? Self.count(all, noun)
      : "\(parts.compactMap(\.self).joined(separator: ", ")) of \(Self.count(all, noun))"
    let exception = uncountedRules.isEmpty ? "" : " apart from findings that do not count (\(uncountedRules))"
    return "intact\(exception): \(pods), nothing else is lost"
  }
}
