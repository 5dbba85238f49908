internal import CRIJSON
package import CRIPreflight
package import CRIProtobuf
internal import CRISnapshot

extension ReportView {
  /// What a change would lose.
  /// - Parameter exitCode: what the command ends with.
  package init(_ report: PreflightReport, exitCode: Int32, checked: Timestamp) {
    let words = PreflightWords(report: report)
    check = "preflight"
    title = words.title
    self.checked = checked
    properties = [("node", report.host.name), ("runtime", report.runtime), ("target", report.target?.text ?? "")]
    verdict = ReportVerdict(
      word: report.verdict.rawValue, words: Self.verdicts(of: check),
      level: Self.level(report.verdict, exitCode: exitCode), exitCode: exitCode, line: words.conclusion)
    subjects = [ReportSubject(ObjectName(.node)), ReportSubject(ObjectName(.runtime))]
    subjects += report.pods.map { ReportSubject(ObjectName(.pod, pod: $0)) }
    subjects.add(report.findings.map { words.entry($0, isBlocking: exitCode != 0) })
    subjects.sort()
    notes = words.suspicions.map { ReportNote($0) } + words.losses.map { ReportNote($0, isLoss: true) }
    unchecked = words.unchecked
    advice = words.remedies
    counts = [
      ReportCount(name: "pods", metric: "pods", help: "Pods that are ready.", value: report.podCount),
      ReportCount(
        name: "lost", metric: "pods_to_lose", help: "Pods that the change would lose.", value: report.victims.count),
      ReportCount(
        name: "disturbed", metric: "pods_to_disturb", help: "Pods that would stay and lose containers.",
        value: report.disturbed.count),
      ReportCount(
        name: "suspect", metric: "suspicions", help: "Known faults of the versions that nothing on disk rules out.",
        value: report.suspicions.count { $0.standing == .suspect }),
    ]
    document = report.json(exitCode: exitCode)
  }

  private static func level(_ verdict: PreflightReport.Verdict, exitCode: Int32) -> ReportVerdict.Level {
    switch verdict {
    case .none: .good
    case .loss: exitCode == 0 ? .warning : .bad
    case .unchecked: .unknown
    }
  }
}
