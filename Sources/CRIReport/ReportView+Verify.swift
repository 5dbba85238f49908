internal import CRIJSON
package import CRIProtobuf
package import CRIRules
internal import CRISnapshot
package import CRIVerify

extension ReportView {
  /// Describes the verdict about a change.
  /// - Parameters:
  ///   - threshold: The lowest severity that counts as a loss.
  ///   - exitCode: The exit code of the command. 0 despite a loss means that the command only warns.
  ///   - failure: The reason why a guarded command failed.
  package init(
    _ report: Report, failingOn threshold: Severity, exitCode: Int32, checked: Timestamp, failure: String? = nil,
    text: ReportText = .english
  ) {
    check = .verify
    title = text.title(report)
    self.checked = checked
    self.text = text
    properties = [
      ("node", report.after.host.name), ("runtime", report.after.runtime), ("scenario", report.scenario.rawValue),
    ]
    let verdict = report.verdict(failingOn: threshold)
    self.verdict = ReportVerdict(
      word: verdict.name, words: Self.verdicts(of: check),
      level: Self.level(verdict, exitCode: exitCode, hasFailed: failure != nil), exitCode: exitCode,
      isUnproven: [.lost, .unverified].contains(verdict), line: text.conclusion(report, verdict, threshold))
    subjects = Self.subjects(report, text, threshold, isWarning: exitCode == 0)
    pods = Self.pods(report, text)
    notes = (failure.map { [ReportNote($0)] } ?? []) + text.kubelet(report).map { ReportNote($0) }
    unchecked = report.unchecked.map { text.unchecked($0) }
    advice = []
    func planned(_ action: Prediction.Action) -> Int { report.predictions.count { $0.action == action } }
    counts = [
      ReportCount(.pods, report.predictions.count),
      ReportCount(.lostObjects, report.lost(failingOn: threshold).count),
      ReportCount(.podsWithoutAddress, report.withoutAddress.count),
      ReportCount(.podsToRecreate, planned(.recreate) + planned(.kill)),
      ReportCount(.podsToRestart, planned(.restartContainers)),
    ]
    document = report.json(failingOn: threshold, exitCode: exitCode, text: text)
  }

  private static func pods(_ report: Report, _ text: ReportText) -> [ReportPod] {
    let predictions = Dictionary(report.predictions.map { ($0.pod, $0) }, uniquingKeysWith: { first, _ in first })
    return report.pods.map { pod in
      let prediction = predictions[pod.pod]
      let isAffected = prediction.map { $0.action != .keep } ?? false
      return ReportPod(
        name: "\(pod.pod)", before: text.state(pod.before), after: text.state(pod.after),
        consequence: prediction.map { text.reaction($0, report.kubelet) } ?? "", isAffected: isAffected)
    }
  }

  private static func level(_ verdict: Report.Verdict, exitCode: Int32, hasFailed: Bool) -> ReportVerdict.Level {
    switch verdict {
    case .lost: exitCode == 0 ? .warning : .bad
    case .unverified, .vacuous: .unknown
    case .intact: hasFailed ? .warning : .good
    }
  }

  private static func subjects(
    _ report: Report, _ text: ReportText, _ threshold: Severity, isWarning: Bool
  ) -> [ReportSubject] {
    // If the snapshots are from different nodes, nothing was examined.
    guard !report.predictions.isEmpty || !report.findings.isEmpty || report.vacuous == nil else { return [] }
    var subjects = [ReportSubject(ObjectName(.node)), ReportSubject(ObjectName(.runtime))]
    subjects += report.predictions.map { ReportSubject(ObjectName(.pod, pod: $0.pod)) }
    subjects.add(
      report.findings.map {
        ReportEntry($0, isBlocking: !isWarning && $0.rule.severity >= threshold, report.kubelet, text)
      })
    let explained = Set(report.findings.filter(\.causesPrediction).compactMap(\.object.pod))
    let others = Dictionary(
      report.affected.filter { !explained.contains($0.pod) }.map { ($0.pod, $0) },
      uniquingKeysWith: { first, _ in first })
    for position in subjects.indices {
      subjects[position].predictedAction =
        subjects[position].object.pod.flatMap { others[$0] }.map { text.predictedAction($0, report.kubelet) }
    }
    subjects.sort()
    return subjects
  }
}

extension ReportEntry {
  fileprivate init(_ finding: Finding, isBlocking: Bool, _ kubelet: KubeletActivity, _ text: ReportText) {
    let (rule, fact) = (finding.rule, text.fact(finding))
    let cause = finding.causesPrediction ? finding.prediction : nil
    let wasLostBefore = [.podDeadBefore, .podNotReadyBefore, .containerDeadBefore].contains(rule.id)
    let consequence =
      cause.map { text.action($0, kubelet, wasLostBefore: wasLostBefore) } ?? text.reason(of: finding)
    // A shared reason is printed once for all findings of a rule.
    let isShared = consequence == text.rule(rule.id).reason
    let rules = [rule.id.label, cause?.rule?.rawValue].compactMap { $0 }.joined(separator: ", ")
    self.init(
      severity: rule.severity, isBlocking: isBlocking, object: finding.object, rule: rule.id, fact: fact,
      consequence: consequence, remedy: "", line: "\(fact): \(consequence) [\(rules)]",
      brief: isShared ? "\(fact) [\(rules)]" : nil)
  }
}
