internal import CRIPreflight
internal import CRIRules
internal import CRISnapshot

/// A prediction's report in words.
struct PreflightWords {
  let report: PreflightReport

  private var change: String {
    report.isRestart ? "restart" : report.isDowngrade ? "downgrade" : "upgrade"
  }

  var title: String {
    let target = report.isRestart ? nil : report.target
    let versions = target.map { "\(report.runtime) to \($0)" } ?? report.runtime
    let process = report.daemon.pid.map { "\($0)" } ?? "unknown"
    return "preflight: \(change) of \(versions) on \(report.host.name): process \(process)"
  }

  /// - Parameter isBlocking: whether a prediction of loss counts.
  func entry(_ finding: PreflightFinding, isBlocking: Bool) -> ReportEntry {
    let rule = finding.rule
    let fact = rule.what + (finding.detail.isEmpty ? "" : ": \(finding.detail)")
    let line = "\(fact) [\(rule.id)]"
    return ReportEntry(
      severity: rule.severity, isBlocking: isBlocking && rule.predicts != .nothing, object: finding.object,
      rule: rule.id, fact: fact, consequence: rule.reason, remedy: rule.remedy, line: line, brief: line)
  }

  var suspicions: [String] {
    var lines: [String] = []
    for suspicion in report.suspicions where isTold(suspicion) {
      let (match, advisory) = (suspicion.match, suspicion.match.advisory)
      if suspicion.standing == .unfixed {
        lines.append("in every version: \(advisory.reference): \(advisory.symptom)")
        continue
      }
      let whose =
        switch match.concern {
        case .running: "the version that runs"
        case .target: "the version to come"
        case .change: "the change"
        }
      let fix = advisory.fixedIn.isEmpty ? "" : " (fix: \(advisory.fixedIn))"
      lines.append("suspect, for \(whose): \(advisory.reference): \(advisory.symptom)\(fix)")
    }
    let settled = report.suspicions.filter {
      $0.standing == .settled && (report.target != nil || !$0.match.advisory.isInEveryVersion)
    }.map { suspicion in
      let advisory = suspicion.match.advisory
      return "\(advisory.reference) (\(advisory.decidedBy.joined(separator: ", ")))"
    }
    if !settled.isEmpty {
      lines.append("known of this version, and not found here: \(settled.joined(separator: "; "))")
    }
    return lines
  }

  /// What every version has is news to who is about to change the version, and noise every day.
  private func isTold(_ suspicion: PreflightReport.Suspicion) -> Bool {
    suspicion.standing == .suspect || suspicion.standing == .unfixed && report.target != nil
  }

  /// In numbers: the findings name the pods.
  var losses: [String] {
    var lines: [String] = []
    if !report.victims.isEmpty { lines.append("\(count(report.victims.count, "pod")) would be lost") }
    if !report.disturbed.isEmpty {
      lines.append("\(count(report.disturbed.count, "pod")) would stay and lose containers")
    }
    if !report.readdressed.isEmpty {
      lines.append("\(count(report.readdressed.count, "pod")) would stay and have other addresses")
    }
    if !report.rewritten.isEmpty {
      lines.append(
        "\(count(report.rewritten.count, "pod")) would stay, and the runtime would tell other things of them")
    }
    return lines
  }

  /// One a reason, with all rules that it keeps from looking.
  var unchecked: [ReportGap] {
    var reasons: [(why: String, rules: [String])] = []
    for gap in report.unchecked {
      if let index = reasons.firstIndex(where: { $0.why == gap.why }) {
        if !reasons[index].rules.contains(gap.rule) { reasons[index].rules.append(gap.rule) }
      } else {
        reasons.append((gap.why, gap.rule.isEmpty ? [] : [gap.rule]))
      }
    }
    return reasons.map { why, rules in ReportGap(what: rules.joined(separator: ", "), why: why) }
  }

  /// Once a rule: why it matters, and what to do instead.
  var remedies: [String] {
    var seen: Set<String> = []
    return report.findings.map(\.rule).filter { $0.severity > .info && seen.insert($0.id).inserted }.map { rule in
      "[\(rule.id)] \(rule.reason); instead: \(rule.remedy)"
    }
  }

  var conclusion: String {
    switch report.verdict {
    case .none:
      return "no loss predicted: \(count(report.podCount, "ready pod")) would outlive the \(change)"
    case .unchecked:
      return "not known: no loss was found, but not everything that decides could be looked at"
    case .loss:
      let isFatal = report.findings.contains { $0.rule.predicts == .daemon }
      return "LOSS PREDICTED: do not \(change) this runtime now\(isFatal ? "; it would not come up again" : "")"
    }
  }
}
