internal import CRIJSON
package import CRIProtobuf
package import CRIRules
internal import CRISnapshot
package import CRIVerify

extension ReportView {
  /// The verdict on a change.
  /// - Parameters:
  ///   - threshold: the least severity that counts as loss.
  ///   - exitCode: what the command ends with. 0 beside a loss means that it only warns.
  ///   - failure: how a guarded command failed.
  package init(
    _ report: Report, failingOn threshold: Severity, exitCode: Int32, checked: Timestamp, failure: String? = nil
  ) {
    let words = VerifyWords(report: report)
    check = "verify"
    title = words.title
    self.checked = checked
    properties = [
      ("node", report.after.host.name), ("runtime", report.after.runtime), ("scenario", report.scenario.rawValue),
    ]
    let verdict = report.verdict(failingOn: threshold)
    self.verdict = ReportVerdict(
      word: verdict.name, words: Self.verdicts(of: check),
      level: Self.level(verdict, exitCode: exitCode, hasFailed: failure != nil), exitCode: exitCode,
      line: words.conclusion(verdict, threshold))
    subjects = Self.subjects(report, words, threshold, isWarning: exitCode == 0)
    notes = (failure.map { [ReportNote($0)] } ?? []) + words.kubelet.map { ReportNote($0) }
    unchecked = report.unchecked.map { ReportGap(what: $0.what, why: $0.why) }
    advice = []
    counts = Self.counts(report, words.lost(threshold).count)
    document = report.json(failingOn: threshold, exitCode: exitCode)
  }

  private static func level(_ verdict: Report.Verdict, exitCode: Int32, hasFailed: Bool) -> ReportVerdict.Level {
    switch verdict {
    case .lost: exitCode == 0 ? .warning : .bad
    case .unverified, .vacuous: .unknown
    case .intact: hasFailed ? .warning : .good
    }
  }

  private static func subjects(
    _ report: Report, _ words: VerifyWords, _ threshold: Severity, isWarning: Bool
  ) -> [ReportSubject] {
    // Of another node nothing was looked at.
    guard !report.predictions.isEmpty || !report.findings.isEmpty || report.vacuous == nil else { return [] }
    var subjects = [ReportSubject(ObjectName(.node)), ReportSubject(ObjectName(.runtime))]
    subjects += report.predictions.map { ReportSubject(ObjectName(.pod, pod: $0.pod)) }
    subjects.add(
      report.findings.map { finding in
        words.entry(finding, isBlocking: !isWarning && finding.rule.severity >= threshold)
      })
    let told = Set(report.findings.filter(words.tellsFate).compactMap(\.object.pod))
    let untold = Dictionary(
      report.affected.filter { !told.contains($0.pod) }.map { ($0.pod, $0) }, uniquingKeysWith: { first, _ in first })
    for position in subjects.indices {
      subjects[position].fate = subjects[position].object.pod.flatMap { untold[$0] }.map(words.fate)
    }
    subjects.sort()
    return subjects
  }

  private static func counts(_ report: Report, _ lost: Int) -> [ReportCount] {
    let forgotten = report.findings.filter { $0.rule.field == "network.ip" && $0.after == "none" }
    func planned(_ action: Prediction.Action) -> Int { report.predictions.count { $0.action == action } }
    return [
      ReportCount(
        name: "pods", metric: "pods", help: "Pods that were ready before the change.",
        value: report.predictions.count),
      ReportCount(
        name: "lost", metric: "lost_objects", help: "Pods, containers and other objects that lost state.", value: lost),
      ReportCount(
        name: "ip_lost", metric: "pods_without_address", help: "Pods whose address the runtime has lost.",
        value: Set(forgotten.map(\.object)).count),
      ReportCount(
        name: "recreate", metric: "pods_to_recreate", help: "Pods that kubelet will kill, most to recreate them.",
        value: planned(.recreate) + planned(.kill)),
      ReportCount(
        name: "restart", metric: "pods_to_restart", help: "Pods in which kubelet will restart containers.",
        value: planned(.restartContainers)),
    ]
  }
}
