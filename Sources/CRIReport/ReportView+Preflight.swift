internal import CRIJSON
package import CRIPreflight
package import CRIProtobuf
internal import CRIRules
internal import CRISnapshot

extension ReportView {
  /// Describes what a change would lose.
  /// - Parameter exitCode: The exit code of the command.
  package init(_ report: PreflightReport, exitCode: Int32, checked: Timestamp, text: ReportText = .english) {
    check = .preflight
    title = text.title(report)
    self.checked = checked
    self.text = text
    properties = [("node", report.host.name), ("runtime", report.runtime), ("target", report.target?.text ?? "")]
    verdict = ReportVerdict(
      word: report.verdict.rawValue, words: Self.verdicts(of: check),
      level: Self.level(report.verdict, exitCode: exitCode), exitCode: exitCode, line: text.conclusion(report))
    subjects = [ReportSubject(ObjectName(.node)), ReportSubject(ObjectName(.runtime))]
    subjects += report.pods.map { ReportSubject(ObjectName(.pod, pod: $0)) }
    subjects.add(report.findings.map { ReportEntry($0, isBlocking: exitCode != 0, text) })
    subjects.sort()
    notes = text.suspicions(report).map { ReportNote($0) } + text.losses(report).map { ReportNote($0, isLoss: true) }
    unchecked = Self.grouped(report.unchecked, text, hasRoot: true)
    advice = text.remedies(report)
    counts = [
      ReportCount(.readyPods, report.podCount), ReportCount(.podsToLose, report.podsToLose.count),
      ReportCount(.podsToDisturb, report.podsToDisturb.count),
      ReportCount(.suspicions, report.suspicions.count { $0.status == .suspect }),
    ]
    document = report.json(exitCode: exitCode, text: text)
  }

  private static func level(_ verdict: PreflightReport.Verdict, exitCode: Int32) -> ReportVerdict.Level {
    switch verdict {
    case .none: .good
    case .loss: exitCode == 0 ? .warning : .bad
    case .unchecked: .unknown
    }
  }

  /// Returns one entry for each reason, with all rules that are unchecked because of it.
  static func grouped(_ entries: [Unchecked], _ text: ReportText, hasRoot: Bool = false) -> [UncheckedText] {
    var groups: [(entry: Unchecked, rules: [RuleID])] = []
    for entry in entries {
      guard let rule = entry.rule else {
        groups.append((entry, []))
        continue
      }
      // An ignored rule has its own line, because that line gives the number of its findings.
      let isIgnored = entry.reason.code == .ignored
      if !isIgnored, let index = groups.firstIndex(where: { !$0.rules.isEmpty && $0.entry.reason == entry.reason }) {
        if !groups[index].rules.contains(rule) { groups[index].rules.append(rule) }
      } else {
        groups.append((entry, [rule]))
      }
    }
    return groups.map { entry, rules in
      var unchecked = text.unchecked(entry, hasRoot: hasRoot)
      if !rules.isEmpty { unchecked.subject = rules.map(\.label).joined(separator: ", ") }
      return unchecked
    }
  }
}

extension ReportEntry {
  /// - Parameter isBlocking: Whether a predicted loss affects the verdict.
  fileprivate init(_ finding: PreflightFinding, isBlocking: Bool, _ text: ReportText) {
    let (rule, ruleText, fact) = (finding.rule, text.rule(finding.rule.id), text.fact(finding))
    self.init(
      severity: rule.severity, isBlocking: isBlocking && rule.predicts != .nothing, object: finding.object,
      rule: rule.id, fact: fact, consequence: ruleText.reason, remedy: ruleText.remedy,
      line: "\(fact) [\(rule.id.label)]",
      brief: nil)
  }
}
