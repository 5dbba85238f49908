package import CRIDoctor
internal import CRIJSON
package import CRIProtobuf
package import CRIRules
internal import CRISnapshot

extension ReportView {
  /// Describes the state of a node.
  /// - Parameters:
  ///   - threshold: The lowest severity that counts as a problem.
  ///   - exitCode: The exit code of the command.
  package init(
    _ report: DoctorReport, failingOn threshold: Severity, exitCode: Int32, checked: Timestamp,
    text: ReportText = .english
  ) {
    check = .doctor
    title = text.title(report)
    self.checked = checked
    self.text = text
    properties = [("node", report.host.name), ("runtime", report.runtime)]
    let verdict = report.verdict(failingOn: threshold)
    self.verdict = ReportVerdict(
      word: verdict.rawValue, words: Self.verdicts(of: check), level: Self.level(verdict), exitCode: exitCode,
      line: text.conclusion(report, verdict, threshold))
    subjects = [ReportSubject(ObjectName(.node)), ReportSubject(ObjectName(.runtime))]
    subjects += report.pods.map { ReportSubject(ObjectName(.pod, pod: $0)) }
    subjects.add(report.findings.map { ReportEntry($0, isBlocking: $0.rule.severity >= threshold, text) })
    subjects.sort()
    notes = []
    unchecked = Self.grouped(report.unchecked, text)
    advice = text.remedies(report)
    counts = [ReportCount(.readyPods, report.pods.count)]
    document = report.json(failingOn: threshold, exitCode: exitCode, text: text)
  }

  private static func level(_ verdict: DoctorReport.Verdict) -> ReportVerdict.Level {
    switch verdict {
    case .healthy: .good
    case .problems: .bad
    case .unchecked: .unknown
    }
  }
}

extension ReportEntry {
  fileprivate init(_ finding: DoctorFinding, isBlocking: Bool, _ text: ReportText) {
    let (rule, ruleText, fact) = (finding.rule, text.rule(finding.rule.id), text.fact(finding))
    self.init(
      severity: rule.severity, isBlocking: isBlocking, object: finding.object, rule: rule.id, fact: fact,
      consequence: ruleText.reason, remedy: ruleText.remedy, line: "\(fact) [\(rule.id.label)]", brief: nil)
  }
}
