internal import CRIRules
internal import CRISnapshot
internal import CRIVerify

/// A verdict's report in words.
struct VerifyWords {
  let report: Report
  /// What kubelet will do with the pods that it does not keep.
  private let affected: [PodName: Prediction]

  init(report: Report) {
    self.report = report
    affected = Dictionary(report.affected.map { ($0.pod, $0) }, uniquingKeysWith: { first, _ in first })
  }

  var title: String {
    let (before, after) = (report.before, report.after)
    let runtime = before.runtime == after.runtime ? after.runtime : "\(before.runtime) → \(after.runtime)"
    let isSame = before.daemon.wasReplaced(by: after.daemon) == false
    let process =
      isSame
      ? "\(after.daemon.pid ?? 0), not restarted"
      : [before, after].map { $0.daemon.pid.map { "\($0)" } ?? "unknown" }.joined(separator: " → ")
    let why = report.scenarioReason.map { " (\($0))" } ?? ""
    return "\(report.scenario.rawValue) of \(runtime) on \(after.host.name): process \(process)\(why)"
  }

  // MARK: Findings

  func entry(_ finding: Finding, isBlocking: Bool) -> ReportEntry {
    let rule = finding.rule
    let fact = "\(rule.field) \(finding.before) → \(finding.after)"
    let fate = deciding(finding)
    let consequence = fate.map { "kubelet will \(action($0)) \(when($0))" } ?? rule.reason
    let rules = [rule.id, fate?.rule].compactMap { $0 }.joined(separator: ", ")
    let line = "\(fact): \(consequence) [\(rules)]"
    return ReportEntry(
      severity: rule.severity, isBlocking: isBlocking, object: finding.object, rule: rule.id, fact: fact,
      consequence: consequence, remedy: "", line: line, brief: fate == nil ? "\(fact) [\(rules)]" : line)
  }

  /// Whether a finding says what kubelet will do with the pod.
  func tellsFate(_ finding: Finding) -> Bool { deciding(finding) != nil }

  /// Kubelet's plan for the pod, where this finding is what moves it.
  private func deciding(_ finding: Finding) -> Prediction? {
    guard let pod = finding.object.pod, let prediction = affected[pod] else { return nil }
    // What becomes of the pod is told with what is its own, what becomes of its containers with theirs.
    if finding.object.kind == .container {
      guard prediction.containers.contains(finding.object.name) else { return nil }
    } else if prediction.action == .restartContainers {
      return nil
    }
    let isNetwork = finding.rule.id == "pod.namespaces" && prediction.rule == "C4"
    let isSame = finding.rule.field == prediction.field
    return isSame || isNetwork || ["pod.several-ready", "pod.successor"].contains(finding.rule.id) ? prediction : nil
  }

  // MARK: What kubelet will do

  /// For a pod whose findings do not tell it.
  func fate(_ prediction: Prediction) -> String {
    let cause = "\(prediction.field ?? "") \(prediction.before ?? "none") → \(prediction.after ?? "none")"
    return "kubelet will \(action(prediction)) \(when(prediction)): \(cause) [\(prediction.rule ?? "")]"
  }

  private func action(_ prediction: Prediction) -> String {
    switch prediction.action {
    case .keep: "keep the pod"
    case .restartContainers: "restart \(prediction.containers.joined(separator: ", "))"
    case .recreate: "recreate the pod"
    case .kill: "kill the pod, whose restartPolicy is \(prediction.restartPolicy?.rawValue ?? "unknown"),"
    }
  }

  private func when(_ prediction: Prediction) -> String {
    prediction.trigger == .immediate ? "at once" : "at its next restart"
  }

  /// In numbers: the findings name the pods.
  var kubelet: [String] {
    var lines: [String] = []
    let recreated = affected.values.count { $0.action == .recreate }
    if recreated > 0 {
      // A pod of which nothing is left is made anew whatever its policy says.
      let isOpen = affected.values.contains {
        $0.action == .recreate && $0.restartPolicy == nil && $0.rule != "C1"
      }
      let condition = isOpen ? " (only kill, where restartPolicy is Never)" : ""
      lines.append("kubelet will kill and recreate \(count(recreated, "pod"))\(condition)")
    }
    let killed = affected.values.count { $0.action == .kill }
    if killed > 0 { lines.append("kubelet will kill \(count(killed, "pod")) for good (restartPolicy)") }
    let restarted = affected.values.filter { $0.action == .restartContainers }
    if !restarted.isEmpty {
      // Only what has ended waits for the policy's word; all else is started whatever it says.
      let open = restarted.count(where: \.dependsOnPolicy)
      let condition =
        open == restarted.count ? " (as restartPolicy allows)" : " (in \(open) of them as restartPolicy allows)"
      lines.append("kubelet will restart containers in \(count(restarted.count, "pod"))\(open == 0 ? "" : condition)")
    }
    let kept = report.predictions.count - affected.count
    if !affected.isEmpty, kept > 0 { lines.append("kubelet keeps \(count(kept, "pod"))") }
    return lines
  }

  // MARK: The verdict

  /// What lost state.
  func lost(_ threshold: Severity) -> Set<ObjectName> {
    Set(report.findings.filter { $0.rule.severity >= threshold }.map(\.object))
  }

  func conclusion(_ verdict: Report.Verdict, _ threshold: Severity) -> String {
    switch verdict {
    case .intact: intact
    case .lost: "LOST: state of \(count(lost(threshold).count, "object")); \(VerifyRemedy.text(report, threshold))"
    case .unverified:
      setAside.isEmpty
        ? "unverified: nothing is lost of what could be read, but not everything could"
        : "unverified: nothing but what is set aside (\(setAside)) is lost of what could be read, but not everything could"
    case .vacuous(let reason): "nothing verified: \(reason)"
    }
  }
}

extension VerifyWords {
  /// What is not as it was and does not count: what somebody ignores, and what moves kubelet all the same.
  private var setAside: String {
    let excused = report.findings.filter(tellsFate).map(\.rule.id)
    return Set(report.ignoredRules + excused).sorted().joined(separator: ", ")
  }

  private var intact: String {
    let all = report.predictions.count
    if affected.isEmpty && setAside.isEmpty { return "intact: \(count(all, "ready pod")), nothing is lost" }
    let pods =
      affected.isEmpty ? count(all, "ready pod") : "kubelet keeps \(all - affected.count) of \(count(all, "ready pod"))"
    let but = setAside.isEmpty ? "" : " but for what is set aside (\(setAside))"
    return "intact\(but): \(pods), nothing else is lost"
  }
}

/// `1 pod`, `2 pods`.
func count(_ number: Int, _ noun: String) -> String { "\(number) \(noun)\(number == 1 ? "" : "s")" }
